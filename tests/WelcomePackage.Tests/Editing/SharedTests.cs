using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>Facts, contacts and texts that many pages show.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class SharedTests(Welcome welcome)
{
    private static readonly (string, string) s_new = ("If-None-Match", "*");
    private static readonly (string, string) s_any = ("If-Match", "*");

    private Person Keeper => welcome.As("client:keeper", [Scopes.WelcomePublish, Scopes.WelcomeWrite], "06635");

    [Fact]
    public async Task One_edit_changes_tag_and_feed_of_all_dependents_in_all_languages_under_one_revision()
    {
        await PutAsync("fee", new { kind = "fact", area = "06635", values = new[] { new { value = new { de = "1,95 €", en = "€1.95" }, source = "BAMF" } } }, s_new);
        await PutAsync("fee-text", new { kind = "block", area = "06635", texts = new { de = "<p>Sie zahlen {{fact:fee}}.</p>", en = "<p>You pay {{fact:fee}}.</p>" } }, s_new);
        var pages = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            var id = await welcome.Editor.PublishedAsync(body: i == 0 ? "<p>Preis: {{fact:fee}}</p>" : "<p>{{block:fee-text}}</p>");
            await welcome.Editor.WriteAsync(id, "en", "Page", "<p>Text.</p><p>{{block:fee-text}}</p>");
            await welcome.Editor.PublishAsync(id);
            pages.Add(id);
        }

        var other = await welcome.Editor.PublishedAsync();
        var before = await TagsAsync([.. pages, other]);
        var (feed, revision) = (await FeedAsync(pages), await RevisionAsync());

        var answer = await PutAsync("fee", new { kind = "fact", area = "06635", values = new object[] { new { value = new { de = "1,95 €", en = "€1.95" }, source = "BAMF" }, new { asOf = "2022-08-01", value = new { de = "2,29 €", en = "€2.29" }, source = "BAMF" } } }, s_any);

        Assert.Equal(revision + 1, await RevisionAsync());
        Assert.Equal(pages.Order(), answer.Json["changed"]!.AsArray().Select(one => (Guid)one!));
        Assert.Equal(revision + 1, (long)answer.Json["contentVersion"]!);
        var after = await TagsAsync([.. pages, other]);
        Assert.All(pages, id => Assert.All(["de", "en"], lang => Assert.NotEqual(before[(id, lang)].Tag, after[(id, lang)].Tag)));
        Assert.All(pages, id => Assert.Contains("2,29 €", after[(id, "de")].Text, StringComparison.Ordinal));
        Assert.All(pages, id => Assert.Contains("€2.29", after[(id, "en")].Text, StringComparison.Ordinal));
        Assert.Equal(before[(other, "de")].Tag, after[(other, "de")].Tag);
        var fed = await FeedAsync(pages);
        Assert.All(pages, id => Assert.True(fed[id] > feed[id]));
    }

    [Fact]
    public async Task A_fact_shows_the_value_that_holds_and_turns_on_its_day()
    {
        var tomorrow = DateOnly.FromDateTime(DateTime.UtcNow.AddDays(2));
        await PutAsync("turning", new { kind = "fact", area = "06635", labels = new { de = "Preis" }, values = new object[] { new { asOf = "2020-01-01", value = new { de = "alt" }, source = "A" }, new { asOf = tomorrow, value = new { de = "neu" }, source = "B" } } }, s_new);
        var id = await welcome.Editor.PublishedAsync(body: "<p>Preis: {{fact:turning}}</p>");
        var fact = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["facts"]!.AsArray().Single()!;
        Assert.Equal(("alt", "2020-01-01", "A"), ((string)fact["value"]!, (string)fact["asOf"]!, (string)fact["source"]!));

        // As if its day had come.
        await welcome.ScalarAsync<object>($$"""update welcomepackage.shared_item set content = jsonb_set(content, '{values,1,asOf}', '"2026-11-01"') where key = 'turning'""");
        await using (var scope = welcome.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<Features.Scheduling.TurnFacts>().HandleAsync(null!, default);
        }

        Assert.Equal("<p>Preis: neu</p>", (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["body"]!);
    }

    [Fact]
    public async Task Items_that_contain_each_other_are_refused()
    {
        await PutAsync("ring-a", new { kind = "block", area = "06635", texts = new { de = "<p>A</p>" } }, s_new);
        await PutAsync("ring-b", new { kind = "block", area = "06635", texts = new { de = "<p>{{block:ring-a}}</p>" } }, s_new);
        await PutAsync("ring-c", new { kind = "block", area = "06635", texts = new { de = "<p>{{block:ring-b}}</p>" } }, s_new);

        var cycle = await Keeper.PutAsync("/shared/ring-a", new { kind = "block", area = "06635", texts = new { de = "<p>{{block:ring-c}}</p>" } }, s_any);
        var self = await Keeper.PutAsync("/shared/ring-a", new { kind = "block", area = "06635", texts = new { de = "<p>{{block:ring-a}}</p>" } }, s_any);
        var unknown = await Keeper.PutAsync("/shared/ring-a", new { kind = "block", area = "06635", texts = new { de = "<p>{{fact:nothing-here}}</p>" } }, s_any);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "WIR-WEL-0016"), (cycle.Status, cycle.Code));
        Assert.Equal("WIR-WEL-0016", self.Code);
        Assert.Equal("WIR-WEL-0015", unknown.Code);
        Assert.Equal("WIR-WEL-0020", (await Keeper.SendAsync(HttpMethod.Delete, "/shared/ring-a", null, s_any)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await Keeper.SendAsync(HttpMethod.Delete, "/shared/ring-c", null, s_any)).Status);
    }

    [Fact]
    public async Task A_contact_stands_in_its_own_paragraph_with_what_can_be_dialled()
    {
        await PutAsync("office", new { kind = "contact", area = "06635", labels = new { de = "Bürgerbüro (Beispiel)" }, contact = new { phone = "030 23125 001", email = "amt@example.org", address = "Markt 1" } }, s_new);
        var id = await welcome.Editor.PublishedAsync(body: "<p>Fragen?</p><p>{{contact:office}}</p>");

        var body = (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["body"]!;

        Assert.Contains("href=\"tel:03023125001\"", body, StringComparison.Ordinal);
        Assert.Contains("mailto:amt@example.org", body, StringComparison.Ordinal);
        Assert.Contains("<strong>Bürgerbüro (Beispiel)</strong>", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_is_named_and_foreign_items_stay()
    {
        var faults = await Keeper.PutAsync("/shared/bad", new { kind = "fact", area = "06635", labels = new { xx = "?" }, values = new object[] { new { value = new { de = "" } } } }, s_new);
        var foreign = await Keeper.PutAsync("/shared/integration-course-unit-price", new { kind = "fact", area = "06635", values = new[] { new { value = new { de = "0 €" }, source = "x" } } }, s_any);
        var editor = await welcome.Editor.PutAsync("/shared/own", new { kind = "fact", area = "06635", values = new[] { new { value = new { de = "0 €" }, source = "x" } } }, s_new);

        Assert.Equal(["/labels/xx", "/values/0/value/de", "/values/0/source"], faults.Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!));
        Assert.Equal("WIR-COM-0009", foreign.Code);
        Assert.Equal(HttpStatusCode.Forbidden, editor.Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await Keeper.PutAsync("/shared/own", new { kind = "fact", area = "06635", values = new[] { new { value = new { de = "0 €" }, source = "x" } } })).Status);
    }

    [Fact]
    public async Task The_fee_of_the_integration_course_keeps_its_history()
    {
        var item = (await welcome.Anonymous.GetAsync("/shared/integration-course-unit-price")).Expect(HttpStatusCode.OK).Json;

        Assert.Equal([(null, "1.95"), ("2021-01-01", "2.20"), ("2022-08-01", "2,29 €")], item["values"]!.AsArray().Select(value => ((string?)value!["asOf"], (string)value["value"]!["de"]!)));
        Assert.Equal("2,29 €", (string)item["current"]!["value"]!["de"]!);
        Assert.Contains(Welcome.Seeded("integration-course"), item["pages"]!.AsArray().Select(id => (Guid)id!));
    }

    private async Task<Answer> PutAsync(string key, object body, (string, string) condition)
    {
        var answer = await Keeper.PutAsync($"/shared/{key}", body, condition);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return answer;
    }

    private async Task<Dictionary<(Guid, string), (string Tag, string Text)>> TagsAsync(Guid[] ids)
    {
        var tags = new Dictionary<(Guid, string), (string, string)>();
        foreach (var id in ids)
        {
            foreach (var lang in new[] { "de", "en" })
            {
                var page = await welcome.Anonymous.GetAsync($"/pages/{id}?lang={lang}");
                tags[(id, lang)] = (page.Tag!, page.Text);
            }
        }

        return tags;
    }

    private async Task<Dictionary<Guid, long>> FeedAsync(List<Guid> ids)
    {
        await welcome.FeedInOrderAsync();
        return (await welcome.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().Where(row => ids.Contains((Guid)row!["id"]!)).ToDictionary(row => (Guid)row!["id"]!, row => (long)row!["position"]!);
    }

    private Task<long> RevisionAsync() => welcome.ScalarAsync<long>("select revision from welcomepackage.content");
}
