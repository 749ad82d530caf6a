using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests;

[Lane(Lane.Functional)]
public sealed class ReadingTests(Welcome welcome) : IClassFixture<Welcome>
{
    private static readonly Guid s_register = Welcome.Seeded("registration");

    [Fact]
    public async Task Languages_have_script_direction_and_fallbacks()
    {
        var all = (await welcome.Anonymous.GetAsync("/languages")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();

        Assert.Equal(25, all.Count);
        var tigrinya = all.Single(one => (string)one!["tag"]! == "ti")!;
        Assert.Equal(["en", "de"], tigrinya["fallback"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal(["ar", "fa", "prs", "ckb", "ps", "ur"], all.Where(one => (string)one!["dir"]! == "rtl").Select(one => (string)one!["tag"]!));
    }

    [Fact]
    public async Task A_page_has_the_shape_that_others_rely_on()
    {
        var page = (await welcome.Anonymous.GetAsync($"/pages/{s_register}?lang=ti&municipality=06635015")).Expect(HttpStatusCode.OK).Json;

        Assert.Equal(s_register, Guid.Parse((string)page["id"]!));
        Assert.Equal(Welcome.Seeded("residence"), Guid.Parse((string)page["parentId"]!));
        Assert.Equal("published", (string)page["status"]!);
        Assert.Equal("""{"requested":"ti","served":"en","isFallback":true,"dir":"ltr"}""", page["language"]!.ToJsonString());
        Assert.Equal("Registering your address", (string)page["title"]!);
        Assert.Equal("registering-your-address", (string)page["slug"]!);
        Assert.Equal(["intro", "b1", "b2", "b3", "b4", "b5", "06635015-1"], page["blocks"]!.AsArray().Select(block => (string)block!["id"]!));
        Assert.Equal("06635015", (string)page["blocks"]![6]!["origin"]!);
        Assert.Contains("""{"lang":"de","state":"up-to-date"}""", page["translations"]!.AsArray().Select(one => one!.ToJsonString()));
        Assert.Contains("""{"lang":"en","state":"needs-review"}""", page["translations"]!.AsArray().Select(one => one!.ToJsonString()));
        Assert.Equal("2026-11-20", (string)page["checkedAt"]!);
        Assert.StartsWith("<p>Everybody", (string)page["body"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_block_names_its_own_language()
    {
        var id = await welcome.Editor.PublishedAsync();
        await welcome.Editor.WriteAsync(id, "ar", "صفحة", "<p>نص</p>");
        await welcome.Editor.PublishAsync(id);
        await welcome.Editor.PutAsync($"/pages/{id}/overlays/06635015/de", new { blocks = new[] { new { body = "<p>Korbach</p>" } } }, ("If-None-Match", "*"));
        await welcome.Editor.PublishAsync(id, new { area = "06635015" });

        var page = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=ar&municipality=06635015")).Json;

        Assert.Equal(["ar", "de"], page["blocks"]!.AsArray().Select(block => (string)block!["language"]!));
        Assert.Equal("<p>نص</p><div lang=\"de\" dir=\"ltr\"><p>Korbach</p></div>", (string)page["body"]!);
        Assert.Equal("rtl", (string)page["language"]!["dir"]!);
    }

    [Fact]
    public async Task A_text_shows_facts_with_their_date_and_source_and_leads_to_other_pages()
    {
        var page = (await welcome.Anonymous.GetAsync($"/pages/{Welcome.Seeded("integration-course")}?lang=de")).Expect(HttpStatusCode.OK).Json;

        var fact = page["facts"]!.AsArray().Single(one => (string)one!["key"]! == "integration-course-unit-price")!;
        Assert.Equal(("2,29 €", "2022-08-01"), ((string)fact["value"]!, (string)fact["asOf"]!));
        Assert.NotNull((string?)fact["source"]);
        Assert.Contains("2,29 €", (string)page["body"]!, StringComparison.Ordinal);
        var all = (await welcome.Anonymous.GetAsync("/pages?lang=de&limit=200")).Text;
        Assert.DoesNotContain("{{", all, StringComparison.Ordinal);
        Assert.DoesNotContain("page:", all, StringComparison.Ordinal);
        Assert.Contains($"/de/pages/{Welcome.Seeded("recognition")}", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_fallback_a_missing_language_is_404()
    {
        var answer = await welcome.Anonymous.GetAsync($"/pages/{s_register}?lang=ti&fallback=none");

        Assert.Equal((HttpStatusCode.NotFound, "WIR-WEL-0001"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Two_districts_share_the_pages_of_their_Land_and_have_their_own()
    {
        var here = await TreeAsync("06635");
        var there = await TreeAsync("06699");

        Assert.Contains(s_register, here);
        Assert.Contains(s_register, there);
        Assert.Contains(Welcome.Seeded("the-district"), here);
        Assert.DoesNotContain(Welcome.Seeded("the-district"), there);
        Assert.Contains(Welcome.Seeded("musterkreis"), there);
        Assert.DoesNotContain(Welcome.Seeded("musterkreis"), here);
    }

    [Theory]
    [InlineData("/tree?lang=uk&area=06635015")]
    [InlineData("/tree?lang=en&area=06699&fallback=none")]
    [InlineData("/tree")]
    [InlineData("/pages?lang=en&area=06635&fallback=none&limit=200")]
    [InlineData("/pages?lang=de&limit=200")]
    public async Task Every_parent_is_in_the_same_answer(string path)
    {
        var all = (await welcome.Anonymous.GetAsync(path)).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();

        var ids = all.Select(one => (string)one!["id"]!).ToHashSet();
        Assert.NotEmpty(ids);
        Assert.All(all, one => Assert.True(one!["parentId"] is null || ids.Contains((string)one["parentId"]!)));
    }

    [Fact]
    public async Task A_merged_municipality_is_served_as_its_successor_and_an_unknown_one_is_refused()
    {
        var merged = (await welcome.Anonymous.GetAsync($"/pages/{s_register}?lang=de&municipality=06635005")).Expect(HttpStatusCode.OK);
        var unknown = await welcome.Anonymous.GetAsync($"/pages/{s_register}?lang=de&municipality=06635999");

        Assert.Equal("06635001", (string)merged.Json["municipality"]!);
        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0021"), (unknown.Status, unknown.Code));
    }

    [Theory]
    [InlineData("/languages")]
    [InlineData("/tree?lang=ar&area=06635015")]
    [InlineData("/pages?lang=de&area=06635")]
    [InlineData("/associations?area=06635")]
    public async Task A_read_that_is_known_is_answered_304(string path)
    {
        var first = (await welcome.Anonymous.GetAsync(path)).Expect(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.NotModified, (await welcome.Anonymous.GetAsync(path, ("If-None-Match", first.Tag!))).Status);
    }

    [Theory]
    [InlineData("/tree?lang=xx", "WIR-COM-0022")]
    [InlineData("/pages?lang=de&area=9", "WIR-COM-0021")]
    [InlineData("/pages?lang=de&municipality=06635015", "WIR-COM-0005")]
    [InlineData("/tree?fallback=yes", "WIR-COM-0006")]
    public async Task Bad_parameters_are_named(string path, string code) =>
        Assert.Equal((HttpStatusCode.BadRequest, code), ((await welcome.Anonymous.GetAsync(path)) is var answer ? answer.Status : default, answer.Code));

    [Fact]
    public async Task A_page_that_is_not_there_is_404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/pages/{Guid.CreateVersion7()}?lang=de")).Status);

    [Fact]
    public async Task The_description_of_the_API_can_be_read()
    {
        using var client = new HttpClient { BaseAddress = welcome.Client.BaseAddress };

        var document = System.Text.Json.Nodes.JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!;

        Assert.NotNull(document["paths"]!["/api/welcome/v1/pages/{id}"]);
    }

    private async Task<HashSet<Guid>> TreeAsync(string area) =>
        [.. (await welcome.Anonymous.GetAsync($"/tree?lang=de&area={area}")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray().Select(one => Guid.Parse((string)one!["id"]!))];
}
