using System.Net;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests;

[Lane(Lane.Functional)]
public sealed class EditingTests(Welcome welcome) : IClassFixture<Welcome>
{
    [Fact]
    public async Task A_page_is_seen_once_it_is_published_and_not_before()
    {
        var created = (await welcome.Editor.PostAsync("/pages", new { parentId = (Guid?)null, area = "06635", order = 1, sourceLanguage = "de", fieldOfAction = "work" })).Expect(HttpStatusCode.Created);
        var id = (string)created.Json["id"]!;
        Assert.Equal("\"1\"", created.Tag);
        var written = (await welcome.Editor.PutAsync($"/pages/{id}/translations/de", new { title = "Übergroße Arbeit finden", body = "<p>Zur Agentur.</p>" }, ("If-None-Match", "*"))).Expect(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Status);

        var published = (await welcome.Approver.PostAsync($"/pages/{id}/publish", null, ("If-Match", written.Tag!))).Expect(HttpStatusCode.OK);

        var page = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Expect(HttpStatusCode.OK);
        Assert.Equal("uebergrosse-arbeit-finden", (string)page.Json["slug"]!);
        Assert.Equal((long)published.Json["version"]!, (long)page.Json["version"]!);
        Assert.StartsWith($"\"{published.Json["version"]}-", page.Tag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_changes_nothing_that_readers_get()
    {
        var id = await welcome.Editor.PublishedAsync();
        await welcome.Editor.WriteAsync(id, "ar", "صفحة", "<p>نص.</p>");
        await welcome.Editor.PublishAsync(id);
        var (before, feed) = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=ar"), await FeedAsync(id));

        await welcome.Editor.WriteAsync(id, "de", "Ganz anders", "<p>Neu.</p><p>Mehr.</p>");
        await welcome.Editor.WriteAsync(id, "en", "New", "<p>New.</p>");

        var after = await welcome.Anonymous.GetAsync($"/pages/{id}?lang=ar");
        Assert.Equal((before.Text, before.Tag), (after.Text, after.Tag));
        Assert.Equal(feed, await FeedAsync(id));
    }

    [Fact]
    public async Task Nobody_publishes_their_own_draft()
    {
        var both = welcome.As("client:both", [Scopes.WelcomeWrite, Scopes.WelcomePublish], "06635");
        var id = Guid.Parse((string)(await both.PostAsync("/pages", new { area = "06635", order = 1, parentId = (Guid?)null })).Json["id"]!);
        await both.PutAsync($"/pages/{id}/translations/de", new { title = "Eigenes", body = "<p>Text.</p>" }, ("If-None-Match", "*"));

        var answer = await both.PostAsync($"/pages/{id}/publish", null, ("If-Match", "*"));

        Assert.Equal((HttpStatusCode.Forbidden, "WIR-COM-0023"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Another_area_is_none_of_ones_business()
    {
        var other = welcome.As("client:other", [Scopes.WelcomeWrite, Scopes.WelcomePublish], "06635011");
        var id = await welcome.Editor.PublishedAsync(area: "06635015");

        Assert.Equal("WIR-COM-0009", (await other.PostAsync("/pages", new { area = "06635015", order = 1, parentId = (Guid?)null })).Code);
        Assert.Equal("WIR-COM-0009", (await other.PutAsync($"/pages/{id}/translations/de", new { title = "x", body = "<p>x</p>" }, ("If-Match", "*"))).Code);
        Assert.Equal("WIR-COM-0009", (await other.PostAsync($"/pages/{id}/publish", null, ("If-Match", "*"))).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await welcome.Anonymous.PostAsync("/pages", new { area = "06635015", order = 1 })).Status);
    }

    [Fact]
    public async Task Nobody_overwrites_what_they_have_not_seen()
    {
        var id = await welcome.Editor.PublishedAsync();
        var seen = (await welcome.Editor.GetAsync($"/pages/{id}/translations/de")).Tag!;
        var path = $"/pages/{id}/translations/de";
        object Text(string body) => new { title = $"Seite {id}", body };

        Assert.Equal(HttpStatusCode.PreconditionRequired, (await welcome.Editor.PutAsync(path, Text("<p>1</p>"))).Status);
        (await welcome.Editor.PutAsync($"/pages/{id}/translations/en", new { title = "Other language", body = "<p>x</p>" }, ("If-None-Match", "*"))).Expect(HttpStatusCode.Created);
        (await welcome.Editor.PutAsync(path, Text("<p>2</p>"), ("If-Match", seen))).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await welcome.Editor.PutAsync(path, Text("<p>3</p>"), ("If-Match", seen))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await welcome.Approver.PostAsync($"/pages/{id}/publish", null, ("If-Match", seen))).Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await welcome.Approver.PostAsync($"/pages/{id}/publish")).Status);
    }

    [Fact]
    public async Task States_follow_from_what_was_translated_not_from_when()
    {
        var id = await welcome.Editor.PublishedAsync(body: "<p>Eins.</p><p>Zwei.</p>");
        var title = (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["title"]!;
        await welcome.Editor.WriteAsync(id, "ar", "صفحة", "<p>واحد.</p><p>اثنان.</p>");
        await welcome.Editor.PublishAsync(id);
        Assert.Equal("up-to-date", await StateAsync(id, "ar"));

        await EditAsync("<p>Eins.</p><p>Drei.</p>");
        Assert.Equal("outdated", await StateAsync(id, "ar"));
        Assert.Equal(1, await welcome.ScalarAsync<int>($"select open_segments from welcomepackage.translation where page_id = '{id}' and lang = 'ar'"));

        await EditAsync("<p>Eins.</p>\n  <p>Zwei. </p>");
        Assert.Equal("up-to-date", await StateAsync(id, "ar"));

        async Task EditAsync(string body)
        {
            await welcome.Editor.WriteAsync(id, "de", title, body);
            await welcome.Editor.PublishAsync(id);
        }
    }

    [Theory]
    [InlineData("before", "fees", new[] { "intro", "06635015-1", "fees", "end" })]
    [InlineData("after", "intro", new[] { "intro", "06635015-1", "fees", "end" })]
    [InlineData("instead", "fees", new[] { "intro", "06635015-1", "end" })]
    [InlineData("after", null, new[] { "intro", "fees", "end", "06635015-1" })]
    [InlineData("before", null, new[] { "06635015-1", "intro", "fees", "end" })]
    [InlineData("after", "gone", new[] { "intro", "fees", "end", "06635015-1" })]
    public async Task A_municipality_adds_before_after_or_instead_of_a_block(string position, string? block, string[] expected)
    {
        var id = await welcome.Editor.PublishedAsync(body: "<p>Anfang</p><h2 id=\"fees\">Gebühren</h2><p>x</p><h2 id=\"end\">Ende</h2><p>y</p>");
        (await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de", new { blocks = new[] { new { position, block, body = "<p>Korbach</p>" } } }, ("If-None-Match", "*"))).Expect(HttpStatusCode.Created);
        Assert.Equal(["intro", "fees", "end"], await BlocksAsync(id, "06635015"));

        await welcome.Editor.PublishAsync(id, new { area = "06635015" });

        Assert.Equal(expected, await BlocksAsync(id, "06635015"));
        Assert.Equal(["intro", "fees", "end"], await BlocksAsync(id, "06635011"));
    }

    [Fact]
    public async Task An_overlay_belongs_to_an_area_below_the_page()
    {
        var id = await welcome.Editor.PublishedAsync(area: "06635015");
        var body = new { blocks = new[] { new { body = "<p>x</p>" } } };

        Assert.Equal("WIR-WEL-0007", (await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635011/de", body, ("If-None-Match", "*"))).Code);
        Assert.Equal("WIR-WEL-0007", (await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de", body, ("If-None-Match", "*"))).Code);
    }

    [Fact]
    public async Task A_parent_of_a_narrower_area_and_one_that_is_not_live_are_refused()
    {
        var korbach = await welcome.Editor.PublishedAsync(area: "06635015");
        Assert.Equal("WIR-WEL-0002", (await welcome.Editor.PostAsync("/pages", new { area = "06635", order = 1, parentId = korbach })).Code);

        var draft = (string)(await welcome.Editor.PostAsync("/pages", new { area = "06635", order = 1, parentId = (Guid?)null })).Json["id"]!;
        var child = Guid.Parse((string)(await welcome.Editor.PostAsync("/pages", new { area = "06635", order = 1, parentId = draft })).Json["id"]!);
        await welcome.Editor.WriteAsync(child, "de", "Kind", "<p>x</p>");
        Assert.Equal("WIR-WEL-0003", (await welcome.Approver.PostAsync($"/pages/{child}/publish", null, ("If-Match", "*"))).Code);
    }

    [Fact]
    public async Task Bodies_are_made_safe_and_addresses_belong_to_one_page()
    {
        var id = await welcome.Editor.PublishedAsync("Sicher", "<p onclick=\"x()\">Gut<script>alert(1)</script> <a href=\"javascript:alert(1)\">hier</a></p>");
        var page = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json;
        Assert.Equal("<p>Gut <a>hier</a></p>", (string)page["body"]!);

        var other = await welcome.Editor.PublishedAsync();
        var answer = await welcome.Editor.PutAsync($"/pages/{other}/translations/de", new { title = "x", slug = (string)page["slug"]!, body = "<p>x</p>" }, ("If-Match", "*"));
        Assert.Equal((HttpStatusCode.Conflict, "WIR-WEL-0006"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Unknown_members_and_bad_values_are_named()
    {
        var answer = await welcome.Editor.PostAsync("/pages", """{"area":"06635","order":1,"parentId":null,"sourcelanguage":"de"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0003"), (answer.Status, answer.Code));

        var values = await welcome.Editor.PostAsync("/pages", """{"area":"06635","order":-1,"parentId":null,"fieldOfAction":"§"}""");
        Assert.Equal(["/order", "/fieldOfAction"], values.Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!));
    }

    [Fact]
    public async Task A_publication_is_told_by_event_and_feed()
    {
        var id = await welcome.Editor.PublishedAsync();

        var events = welcome.ScalarAsync<long>($"select count(*) from welcomepackage.outbox_message where aggregate_id = '{id}'");
        Assert.Equal(2, await events);
        await Eventually.TrueAsync(async () => await FeedAsync(id) is not null, "the page in the feed");
    }

    private async Task<string?> FeedAsync(Guid id)
    {
        await Eventually.TrueAsync(async () => await welcome.ScalarAsync<long>("select count(*) from welcomepackage.feed_pending") == 0, "feed in order");
        return (await welcome.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().SingleOrDefault(row => (string)row!["id"]! == id.ToString())?.ToJsonString();
    }

    private async Task<string> StateAsync(Guid id, string lang) =>
        (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["translations"]!.AsArray().Single(one => (string)one!["lang"]! == lang)!["state"]!;

    private async Task<string[]> BlocksAsync(Guid id, string municipality) =>
        [.. (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de&municipality={municipality}")).Json["blocks"]!.AsArray().Select(block => (string)block!["id"]!)];
}
