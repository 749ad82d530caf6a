using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.WelcomePackage.Domain;
using Xunit;

namespace Wir.WelcomePackage.Tests;

[Lane(Lane.Functional)]
public sealed class PackageTests(Welcome welcome) : IClassFixture<Welcome>
{
    [Fact]
    public async Task An_office_issues_a_package_without_naming_anybody()
    {
        var issued = (await IssueAsync("ar")).Json;

        var code = (string)issued["code"]!;
        Assert.Equal(13, code.Length);
        Assert.Equal($"https://wir.example/p/{code}", (string)issued["url"]!);
        Assert.Equal($"https://wir.example/api/welcome/v1/packages/{code}/booklet", (string)issued["booklet"]!);
        Assert.True((long)issued["contentVersion"]! > 0);
        Assert.True(DateTimeOffset.Parse((string)issued["expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.UtcNow.AddDays(300));
        var payload = await welcome.ScalarAsync<string>("select payload::text from welcomepackage.outbox_message where type like '%package-issued%' order by position desc limit 1");
        Assert.DoesNotContain(code, payload, StringComparison.Ordinal);
        Assert.Contains("\"wantedLanguage\":\"ar\"", payload!.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_holder_opens_it_by_the_code_however_it_is_typed()
    {
        var code = (string)(await IssueAsync("ar")).Json["code"]!;

        var view = (await welcome.Anonymous.GetAsync($"/packages/{code[..4].ToLowerInvariant()}-{code[4..8]}-{code[8..]}")).Expect(HttpStatusCode.OK);

        Assert.Equal((code, "06635015", "ar"), ((string)view.Json["code"]!, (string)view.Json["area"]!, (string)view.Json["language"]!));
        Assert.Equal("private, no-cache", view.Headers["Cache-Control"].Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
        Assert.Equal("no-referrer", view.Headers["Referrer-Policy"]);
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/packages/{PackageCode.Create()}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync("/packages/xyz")).Status);
    }

    [Fact]
    public async Task Only_an_office_of_the_place_issues()
    {
        var answer = await welcome.Office.PostAsync("/packages", new { area = "06635011", language = "ar", channel = "office" });
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-COM-0009"), (answer.Status, answer.Code));
        Assert.Equal(HttpStatusCode.Forbidden, (await welcome.Editor.PostAsync("/packages", new { area = "06635015", language = "ar", channel = "office" })).Status);
        Assert.Equal("WIR-COM-0004", (await welcome.Office.PostAsync("/packages", new { area = "06635015", language = "ar", channel = "pigeon" })).Code);
    }

    /// <summary>One package in a rare language is a person: who watched it from elsewhere would see that person arrive.</summary>
    [Fact]
    public async Task Another_municipality_does_not_learn_that_a_package_was_issued()
    {
        await IssueAsync("ti");
        var korbach = welcome.As("client:korbach", [Scopes.ReadInternal], "06635015");
        var row = await Eventually.ValueAsync(
            async () => (await korbach.GetAsync("/internal/events?limit=5000")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray()
                .SingleOrDefault(one => (string?)one!["event"]!["data"]!["wantedLanguage"] == "ti"), "its own municipality sees the event");

        foreach (var other in new[]
        {
            welcome.As("client:frankenberg", [Scopes.ReadInternal], "06635011"),
            welcome.As("client:county", [Scopes.ReadInternal], "06699"),
            welcome.As("client:nowhere", [Scopes.ReadInternal]),
        })
        {
            var seen = (await other.GetAsync("/internal/events?limit=5000")).Expect(HttpStatusCode.OK);
            Assert.DoesNotContain("package-issued", seen.Text, StringComparison.Ordinal);
            var package = await other.GetAsync($"/internal/events?aggregateId={row["event"]!["aggregateId"]}");
            Assert.DoesNotContain("package-issued", package.Text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await welcome.Office.GetAsync("/internal/events")).Status);
        var all = await welcome.As("client:monitor", [Scopes.ReadEvents]).GetAsync("/internal/events?limit=5000");
        Assert.Contains("package-issued", all.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checklist_is_refused_as_long_as_nothing_is_made_from_it()
    {
        var checklist = new { arrival = "2026-11-01", status = "ukraine",
            family = new { adults = 1, children = new[] { 6 } } };

        var answer = await welcome.Office.PostAsync("/packages",
            new { area = "06635015", language = "uk", channel = "office", checklist });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/checklist"),
            (answer.Status, (string)answer.Json["errors"]![0]!["pointer"]!));
        Assert.Equal(0,
            await welcome.ScalarAsync<long>("select count(*) from welcomepackage.package where checklist is not null"));
    }

    [Fact]
    public async Task The_booklet_is_in_the_packages_language_and_direction_with_emergency_first()
    {
        var chapter = await welcome.Editor.PublishedAsync("Kapitel");
        await welcome.Editor.WriteAsync(chapter, "ar", "فصل عربي", "<p>نص</p>");
        await welcome.Editor.PublishAsync(chapter);
        var code = (string)(await IssueAsync("ar")).Json["code"]!;

        var html = (await welcome.Anonymous.GetAsync($"/packages/{code}/booklet")).Expect(HttpStatusCode.OK);

        Assert.StartsWith("<!DOCTYPE html><html lang=\"ar\" dir=\"rtl\">", html.Text, StringComparison.Ordinal);
        Assert.True(html.Text.IndexOf("116117", StringComparison.Ordinal) is > 0 and var emergency && emergency < html.Text.IndexOf("فصل عربي</h2>", StringComparison.Ordinal));
        Assert.Contains("030 23125 015", html.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"associations\"", html.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(code, html.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_keeps_the_content_that_it_was_issued_with()
    {
        var page = await welcome.Editor.PublishedAsync("Vorher", "<p>Alter Stand.</p>");
        var old = (string)(await IssueAsync("de")).Json["code"]!;
        await welcome.Editor.WriteAsync(page, "de", "Nachher", "<p>Neuer Stand.</p>");
        await welcome.Editor.PublishAsync(page);
        var fresh = (string)(await IssueAsync("de")).Json["code"]!;

        var before = (await welcome.Anonymous.GetAsync($"/packages/{old}/booklet")).Text;
        var after = (await welcome.Anonymous.GetAsync($"/packages/{fresh}/booklet")).Text;

        Assert.True(before.Contains("Alter Stand.", StringComparison.Ordinal) && !before.Contains("Neuer Stand.", StringComparison.Ordinal));
        Assert.True(after.Contains("Neuer Stand.", StringComparison.Ordinal) && !after.Contains("Alter Stand.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_code_can_be_scanned_from_a_drawing_and_a_picture()
    {
        var code = (string)(await IssueAsync("uk")).Json["code"]!;

        var svg = (await welcome.Anonymous.GetAsync($"/packages/{code}/qr.svg")).Expect(HttpStatusCode.OK);
        var png = (await welcome.Anonymous.GetAsync($"/packages/{code}/qr.png")).Expect(HttpStatusCode.OK);

        Assert.StartsWith("<svg", svg.Text, StringComparison.Ordinal);
        Assert.Equal("image/png", png.Headers["Content-Type"]);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png.Bytes[..4]);
    }

    [Fact]
    public async Task What_has_expired_is_gone()
    {
        var code = (string)(await IssueAsync("de")).Json["code"]!;
        await welcome.ScalarAsync<int>($"update welcomepackage.package set expires_at = now() - interval '1 minute' where code = '{code}'");

        var answer = await welcome.Anonymous.GetAsync($"/packages/{code}");

        Assert.Equal((HttpStatusCode.Gone, "WIR-WEL-0008"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task No_trace_and_no_log_line_holds_a_code()
    {
        var seen = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        using var provider = new LinesProvider(seen);
        welcome.Services.GetRequiredService<ILoggerFactory>().AddProvider(provider);

        var code = (string)(await IssueAsync("de")).Json["code"]!;
        await welcome.Anonymous.GetAsync($"/packages/{code}");
        await welcome.Anonymous.GetAsync($"/packages/{code}/booklet");
        await welcome.Anonymous.GetAsync($"/packages/{code.ToLowerInvariant()}x");

        Assert.Contains(seen, line => line.Contains("packages", StringComparison.Ordinal));
        // The client's own span (of this test's HttpClient) names what it called; only the service counts.
        Assert.DoesNotContain(seen, line => line.Contains(code, StringComparison.OrdinalIgnoreCase) && !line.Contains("server.address", StringComparison.Ordinal));
    }

    [Fact]
    public void Codes_have_more_than_sixty_bits_and_forgive_mistaken_letters()
    {
        var codes = Enumerable.Range(0, 10_000).Select(_ => PackageCode.Create()).ToHashSet();

        Assert.Equal(10_000, codes.Count);
        Assert.Equal(32, codes.SelectMany(code => code).Distinct().Count());
        Assert.True(13 * Math.Log2(32) > 60);
        Assert.Equal("0011223344556", PackageCode.Normalise("oO-iL 223344 556"));
        Assert.Null(PackageCode.Normalise("0011223344U56"));
    }

    private async Task<Answer> IssueAsync(string language) =>
        (await welcome.Office.PostAsync("/packages", new { area = "06635015", language, wantedLanguage = language, channel = "office" })).Expect(HttpStatusCode.Created);

    private sealed class LinesProvider(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new StringBuilder(formatter(state, exception)).Append(exception).ToString());

        public void Dispose()
        {
        }
    }
}
