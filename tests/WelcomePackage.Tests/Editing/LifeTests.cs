using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>Where pages stand, how they are called, and how they end.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class LifeTests(Welcome welcome)
{
    private static readonly (string, string) s_any = ("If-Match", "*");

    [Fact]
    public async Task A_page_moves_with_all_below_it_and_never_below_itself()
    {
        var (a, b) = (await welcome.Editor.PublishedAsync("A"), await welcome.Editor.PublishedAsync("B"));
        var child = await welcome.Editor.PublishedAsync("Kind", parent: a);
        var grandchild = await welcome.Editor.PublishedAsync("Enkel", parent: child);

        var moved = (await welcome.Editor.PostAsync($"/pages/{child}/move", new { parentId = b, order = 7 }, s_any)).Expect(HttpStatusCode.OK);
        var cycle = await welcome.Editor.PostAsync($"/pages/{b}/move", new { parentId = grandchild }, s_any);
        var self = await welcome.Editor.PostAsync($"/pages/{b}/move", new { parentId = b }, s_any);
        var nowhere = await welcome.Editor.PostAsync($"/pages/{b}/move", new { parentId = Guid.CreateVersion7() }, s_any);
        var blind = await welcome.Editor.PostAsync($"/pages/{child}/move", new { parentId = a });

        Assert.Equal((b.ToString(), 7), ((string)moved.Json["parentId"]!, (int)moved.Json["order"]!));
        Assert.Equal((HttpStatusCode.Conflict, "WIR-WEL-0011"), (cycle.Status, cycle.Code));
        Assert.Equal((HttpStatusCode.Conflict, "WIR-WEL-0011"), (self.Status, self.Code));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, nowhere.Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, blind.Status);
        var tree = (await welcome.Anonymous.GetAsync("/tree?lang=de")).Json["data"]!.AsArray().ToDictionary(one => (Guid)one!["id"]!, one => (Guid?)one!["parentId"]);
        Assert.Equal((b, child), (tree[child], tree[grandchild]));
    }

    [Fact]
    public async Task Two_moves_at_once_never_make_a_circle()
    {
        for (var round = 0; round < 5; round++)
        {
            var (a, b) = (await welcome.Editor.PublishedAsync("A"), await welcome.Editor.PublishedAsync("B"));

            var answers = await Task.WhenAll(
                welcome.Editor.PostAsync($"/pages/{a}/move", new { parentId = b }, s_any),
                welcome.Editor.PostAsync($"/pages/{b}/move", new { parentId = a }, s_any));

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(answer => answer.Status).Order());
        }
    }

    [Theory]
    [InlineData("de", "Größe & Maß", "groesse-mass")]
    [InlineData("ar", "تسجيل العنوان", "تسجيل-العنوان")]
    [InlineData("uk", "Реєстрація адреси", "реєстрація-адреси")]
    public async Task An_address_is_in_the_languages_own_script_and_an_earlier_one_leads_to_it(string lang, string title, string expected)
    {
        var id = await welcome.Editor.PublishedAsync();
        await WriteAsync(id, lang, title);
        Assert.Equal(id, (Guid)(await BySlugAsync(lang, expected)).Expect(HttpStatusCode.OK).Json["id"]!);

        await WriteAsync(id, lang, title + " 2");

        var redirect = await BySlugAsync(lang, expected);
        Assert.Equal(HttpStatusCode.PermanentRedirect, redirect.Status);
        Assert.EndsWith($"/slugs/{lang}/{Uri.EscapeDataString(expected + "-2")}", redirect.Headers["Location"], StringComparison.Ordinal);
        Assert.Equal(expected + "-2", (string)(await BySlugAsync(lang, expected + "-2")).Expect(HttpStatusCode.OK).Json["slug"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await BySlugAsync(lang, "nie-vergeben")).Status);
    }

    [Fact]
    public async Task A_withdrawn_page_says_so_and_leaves_tree_list_and_coverage()
    {
        var (id, successor) = (await welcome.Editor.PublishedAsync("Alt"), await welcome.Editor.PublishedAsync("Neu"));
        var slug = (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["slug"]!;

        (await welcome.Editor.PostAsync($"/pages/{id}/withdraw", new { reason = "Veraltet", successor }, s_any)).Expect(HttpStatusCode.OK);

        var page = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal("withdrawn", (string)page["status"]!);
        Assert.Equal(("Veraltet", successor), ((string)page["notice"]!["reason"]!, (Guid)page["notice"]!["successor"]!));
        Assert.Equal(HttpStatusCode.OK, (await BySlugAsync("de", slug)).Status);
        Assert.DoesNotContain(id, await TreeAsync());
        Assert.Equal("WIR-WEL-0019", (await welcome.Editor.PostAsync($"/pages/{id}/withdraw", new { reason = "x" }, s_any)).Code);

        await welcome.Editor.PublishAsync(id);
        Assert.Contains(id, await TreeAsync());
        Assert.Null((await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["notice"]);
    }

    [Fact]
    public async Task A_removed_page_is_gone_and_one_that_was_replaced_leads_on()
    {
        var (gone, replaced, next) = (await welcome.Editor.PublishedAsync("Weg"), await welcome.Editor.PublishedAsync("Ersetzt"), await welcome.Editor.PublishedAsync("Neu"));
        var slug = (string)(await welcome.Anonymous.GetAsync($"/pages/{gone}?lang=de")).Json["slug"]!;

        (await DeleteAsync($"/pages/{gone}?reason=Doppelt")).Expect(HttpStatusCode.NoContent);
        (await DeleteAsync($"/pages/{replaced}?reason=Zusammengelegt&successor={next}")).Expect(HttpStatusCode.NoContent);

        var answer = await welcome.Anonymous.GetAsync($"/pages/{gone}?lang=de");
        Assert.Equal((HttpStatusCode.Gone, "WIR-WEL-0009", "Doppelt"), (answer.Status, answer.Code, (string)answer.Json["detail"]!));
        Assert.Equal(HttpStatusCode.Gone, (await BySlugAsync("de", slug)).Status);
        var led = await welcome.Anonymous.GetAsync($"/pages/{replaced}?lang=de");
        Assert.Equal((HttpStatusCode.PermanentRedirect, $"{WelcomeApp.Prefix}/pages/{next}?lang=de"), (led.Status, led.Headers["Location"]));
        Assert.Equal("WIR-WEL-0009", (await welcome.Editor.PutAsync($"/pages/{gone}/translations/de", new { title = "x", body = "<p>x</p>" }, s_any)).Code);
        await welcome.FeedInOrderAsync();
        var row = (await welcome.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().Single(one => (string)one!["id"]! == gone.ToString())!;
        Assert.Equal(("delete", "Doppelt"), ((string)row["op"]!, (string)row["reason"]!));
    }

    [Fact]
    public async Task A_page_with_pages_below_does_not_end_without_them()
    {
        var parent = await welcome.Editor.PublishedAsync("Kapitel");
        var child = await welcome.Editor.PublishedAsync("Kind", parent: parent);

        Assert.Equal("WIR-WEL-0012", (await welcome.Editor.PostAsync($"/pages/{parent}/withdraw", new { reason = "x" }, s_any)).Code);
        Assert.Equal("WIR-WEL-0012", (await DeleteAsync($"/pages/{parent}?reason=x")).Code);
        (await welcome.Editor.PostAsync($"/pages/{parent}/withdraw", new { reason = "Alles alt", children = true }, s_any)).Expect(HttpStatusCode.OK);

        Assert.Equal("withdrawn", (string)(await welcome.Anonymous.GetAsync($"/pages/{child}?lang=de")).Json["status"]!);
        Assert.Equal("WIR-WEL-0003", (await welcome.Approver.PostAsync($"/pages/{child}/publish", null, s_any)).Code);
    }

    [Fact]
    public async Task What_is_said_about_a_page_changes_without_its_texts()
    {
        var id = await welcome.Editor.PublishedAsync();
        var before = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Expect(HttpStatusCode.OK);

        var answer = (await welcome.Editor.SendAsync(HttpMethod.Patch, $"/pages/{id}", new { order = 3, source = "BAMF", checkedAt = "2026-10-01", reviewBy = "2026-11-01" }, s_any)).Expect(HttpStatusCode.OK);

        var after = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json;
        Assert.Equal((3, "BAMF", "2026-11-01"), ((int)after["order"]!, (string)after["source"]!, (string)after["reviewBy"]!));
        Assert.Equal((string)before.Json["body"]!, (string)after["body"]!);
        Assert.True((long)answer.Json["version"]! > (long)before.Json["version"]!);
        var overdue = (await welcome.Editor.GetAsync("/overdue?area=06635")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();
        Assert.Contains(overdue, one => (Guid)one!["id"]! == id && (int)one["daysOverdue"]! > 0);
        Assert.Equal(HttpStatusCode.Unauthorized, (await welcome.Anonymous.GetAsync("/overdue")).Status);
        Assert.Equal("/unpublishAt", (string)(await welcome.Editor.SendAsync(HttpMethod.Patch, $"/pages/{id}", new { unpublishAt = "2020-01-01T00:00:00Z" }, s_any)).Json["errors"]![0]!["pointer"]!);
    }

    private async Task WriteAsync(Guid id, string lang, string title)
    {
        await welcome.Editor.WriteAsync(id, lang, title, "<p>x</p>");
        await welcome.Editor.PublishAsync(id);
    }

    private Task<Answer> BySlugAsync(string lang, string slug) => welcome.Anonymous.GetAsync($"/slugs/{lang}/{Uri.EscapeDataString(slug)}");

    private Task<Answer> DeleteAsync(string path) => welcome.Editor.SendAsync(HttpMethod.Delete, path, null, s_any);

    private async Task<HashSet<Guid>> TreeAsync() =>
        [.. (await welcome.Anonymous.GetAsync("/tree?lang=de")).Json["data"]!.AsArray().Select(one => (Guid)one!["id"]!)];
}
