using Microsoft.Playwright;
using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>The portal in a real browser, over the running platform, in both directions of writing.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class BrowserTests(WholePlatform platform, BrowserTests.Chromium chromium) : IClassFixture<BrowserTests.Chromium>
{
    [Theory]
    [InlineData("de", "ltr", "Korbach")]
    [InlineData("en", "ltr", "Korbach")]
    [InlineData("ar", "rtl", "Korbach")]
    public async Task The_start_page_shows_welcome_municipality_associations_and_a_live_number(string language, string direction, string municipality)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { Locale = language });
        var page = await context.NewPageAsync();
        var trouble = Trouble(page);

        // As a reader does it: the bare address, the choice of a municipality, the button.
        await page.GotoAsync(new Uri(platform.Instance.Address, $"/{language}/").AbsoluteUri);
        await page.Locator("#municipality").SelectOptionAsync(Story.Korbach);
        await page.Locator("form.choice button").ClickAsync();

        Assert.Equal(language, await page.Locator("html").GetAttributeAsync("lang"));
        Assert.Equal(direction, await page.Locator("html").GetAttributeAsync("dir"));
        Assert.Equal(direction, await page.EvaluateAsync<string>("getComputedStyle(document.body).direction"));
        Assert.Contains(municipality, await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(await page.Locator("#welcome .block").AllAsync());
        Assert.True((await page.Locator("#welcome").InnerTextAsync()).Length > 100, "the welcome says something");
        Assert.NotEmpty(await page.Locator(".associations > li").AllAsync());
        Assert.Matches("[0-9٠-٩]", await page.Locator(".number strong").InnerTextAsync());
        Assert.Empty(trouble);
    }

    [Fact]
    public async Task The_reading_direction_is_seen_and_not_only_said()
    {
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();

        await page.GotoAsync(new Uri(platform.Instance.Address, "/de/").AbsoluteUri);
        var german = (await page.Locator(".brand").BoundingBoxAsync())!;
        await page.Locator(".languages a[hreflang=ar]").ClickAsync();
        var arabic = (await page.Locator(".brand").BoundingBoxAsync())!;

        Assert.EndsWith("/ar/", page.Url, StringComparison.Ordinal);
        Assert.True(german.X < 400 && arabic.X > 400, $"the brand stands at the beginning of the line: {german.X} and {arabic.X}");
    }

    [Theory]
    [InlineData("de")]
    [InlineData("ar")]
    public async Task Nothing_is_cut_off_on_a_narrow_phone(string language)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { ViewportSize = new() { Width = 320, Height = 640 } });
        var page = await context.NewPageAsync();

        await page.GotoAsync(new Uri(platform.Instance.Address, $"/{language}/?municipality={Story.Korbach}").AbsoluteUri);

        Assert.Equal(320, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task A_topic_opens_and_leads_back()
    {
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var trouble = Trouble(page);
        await page.GotoAsync(new Uri(platform.Instance.Address, $"/de/?municipality={Story.Korbach}").AbsoluteUri);
        var title = await page.Locator(".pages a").First.InnerTextAsync();

        await page.Locator(".pages a").First.ClickAsync();
        Assert.Equal(title, await page.Locator("h1").InnerTextAsync());
        await page.Locator(".path a").First.ClickAsync();

        Assert.EndsWith($"/de/?municipality={Story.Korbach}", page.Url, StringComparison.Ordinal);
        Assert.Empty(trouble);
    }

    /// <summary>What the browser complains about: scripts, refused loads, answers of 4xx and 5xx.</summary>
    private static List<string> Trouble(IPage page)
    {
        var trouble = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") trouble.Add(message.Text);
        };
        page.PageError += (_, error) => trouble.Add(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400) trouble.Add($"{response.Status} {response.Url}");
        };
        return trouble;
    }

    public sealed class Chromium : IAsyncLifetime
    {
        private IPlaywright? _playwright;

        public IBrowser Browser { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _playwright = await Playwright.CreateAsync();
            Browser = await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = "/usr/bin/chromium",
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--no-first-run",
                ],
            });
        }

        public async ValueTask DisposeAsync()
        {
            await Browser.DisposeAsync();
            _playwright?.Dispose();
        }
    }
}
