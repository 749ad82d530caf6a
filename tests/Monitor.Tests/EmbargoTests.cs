using System.Globalization;
using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>What is under embargo comes as promised, holds up nobody unasked, and tells nothing before.</summary>
[Lane(Lane.Functional)]
public sealed class EmbargoTests(MonitorService service)
{
    private const string Frankenberg = "06635011";

    [Fact]
    public async Task Measured_numbers_come_though_a_formula_follows_them_and_its_input_changes_before()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z06", "count");
        await monitor.DescribeAsync("Z07", "count");
        await monitor.PublishAsync("Z06", MethodTests.One(10));
        await monitor.PublishAsync("Z07", MethodTests.One(1));
        var until = DateTimeOffset.UtcNow.AddSeconds(12);
        await monitor.PublishAsync("Z07", MethodTests.One(5), "&reason=x", until.ToString("O"));
        var formula = (await MethodTests.ChangeAsync(monitor, "Z07", node => node["formula"] = "Z06 * 2"))
            .Is(HttpStatusCode.Accepted).Json;
        await monitor.ReleaseAsync((string)formula["id"]!, until.AddHours(1).ToString("O"));

        await monitor.PublishAsync("Z06", MethodTests.One(11), "&reason=x");

        var early = await MethodTests.ValuesAsync(monitor.Anonymous, "Z07");
        if (DateTimeOffset.UtcNow < until) Assert.Equal([1], early);
        await Eventually.TrueAsync(
            async () => (await MethodTests.ValuesAsync(monitor.Anonymous, "Z07")).SequenceEqual([5]),
            "the measured numbers come", TimeSpan.FromSeconds(30));
        // The formula has the input's new number at its own instant.
        Assert.Equal([22], await MethodTests.ValuesAsync(monitor.District(), "Z07"));
    }

    [Fact]
    public async Task A_release_that_an_embargo_of_others_would_hold_up_is_refused_unless_it_asks_to_wait()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z08", "count");
        await monitor.PublishAsync("Z08", MethodTests.One(10));
        var until = DateTimeOffset.UtcNow.AddHours(1);
        var early = (string)(await monitor.ImportAsync("Z08", MethodTests.One(11), "&reason=x", monitor.Korbach))
            .Is(HttpStatusCode.Created).Json["id"]!;
        await monitor.ReleaseAsync(early, until.ToString("O"), "06635015");
        var editor = monitor.District("client:frankenberg", Frankenberg);
        var second = monitor.District("client:frankenberg2", Frankenberg);
        var id = (string)(await monitor.ImportAsync("Z08", Row(Frankenberg, 20), by: editor))
            .Is(HttpStatusCode.Created).Json["id"]!;
        (await editor.PostAsync($"/imports/{id}/check", Editing.Json("{}"), ("If-Match", "\"2\"")))
            .Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);

        var atOnce = (await ReleaseAsync("{}")).Is(HttpStatusCode.Conflict);
        var tooEarly = (await ReleaseAsync(Embargo(until.AddMinutes(-1).ToString("O")))).Is(HttpStatusCode.Conflict);

        Assert.Equal(("WIR-MON-0028", "WIR-MON-0028"), (atOnce.Code, tooEarly.Code));
        Assert.Equal(["/embargoUntil"], atOnce.Pointers);
        var from = (string)atOnce.Json["possibleFrom"]!;
        var instant = DateTimeOffset.Parse(from, CultureInfo.InvariantCulture);
        Assert.InRange(until - instant, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Equal("approved", (string)(await editor.GetAsync($"/imports/{id}")).Json["state"]!);
        var released = (await ReleaseAsync(Embargo(from))).Is(HttpStatusCode.OK).Json;
        Assert.Equal(instant, (DateTimeOffset)released["releasedAt"]!);
        Assert.Equal([10], await MethodTests.ValuesAsync(monitor.Anonymous, "Z08"));
        Assert.Equal([20, 11], await MethodTests.ValuesAsync(monitor.District(), "Z08"));

        Task<Answer> ReleaseAsync(string body) =>
            second.PostAsync($"/imports/{id}/release", Editing.Json(body), ("If-Match", "\"4\""));

        static string Embargo(string end) => $$"""{"embargoUntil": "{{end}}"}""";
    }

    [Fact]
    public async Task A_changed_method_overtakes_no_numbers_under_embargo()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z43", "count");
        await monitor.DescribeAsync("Z44", "count");
        await monitor.PublishAsync("Z43", MethodTests.One(10));
        await monitor.PublishAsync("Z44", MethodTests.One(1));
        var until = DateTimeOffset.UtcNow.AddHours(1);
        await monitor.PublishAsync("Z44", MethodTests.One(5), "&reason=x", until.ToString("O"));
        var id = (string)(await MethodTests.ChangeAsync(monitor, "Z44", node => node["formula"] = "Z43 * 2"))
            .Is(HttpStatusCode.Accepted).Json["id"]!;
        var (editor, second) = (monitor.District(), monitor.District("client:second"));
        (await editor.PostAsync($"/imports/{id}/check", Editing.Json("""{"note": "fine"}"""), ("If-Match", "\"2\"")))
            .Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);

        var refused = await second.PostAsync($"/imports/{id}/release", Editing.Json("{}"), ("If-Match", "\"4\""));

        Assert.Equal("WIR-MON-0028", refused.Is(HttpStatusCode.Conflict).Code);
        Assert.Null((string?)(await monitor.Anonymous.GetAsync("/indicators/Z44")).Json["formula"]);
        Assert.Equal([5], await MethodTests.ValuesAsync(monitor.District(), "Z44"));
    }

    [Fact]
    public async Task What_is_computed_from_numbers_of_others_under_embargo_is_not_shown_with_ones_own()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z09", "count");
        await monitor.DescribeAsync("Z19", "count");
        await monitor.DescribeAsync("Z38", "points", "Z19 * ratio(Z09, area, 06635011, 06635001)");
        await monitor.DescribeAsync("Z39", "points", "Z38 * 2");
        await monitor.PublishAsync("Z09", Row(Frankenberg, 10) + "06635001;2022;total;total;5;;;\n");
        var secret = (string)(await monitor.ImportAsync("Z09", Row(Frankenberg, 20), "&reason=x",
            monitor.District("client:frankenberg", Frankenberg))).Is(HttpStatusCode.Created).Json["id"]!;
        await monitor.ReleaseAsync(secret, DateTimeOffset.UtcNow.AddHours(1).ToString("O"), Frankenberg);
        var own = (string)(await monitor.ImportAsync("Z19", MethodTests.One(100), by: monitor.Korbach))
            .Is(HttpStatusCode.Created).Json["id"]!;

        await monitor.ReleaseAsync(own, DateTimeOffset.UtcNow.AddHours(2).ToString("O"), "06635015");

        Assert.Equal([100], await MethodTests.ValuesAsync(monitor.Korbach, "Z19"));
        foreach (var code in new[] { "Z38", "Z39" })
        {
            Assert.Equal((code, HttpStatusCode.NotFound),
                (code, (await monitor.Korbach.GetAsync($"/data?indicator={code}")).Status));
        }

        // The district sees all inputs.
        Assert.Equal([400], await MethodTests.ValuesAsync(monitor.District(), "Z38"));
        Assert.Equal([800], await MethodTests.ValuesAsync(monitor.District(), "Z39"));
    }

    [Fact]
    public async Task Findings_measure_against_what_is_public_and_tell_nothing_of_others_embargoes()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z46", "count");
        await monitor.PublishAsync("Z46", Others(48));
        var frankenberg = monitor.District("client:frankenberg", Frankenberg);
        var before = await FindingsAsync("&dryRun=true");
        Assert.Contains("modified-z", before, StringComparison.Ordinal);

        await monitor.PublishAsync("Z46", Others(480), "&reason=x", DateTimeOffset.UtcNow.AddHours(1).ToString("O"));

        Assert.Equal(before, await FindingsAsync("&dryRun=true"));
        Assert.Equal(before, await FindingsAsync(""));

        async Task<string> FindingsAsync(string parameters) =>
            (await monitor.ImportAsync("Z46", Row(Frankenberg, 400), parameters, frankenberg))
            .Json["findings"]!.ToJsonString();

        static string Others(int first) => Editing.Header + string.Concat(Enumerable.Range(0, 5)
            .Select(i => $"0663500{i + 1};2022;total;total;{first + (i * first / 48)};;;\n"));
    }

    private static string Row(string area, int value) => Editing.Header + $"{area};2022;total;total;{value};;;\n";
}
