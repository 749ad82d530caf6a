using System.Net;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>From a draft to what readers see, with a second pair of eyes and at the right time.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class ReviewTests(Welcome welcome)
{
    private static readonly (string, string) s_any = ("If-Match", "*");

    [Fact]
    public async Task A_draft_is_submitted_stands_in_the_queue_and_is_decided_on()
    {
        var id = await welcome.Editor.PublishedAsync();
        await welcome.Editor.WriteAsync(id, "en", "New", "<p>New.</p>");
        Assert.Equal("WIR-WEL-0013", (await welcome.Approver.PostAsync($"/pages/{id}/approve", null, s_any)).Code);

        (await welcome.Editor.PostAsync($"/pages/{id}/submit", new { comment = "Bitte bis Freitag." }, s_any)).Expect(HttpStatusCode.OK);
        var entry = (await QueueAsync("06635")).Single(one => (Guid)one!["pageId"]! == id)!;
        Assert.Equal(("en", "submitted", "Bitte bis Freitag."), ((string)entry["lang"]!, (string)entry["state"]!, (string)entry["comment"]!));

        (await welcome.Approver.PostAsync($"/pages/{id}/reject", new { comment = "Bitte einfacher." }, s_any)).Expect(HttpStatusCode.OK);
        var draft = (await welcome.Editor.GetAsync($"/pages/{id}/translations/en")).Json;
        Assert.Equal(("rejected", "Bitte einfacher."), ((string)draft["review"]!, (string)draft["comment"]!));
        Assert.DoesNotContain(await QueueAsync("06635"), one => (Guid)one!["pageId"]! == id);

        await welcome.Editor.WriteAsync(id, "en", "Simpler", "<p>Simple.</p>");
        (await welcome.Editor.PostAsync($"/pages/{id}/submit", null, s_any)).Expect(HttpStatusCode.OK);
        (await welcome.Approver.PostAsync($"/pages/{id}/approve", null, s_any)).Expect(HttpStatusCode.OK);
        await welcome.Editor.PublishAsync(id);
        Assert.Equal("Simpler", (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=en")).Json["title"]!);
    }

    [Fact]
    public async Task Nobody_decides_on_their_own_and_an_approval_lets_the_author_publish()
    {
        var both = welcome.As("client:both", [Scopes.WelcomeWrite, Scopes.WelcomePublish], "06635");
        var id = await welcome.Editor.PublishedAsync();
        await both.WriteAsync(id, "de", "Eigenes", "<p>Neu.</p>");
        (await both.PostAsync($"/pages/{id}/submit", null, s_any)).Expect(HttpStatusCode.OK);

        var own = await both.PostAsync($"/pages/{id}/approve", null, s_any);
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-COM-0023"), (own.Status, own.Code));
        Assert.Equal("WIR-COM-0023", (await both.PostAsync($"/pages/{id}/reject", new { comment = "x" }, s_any)).Code);
        Assert.Equal("WIR-COM-0023", (await both.PostAsync($"/pages/{id}/publish", null, s_any)).Code);

        (await welcome.Approver.PostAsync($"/pages/{id}/approve", null, s_any)).Expect(HttpStatusCode.OK);
        (await both.PostAsync($"/pages/{id}/publish", null, s_any)).Expect(HttpStatusCode.OK);

        // A change after the approval takes it away.
        await both.WriteAsync(id, "de", "Eigenes", "<p>Neuer.</p>");
        (await both.PostAsync($"/pages/{id}/submit", null, s_any)).Expect(HttpStatusCode.OK);
        (await welcome.Approver.PostAsync($"/pages/{id}/approve", null, s_any)).Expect(HttpStatusCode.OK);
        await both.WriteAsync(id, "de", "Eigenes", "<p>Ganz anders.</p>");
        Assert.Equal("WIR-COM-0023", (await both.PostAsync($"/pages/{id}/publish", null, s_any)).Code);
    }

    [Fact]
    public async Task A_queue_shows_ones_own_areas_only()
    {
        var (korbach, frankenberg) = (await welcome.Editor.PublishedAsync(area: "06635015"), await welcome.Editor.PublishedAsync(area: "06635011"));
        foreach (var id in new[] { korbach, frankenberg })
        {
            await welcome.Editor.WriteAsync(id, "de", "Neu " + id, "<p>Neu.</p>");
            (await welcome.Editor.PostAsync($"/pages/{id}/submit", null, s_any)).Expect(HttpStatusCode.OK);
        }

        var local = welcome.As("client:local", [Scopes.WelcomePublish], "06635015");
        var seen = (await local.GetAsync("/reviews?limit=200")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray().Select(one => (Guid)one!["pageId"]!).ToArray();

        Assert.Contains(korbach, seen);
        Assert.DoesNotContain(frankenberg, seen);
        Assert.Equal("WIR-COM-0009", (await local.GetAsync("/reviews?area=06635011")).Code);
        Assert.Equal("WIR-COM-0009", (await local.PostAsync($"/pages/{frankenberg}/approve", null, s_any)).Code);
    }

    [Fact]
    public async Task A_draft_becomes_live_at_its_time_and_no_cache_answers_past_it()
    {
        var id = await welcome.Editor.PublishedAsync();
        await welcome.Editor.WriteAsync(id, "de", "Später", "<p>Ab dann.</p>");
        var at = DateTimeOffset.UtcNow.AddSeconds(2);

        var plan = (await welcome.Approver.PostAsync($"/pages/{id}/publish", new { publishAt = at }, s_any)).Expect(HttpStatusCode.Accepted);
        var before = await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de");

        Assert.Equal(["de"], plan.Json["languages"]!.AsArray().Select(lang => (string)lang!));
        Assert.NotEqual("Später", (string)before.Json["title"]!);
        foreach (var path in new[] { "/tree?lang=de", "/pages?lang=de", $"/pages/{id}?lang=de", "/languages", "/coverage", "/shared" })
        {
            Assert.Contains("no-cache", (await welcome.Anonymous.GetAsync(path)).Headers["Cache-Control"], StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(async () => (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["title"]! == "Später", "the draft is live", TimeSpan.FromSeconds(30));
        Assert.True(DateTimeOffset.UtcNow >= at);
    }

    [Fact]
    public async Task A_planned_publication_falls_away_when_the_draft_changes()
    {
        var id = await welcome.Editor.PublishedAsync();
        await welcome.Editor.WriteAsync(id, "de", "Geplant", "<p>Ab dann.</p>");
        (await welcome.Approver.PostAsync($"/pages/{id}/publish", new { publishAt = DateTimeOffset.UtcNow.AddSeconds(2) }, s_any)).Expect(HttpStatusCode.Accepted);

        await welcome.Editor.WriteAsync(id, "de", "Anders", "<p>Noch nicht.</p>");

        await Eventually.TrueAsync(async () => await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.job where kind = 'publish' and key like '{id}%' and finished_at is null") == 0, "the job is done", TimeSpan.FromSeconds(30));
        Assert.DoesNotContain((string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["title"]!, new[] { "Geplant", "Anders" });
    }

    [Fact]
    public async Task A_page_is_withdrawn_at_its_time()
    {
        var id = await welcome.Editor.PublishedAsync();
        (await welcome.Editor.SendAsync(HttpMethod.Patch, $"/pages/{id}", new { unpublishAt = DateTimeOffset.UtcNow.AddSeconds(1) }, s_any)).Expect(HttpStatusCode.OK);

        await Eventually.TrueAsync(async () => (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["status"]! == "withdrawn", "the page is withdrawn", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Versions_stay_can_be_compared_and_come_back()
    {
        var id = await welcome.Editor.PublishedAsync(body: "<p>Eins.</p><p>Zwei.</p>");
        var title = (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["title"]!;
        await welcome.Editor.WriteAsync(id, "ar", "صفحة", "<p>واحد.</p><p>اثنان.</p>");
        await welcome.Editor.PublishAsync(id);
        (await welcome.Editor.PutAsync($"/pages/{id}/translations/de", new { title, body = "<p>Eins.</p><p>Drei.</p><p>Vier.</p>", changeNote = "Neue Frist" }, s_any)).Expect(HttpStatusCode.OK);
        await welcome.Editor.PublishAsync(id);

        var list = (await welcome.Anonymous.GetAsync($"/pages/{id}/versions?lang=de")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();
        Assert.Equal([2, 1], list.Select(one => (int)one!["number"]!));
        Assert.Equal("Neue Frist", (string)list[0]!["changeNote"]!);
        var diff = (await welcome.Anonymous.GetAsync($"/pages/{id}/diff?lang=de&from=1&to=2")).Expect(HttpStatusCode.OK).Json["segments"]!.AsArray();
        Assert.Equal(["equal", "equal", "change", "insert"], diff.Select(line => (string)line!["op"]!));
        Assert.Equal(("Zwei.", "Drei."), ((string)diff[2]!["before"]!, (string)diff[2]!["after"]!));
        Assert.Equal("<p>Eins.</p><p>Zwei.</p>", (string)(await welcome.Anonymous.GetAsync($"/pages/{id}/versions/de/1")).Json["body"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/pages/{id}/versions/de/9")).Status);

        (await welcome.Editor.PostAsync($"/pages/{id}/restore", new { lang = "de", number = 1, changeNote = "Zurück" }, s_any)).Expect(HttpStatusCode.OK);
        await welcome.Editor.PublishAsync(id);

        var page = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json;
        Assert.Equal("<p>Eins.</p><p>Zwei.</p>", (string)page["body"]!);
        Assert.Contains(page["translations"]!.AsArray(), one => (string)one!["lang"]! == "ar" && (string)one["state"]! == "up-to-date");
    }

    private async Task<System.Text.Json.Nodes.JsonArray> QueueAsync(string area) => (await welcome.Approver.GetAsync($"/reviews?area={area}&limit=200")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();
}
