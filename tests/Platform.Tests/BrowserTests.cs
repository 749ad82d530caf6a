using System.Text.Json.Nodes;
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

    [Theory]
    [InlineData("de")]
    [InlineData("ar")]
    public async Task No_topic_scrolls_sideways(string language)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { ViewportSize = new() { Width = 320, Height = 640 } });
        var page = await context.NewPageAsync();
        var wide = new List<string>();

        foreach (var id in await TopicsAsync(language))
        {
            await page.GotoAsync(new Uri(platform.Instance.Address, $"/{language}/pages/{id}").AbsoluteUri);
            if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var width and not 320) wide.Add($"{id}: {width}");
        }

        Assert.Empty(wide);
    }

    [Theory]
    [InlineData("ar")]
    [InlineData("fa")]
    public async Task Numbers_stand_on_the_screen_in_their_order(string language)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { BypassCSP = true });
        var page = await context.NewPageAsync();
        var (measured, turned) = (0, new List<string>());

        foreach (var id in await TopicsAsync(language))
        {
            await page.GotoAsync(new Uri(platform.Instance.Address, $"/{language}/pages/{id}?municipality={Story.Korbach}").AbsoluteUri);
            var (count, wrong) = await OrderAsync(page);
            (measured, turned) = (measured + count, [.. turned, .. wrong]);
        }

        Assert.Empty(turned);
        Assert.InRange(measured, 20, int.MaxValue);
    }

    [Theory]
    [InlineData("ar")]
    [InlineData("fa")]
    public async Task A_booklet_is_whole_in_print_and_its_numbers_stand_in_their_order(string language)
    {
        using var door = platform.Door("municipality");
        var issued = await door.PostAsync("/api/welcome/v1/packages", new { area = Story.Korbach, language, channel = "office" });
        await using var context = await chromium.Browser.NewContextAsync(new() { BypassCSP = true, ViewportSize = new() { Width = 420, Height = 595 } });
        var page = await context.NewPageAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });

        await page.GotoAsync(new Uri(platform.Instance.Address, issued.Json.GetProperty("booklet").GetString()!).AbsoluteUri);

        Assert.Equal(420, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var (measured, turned) = await OrderAsync(page);
        Assert.Empty(turned);
        Assert.InRange(measured, 20, int.MaxValue);
        // The measure sees what it is there for.
        await page.AddStyleTagAsync(new() { Content = "bdi, a, span { unicode-bidi: normal !important; direction: inherit !important }" });
        Assert.NotEmpty((await OrderAsync(page)).Turned);
    }

    [Theory]
    [InlineData("uk", "Ласкаво просимо")]
    [InlineData("fa", "خوش آمدید")]
    [InlineData("tr", "Hoş geldiniz")]
    [InlineData("ru", "Добро пожаловать")]
    [InlineData("fr", "Bienvenue")]
    public async Task A_language_with_content_is_served_in_an_English_portal(string language, string welcome)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { Locale = language });
        var page = await context.NewPageAsync();
        var trouble = Trouble(page);

        await page.GotoAsync(platform.Instance.Address.AbsoluteUri);

        Assert.EndsWith($"/{language}/", page.Url, StringComparison.Ordinal);
        Assert.Equal("en", await page.Locator("html").GetAttributeAsync("lang"));
        Assert.Equal(language, await page.Locator("#welcome-title").GetAttributeAsync("lang"));
        Assert.Contains(welcome, await page.Locator("#welcome").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("true", await page.Locator($".languages a[hreflang={language}]").GetAttributeAsync("aria-current"));
        Assert.Empty(trouble);
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

    private async Task<IReadOnlyList<Guid>> TopicsAsync(string language)
    {
        using var http = new HttpClient { BaseAddress = platform.Instance.Address };
        var tree = JsonNode.Parse(await http.GetStringAsync($"/api/welcome/v1/tree?lang={language}&area={Story.Korbach}"))!["data"]!.AsArray();
        return [.. tree.Select(entry => (Guid)entry!["id"]!)];
    }

    /// <summary>
    /// Groups of digits that stand side by side in a text, by where their first digits are drawn: the first one has to be left of the
    /// second, in every direction of writing, where both are on one line.
    /// </summary>
    private static async Task<(int Measured, IReadOnlyList<string> Turned)> OrderAsync(IPage page)
    {
        var found = await page.EvaluateAsync<string[]>("""
            () => {
              const at = (node, index) => { const range = document.createRange(); range.setStart(node, index); range.setEnd(node, index + 1); return range.getBoundingClientRect(); };
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                for (const match of node.data.matchAll(/(?<![0-9])[0-9]+([ \u00a0\/.:–()-]+)(?=[0-9])/g)) {
                  const first = at(node, match.index), second = at(node, match.index + match[0].length);
                  if (first.width === 0 || Math.abs(first.top - second.top) > 2) continue;
                  found.push((first.left < second.left ? "ok " : "turned ") + node.data.slice(match.index, match.index + 30));
                }
              }
              return found;
            }
            """);
        return (found.Length, [.. found.Where(one => one.StartsWith("turned", StringComparison.Ordinal))]);
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
