using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.WelcomePackage.Features.Counters;
using Xunit;

namespace Wir.WelcomePackage.Tests;

/// <summary>What readers say, and how many they are: never who.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class FeedbackTests(Welcome welcome)
{
    [Fact]
    public async Task Feedback_is_triaged_and_answered_without_anybody_being_known()
    {
        var id = await welcome.Editor.PublishedAsync(area: "06635015");

        var given = (await welcome.Anonymous.PostAsync("/feedback", new { subjectType = "page", subjectId = id, lang = "ar", message = "Die Telefonnummer stimmt nicht." })).Expect(HttpStatusCode.Accepted).Json;

        Assert.Equal("open", (string)(await welcome.Anonymous.GetAsync($"/feedback/replies/{given["token"]}")).Json["state"]!);
        var local = welcome.As("client:korbach", [Scopes.WelcomeWrite], "06635015");
        var entry = (await local.GetAsync("/feedback?state=open")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray().Single(one => (string)one!["id"]! == (string)given["id"]!)!;
        Assert.Equal(("06635015", "ar"), ((string)entry["area"]!, (string)entry["language"]!));
        (await local.PostAsync($"/feedback/{given["id"]}/triage", new { state = "done", reply = "Danke, ist geändert." }, ("If-Match", "\"1\""))).Expect(HttpStatusCode.OK);
        var reply = (await welcome.Anonymous.GetAsync($"/feedback/replies/{given["token"]}")).Json;
        Assert.Equal(("done", "Danke, ist geändert."), ((string)reply["state"]!, (string)reply["reply"]!));
        Assert.Equal(1, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.outbox_message where aggregate_id = '{given["id"]}'"));
        Assert.Equal(0, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.outbox_message where aggregate_id = '{given["id"]}' and payload::text like '%Telefonnummer%'"));
        Assert.Equal(0, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.feedback f where to_jsonb(f)::text like '%{given["token"]}%' or to_jsonb(f)::text like '%127.0.0.1%'"));
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/feedback/replies/{new string('0', 32)}")).Status);
        var other = welcome.As("client:other", [Scopes.WelcomeWrite], "06635011");
        Assert.Equal("WIR-COM-0009", (await other.PostAsync($"/feedback/{given["id"]}/triage", new { state = "done" }, ("If-Match", "*"))).Code);
    }

    [Fact]
    public async Task One_address_leaves_twenty_open_pieces_of_feedback_a_day()
    {
        var ids = new[] { await welcome.Editor.PublishedAsync(area: "06635015"),
            await welcome.Editor.PublishedAsync(area: "06635015") };
        var reader = welcome.Reader("shelter");

        var answers = new List<Answer>();
        for (var i = 0; i < 21; i++)
        {
            answers.Add(await reader.PostAsync("/feedback",
                new { subjectType = "page", subjectId = ids[i % 2], lang = "de", helpful = true }));
        }

        Assert.Equal((20, HttpStatusCode.TooManyRequests, "WIR-COM-0019"),
            (answers.Count(answer => answer.Status == HttpStatusCode.Accepted), answers[^1].Status, answers[^1].Code));
        Assert.Contains("Korbach", (string)answers[^1].Json["detail"]!, StringComparison.Ordinal);
        Assert.InRange(int.Parse(answers[^1].Headers["Retry-After"],
            System.Globalization.CultureInfo.InvariantCulture), 1, 25 * 3600);
        (await welcome.Reader("neighbour").PostAsync("/feedback",
            new { subjectType = "page", subjectId = ids[0], lang = "de", helpful = true }))
            .Expect(HttpStatusCode.Accepted);
        await welcome.ScalarAsync<object>("update welcomepackage.feedback set created_at = created_at - interval '1 day' where reader = 'shelter' returning 1");
        await welcome.RunJobAsync("forget-feedback");
        Assert.Equal(1,
            await welcome.ScalarAsync<long>("select count(*) from welcomepackage.feedback where reader is not null"));
    }

    [Fact]
    public async Task An_area_that_is_flooded_closes_no_other_and_clicks_are_still_counted()
    {
        const string Flooded = "06635021";
        var id = await welcome.Editor.PublishedAsync();
        await welcome.ScalarAsync<object>($"""
            insert into welcomepackage.feedback (id, version, subject_type, subject_id, area, language, message, state,
                token_hash, created_at)
            select gen_random_uuid(), 1, 'page', gen_random_uuid(), '{Flooded}', 'de', 'Viele', 'open',
                sha256(('viele' || n)::bytea), now() - interval '2 days' from generate_series(1, 1000) n returning 1
            """);
        try
        {
            var refused = await SayAsync(Flooded, "Die Nummer ist falsch.");
            Assert.Equal((HttpStatusCode.TooManyRequests, "WIR-COM-0019"), (refused.Status, refused.Code));
            (await SayAsync(Flooded, null)).Expect(HttpStatusCode.Accepted);
            (await SayAsync("06635015", "Die Nummer ist falsch.")).Expect(HttpStatusCode.Accepted);
        }
        finally
        {
            await welcome.ScalarAsync<object>(
                "delete from welcomepackage.feedback where message = 'Viele' returning 1");
        }

        Task<Answer> SayAsync(string area, string? message) => welcome.Anonymous.PostAsync("/feedback",
            new { subjectType = "page", subjectId = id, lang = "de", helpful = false, message, area });
    }

    [Fact]
    public async Task One_page_is_not_flooded_and_nonsense_is_refused()
    {
        var id = await welcome.Editor.PublishedAsync();
        object Said(Guid about, string? message = null, bool? helpful = true) => new { subjectType = "page", subjectId = about, lang = "de", message, helpful };
        for (var i = 0; i < 60; i++) (await welcome.Anonymous.PostAsync("/feedback", Said(id))).Expect(HttpStatusCode.Accepted);

        var flood = await welcome.Anonymous.PostAsync("/feedback", Said(id));

        Assert.Equal((HttpStatusCode.TooManyRequests, "3600"), (flood.Status, flood.Headers["Retry-After"]));
        Assert.Equal("/subjectId", (string)(await welcome.Anonymous.PostAsync("/feedback", Said(Guid.CreateVersion7()))).Json["errors"]![0]!["pointer"]!);
        Assert.Equal("/message", (string)(await welcome.Anonymous.PostAsync("/feedback", Said(await welcome.Editor.PublishedAsync(), " ", null))).Json["errors"]![0]!["pointer"]!);
    }

    [Fact]
    public async Task Reads_are_counted_and_small_numbers_hidden_even_from_sums()
    {
        var (often, seldom) = (await welcome.Editor.PublishedAsync(area: "06635021"), await welcome.Editor.PublishedAsync(area: "06635021"));
        for (var i = 0; i < 6; i++) await welcome.Anonymous.GetAsync($"/pages/{often}?lang=de&municipality=06635021");
        for (var i = 0; i < 4; i++) await welcome.Anonymous.GetAsync($"/pages/{seldom}?lang=de&municipality=06635021");
        for (var i = 0; i < 5; i++) await welcome.Office.GetAsync($"/pages/{often}?lang=de&municipality=06635021");
        await welcome.Services.GetRequiredService<PageCounter>().FlushAsync(default);

        var rows = await CountsAsync("?by=page,channel");
        var sums = await CountsAsync($"?by=area");

        Assert.Contains((often, "web", (long?)6), rows);
        Assert.Contains((often, "api", (long?)5), rows);
        Assert.Contains((seldom, "web", (long?)null), rows);
        Assert.Equal(11, sums.Single().Count);
        Assert.Equal(HttpStatusCode.Unauthorized, (await welcome.Anonymous.GetAsync("/counters")).Status);
        Assert.Equal(0, await welcome.ScalarAsync<long>("select count(*) from information_schema.columns where table_name = 'page_count' and column_name not in ('day', 'page_id', 'lang', 'area', 'channel', 'count')"));
    }

    private async Task<IReadOnlyList<(Guid? Page, string? Channel, long? Count)>> CountsAsync(string query) =>
        [.. (await welcome.As("client:korbach", [Scopes.WelcomeWrite], "06635021").GetAsync("/counters" + query)).Expect(HttpStatusCode.OK).Json["data"]!.AsArray()
            .Select(row => ((Guid?)row!["pageId"], (string?)row["channel"], (long?)row["count"]))];
}
