using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>A link that holds a user or a password is refused, and stored ones are mended.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class LinkTests(Welcome welcome)
{
    [Theory]
    [InlineData("https://erika:geheim@example.org/")]
    [InlineData("HTTP://korbach.de@evil.example")]
    [InlineData(" https:\\\\erika:geheim@example.org")]
    [InlineData("ht\ntps://a@b@example.org/x")]
    [InlineData("//erika:geheim@example.org")]
    public async Task Every_place_for_an_address_refuses_a_user_in_it(string address)
    {
        var id = await welcome.Editor.PublishedAsync();
        var html = $"<p>Mehr im <a href=\"{address}\">Rathaus</a>.</p>";
        var fact = new { de = "1 €" };
        var any = ("If-None-Match", "*");
        (string Pointer, Answer Answer)[] answers =
        [
            ("/body", await welcome.Editor.PutAsync($"/pages/{id}/translations/de",
                new { title = "Seite", body = html }, ("If-Match", "*"))),
            ("/blocks/1/body", await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de",
                new { blocks = new[] { new { body = "<p>Gut.</p>" }, new { body = html } } }, any)),
            ("/texts/de", await welcome.Approver.PutAsync("/shared/link-a",
                new { kind = "block", area = "06635", texts = new { de = html } }, any)),
            ("/contact/website", await welcome.Approver.PutAsync("/shared/link-b",
                new { kind = "contact", area = "06635", labels = fact, contact = new { website = address } }, any)),
            ("/values/0/sourceUrl", await welcome.Approver.PutAsync("/shared/link-c",
                new { kind = "fact", area = "06635",
                values = new[] { new { value = fact, source = "Amt", sourceUrl = address } } }, any)),
            ("/source", await welcome.Editor.PostAsync("/pages", new { area = "06635", order = 1, source = address })),
        ];

        Assert.All(answers, one => Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, one.Pointer),
                (one.Answer.Status, (string)one.Answer.Json["errors"]![0]!["pointer"]!)));
    }

    [Fact]
    public async Task Stored_links_are_mended_and_their_translations_stay_up_to_date()
    {
        const string Good = "https://example.org/amt?x=1";
        const string Bad = "https://erika:geheim@example.org/amt?x=1";
        var id = await welcome.Editor.PublishedAsync(body: $"<p>Mehr im <a href=\"{Good}\">Rathaus</a>.</p><p>Fragen an rat@example.org.</p>");
        var before = await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de");
        await SpoilAsync(id, Good, Bad);
        // What the translation says of its source rests on the source as it was stored.
        await welcome.Editor.WriteAsync(id, "en", "Page",
            $"<p>More at the <a href=\"{Good}\">town hall</a>.</p><p>Questions to rat@example.org.</p>");
        await welcome.Editor.PublishAsync(id);
        Assert.Equal("up-to-date", await StateAsync(id));

        Assert.Equal(2, await welcome.RunJobAsync("mend-links"));

        var after = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Expect(HttpStatusCode.OK);
        Assert.Equal((string)before.Json["body"]!, (string)after.Json["body"]!);
        Assert.True((long)before.Json["version"]! < (long)after.Json["version"]!);
        Assert.Equal("up-to-date", await StateAsync(id));
        foreach (var table in new[] { "draft", "text_version", "live_text" })
        {
            Assert.Equal(0,
                await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.{table} t where t::text like '%geheim@%'"));
        }

        Assert.Contains("rat@example.org", (string)after.Json["body"]!, StringComparison.Ordinal);
        var segments = (await welcome.Editor.GetAsync($"/pages/{id}/translations/en/segments"))
            .Expect(HttpStatusCode.OK);
        Assert.Equal((0, 3), ((int)segments.Json["open"]!, (int)segments.Json["total"]!));
        Assert.Equal(0, await welcome.RunJobAsync("mend-links"));
    }

    private async Task<string> StateAsync(Guid id) =>
        (string)(await welcome.Editor.GetAsync($"/pages/{id}/translations")).Json["translations"]!.AsArray()
            .Single(row => (string)row!["lang"]! == "en")!["state"]!;

    /// <summary>As an earlier release stored it: in what was written, and in what is live.</summary>
    private async Task SpoilAsync(Guid id, string good, string bad)
    {
        foreach (var (table, columns) in new[] { ("text_version", "text"), ("live_text", "blocks") })
        {
            await using var command = welcome.Source.CreateCommand(
                $"update welcomepackage.{table} set {columns} = replace({columns}::text, @good, @bad)::jsonb where page_id = @id");
            command.Parameters.AddWithValue("good", good);
            command.Parameters.AddWithValue("bad", bad);
            command.Parameters.AddWithValue("id", id);
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
        }
    }
}
