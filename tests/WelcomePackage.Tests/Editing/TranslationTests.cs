using System.Net;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>What the states of translations follow from.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class TranslationTests(Welcome welcome)
{
    [Fact]
    public async Task One_changed_paragraph_is_one_open_segment_and_the_others_keep_their_approval()
    {
        var (id, title) = await TranslatedAsync("<p>Eins.</p><h2>Mitte</h2><p>Zwei.</p><ul><li>Drei.</li><li>Vier.</li></ul>", "<p>One.</p><h2>Middle</h2><p>Two.</p><ul><li>Three.</li><li>Four.</li></ul>");

        await PublishAsync(id, title, "<p>Eins.</p><h2>Mitte</h2><p>Zwei!</p><ul><li>Drei.</li><li>Vier.</li></ul>");

        var segments = await SegmentsAsync(id);
        Assert.Equal(("outdated", 1, 6), (await StateAsync(id, "en"), (int)segments["open"]!, (int)segments["total"]!));
        Assert.Equal(["approved", "approved", "approved", "open", "approved", "approved"], segments["segments"]!.AsArray().Select(one => (string)one!["state"]!));
        Assert.Equal(("Zwei!", null, "Three."), ((string)segments["segments"]![3]!["source"]!, (string?)segments["segments"]![3]!["target"], (string)segments["segments"]![4]!["target"]!));

        // Said anew by a machine, that one alone wants a review.
        await welcome.Editor.WriteAsync(id, "en", "Page", "<p>One.</p><h2>Middle</h2><p>Two!</p><ul><li>Three.</li><li>Four.</li></ul>", "machine-translated");
        await welcome.Editor.PublishAsync(id);
        Assert.Equal("machine-translated", await StateAsync(id, "en"));
        Assert.Equal(["approved", "approved", "approved", "machine-translated", "approved", "approved"], (await SegmentsAsync(id))["segments"]!.AsArray().Select(one => (string)one!["state"]!));

        await welcome.Editor.WriteAsync(id, "en", "Page", "<p>One.</p><h2>Middle</h2><p>Two!</p><ul><li>Three.</li><li>Four.</li></ul>");
        await welcome.Editor.PublishAsync(id);
        Assert.Equal("up-to-date", await StateAsync(id, "en"));
    }

    [Theory]
    [InlineData("<p>Eins.</p>\n\n  <p>Zwei.</p>", "up-to-date", 0)]
    [InlineData("<p>  Eins. </p><p>Zwei.\n</p>", "up-to-date", 0)]
    [InlineData("<p>Eins</p><p>Zwei.</p>", "outdated", 1)]
    [InlineData("<p>Eins.</p>", "outdated", 0)]
    [InlineData("<p>Eins.</p><p>Zwei.</p><p>Zwei.</p>", "outdated", 1)]
    [InlineData("<p>Zwei.</p><p>Eins.</p>", "up-to-date", 0)]
    public async Task White_space_is_no_change_and_words_are(string body, string state, int open)
    {
        var (id, title) = await TranslatedAsync("<p>Eins.</p><p>Zwei.</p>", "<p>One.</p><p>Two.</p>");

        await PublishAsync(id, title, body);
        Assert.Equal((state, open), (await StateAsync(id, "en"), (int)(await SegmentsAsync(id))["open"]!));

        // Undone, it was never there.
        await PublishAsync(id, title, "<p>Eins.</p><p>Zwei.</p>");
        Assert.Equal("up-to-date", await StateAsync(id, "en"));
    }

    [Fact]
    public async Task Every_offered_language_has_a_state()
    {
        var (id, _) = await TranslatedAsync("<p>Eins.</p>", "<p>One.</p>");
        await welcome.Editor.WriteAsync(id, "ar", "صفحة", "<p>نص.</p>");

        var rows = (await welcome.Editor.GetAsync($"/pages/{id}/translations")).Expect(HttpStatusCode.OK).Json["translations"]!.AsArray().ToDictionary(row => (string)row!["lang"]!, row => row!);

        Assert.Equal(25, rows.Count);
        Assert.Equal(("up-to-date", "up-to-date", "in-translation", "fallback", "missing"),
            ((string)rows["de"]["state"]!, (string)rows["en"]["state"]!, (string)rows["ar"]["state"]!, (string)rows["ti"]["state"]!, await LonelyAsync()));
        Assert.Equal("en", (string)rows["ti"]["served"]!);
        Assert.DoesNotContain((await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["translations"]!.AsArray(), one => (string)one!["lang"]! == "ar");
        Assert.Equal(HttpStatusCode.Unauthorized, (await welcome.Anonymous.GetAsync($"/pages/{id}/translations")).Status);
    }

    [Fact]
    public async Task Coverage_counts_what_the_pages_say()
    {
        var (id, title) = await TranslatedAsync("<p>Eins.</p>", "<p>One.</p>", "06635011");
        await PublishAsync(id, title, "<p>Anders.</p>");

        var rows = (await welcome.Anonymous.GetAsync("/coverage?area=06635011")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray().Where(row => (string)row!["area"]! == "06635011").ToArray();
        var english = rows.Single(row => (string)row!["lang"]! == "en")!;
        var all = (await welcome.Anonymous.GetAsync("/coverage")).Json["data"]!.AsArray();

        Assert.Equal(25, rows.Length);
        Assert.Equal((1, 1), ((int)english["states"]!["outdated"]!, (int)english["openSegments"]!));
        Assert.All(all, row => Assert.Equal((int)row!["pages"]!, row["states"]!.AsObject().Sum(state => (int)state.Value!)));
        await welcome.Editor.WriteAsync(id, "en", "Page", "<p>Different.</p>");
        var during = (await welcome.Anonymous.GetAsync("/coverage?area=06635011&lang=en")).Json["data"]!.AsArray().Single(row => (string)row!["area"]! == "06635011")!;
        Assert.Equal(1, (int)during["states"]!["in-translation"]!);
    }

    [Fact]
    public async Task What_an_area_adds_can_be_taken_back()
    {
        var id = await welcome.Editor.PublishedAsync();
        await OverlayAsync(id, new[] { new { body = "<p>Korbach</p>" } });
        Assert.Equal(2, await BlocksAsync(id));

        await OverlayAsync(id, Array.Empty<object>());

        Assert.Equal(1, await BlocksAsync(id));
    }

    [Theory]
    [InlineData("<h4>Zu tief</h4><p>x</p>", "h4")]
    [InlineData("<h2>A</h2><h4>Sprung</h4>", "h4")]
    [InlineData("<h2> </h2><p>x</p>", "leer|empty")]
    [InlineData("<p><img src=\"/api/welcome/v1/media/0197a000-0000-7000-8000-000000000000\"></p>", "alternative text")]
    [InlineData("<table><tbody><tr><td>1</td></tr></tbody></table>", "header cells")]
    [InlineData("<p><a href=\"https://example.org\">hier</a></p>", "hier")]
    [InlineData("<p><a href=\"https://example.org\"></a></p>", "no text")]
    [InlineData("<p><a href=\"https://example.org\">https://example.org</a></p>", "address")]
    [InlineData("<p>{{fact:no-such-fact}}</p>", "no-such-fact")]
    [InlineData("<p>Mitten {{block:free-advice}} im Satz</p>", "free-advice")]
    public async Task Barriers_and_unknown_items_are_refused_at_save(string body, string expected)
    {
        var id = await welcome.Editor.PublishedAsync();

        var answer = await welcome.Editor.PutAsync($"/pages/{id}/translations/de", new { title = "x", body }, ("If-Match", "*"));
        var overlay = await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de", new { blocks = new[] { new { body = "<p>gut</p>" }, new { body = "<table><tbody><tr><td>1</td></tr></tbody></table>" } } }, ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Matches(expected, (string)answer.Json["errors"]![0]!["detail"]!);
        Assert.Equal("/blocks/1/body", (string)overlay.Json["errors"]![0]!["pointer"]!);
    }

    [Fact]
    public async Task Every_barrier_is_named_and_what_is_fine_is_saved()
    {
        var id = await welcome.Editor.PublishedAsync();

        var answer = await welcome.Editor.PutAsync($"/pages/{id}/translations/de", new { title = "x", body = "<h3>A</h3><p><a href=\"/x\">mehr</a></p><table><tr><td>1</td></tr></table>" }, ("If-Match", "*"));
        Assert.Equal(3, answer.Json["errors"]!.AsArray().Count);
        (await welcome.Editor.PutAsync($"/pages/{id}/translations/de", new
        {
            title = "x",
            body = "<h2>A</h2><h3>B</h3><table><tr><th scope=\"col\">Tag</th></tr><tr><td>Mo</td></tr></table><p><a href=\"https://example.org\">Beratung finden</a></p><h2>C</h2>",
        }, ("If-Match", "*"))).Expect(HttpStatusCode.OK);
    }

    private async Task<(Guid Id, string Title)> TranslatedAsync(string source, string target, string area = "06635")
    {
        var id = await welcome.Editor.PublishedAsync(body: source, area: area);
        await welcome.Editor.WriteAsync(id, "en", "Page", target);
        await welcome.Editor.PublishAsync(id);
        return (id, (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["title"]!);
    }

    private async Task PublishAsync(Guid id, string title, string body)
    {
        await welcome.Editor.WriteAsync(id, "de", title, body);
        await welcome.Editor.PublishAsync(id);
    }

    /// <summary>A page in English only has nothing for German readers but itself.</summary>
    private async Task<string> LonelyAsync()
    {
        var id = Guid.Parse((string)(await welcome.Editor.PostAsync("/pages", new { area = "06635", order = 1, parentId = (Guid?)null, sourceLanguage = "en" })).Json["id"]!);
        await welcome.Editor.WriteAsync(id, "en", "Only English " + id, "<p>x</p>");
        await welcome.Editor.PublishAsync(id);
        return (string)(await welcome.Editor.GetAsync($"/pages/{id}/translations")).Json["translations"]!.AsArray().Single(row => (string)row!["lang"]! == "de")!["state"]!;
    }

    private async Task OverlayAsync(Guid id, object blocks)
    {
        var exists = (await welcome.Editor.GetAsync($"/pages/{id}/overlays/06635015/de")).Status == HttpStatusCode.OK;
        var answer = await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de", new { blocks }, exists ? ("If-Match", "*") : ("If-None-Match", "*"));
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        await welcome.Editor.PublishAsync(id, new { area = "06635015" });
    }

    private async Task<int> BlocksAsync(Guid id) => (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de&municipality=06635015")).Json["blocks"]!.AsArray().Count;

    private async Task<JsonNode> SegmentsAsync(Guid id) => (await welcome.Editor.GetAsync($"/pages/{id}/translations/en/segments")).Expect(HttpStatusCode.OK).Json;

    private async Task<string> StateAsync(Guid id, string lang) =>
        (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["translations"]!.AsArray().Single(one => (string)one!["lang"]! == lang)!["state"]!;
}
