using System.Globalization;
using System.Text.Json.Nodes;
using Wir.Registry.Tests.Hsds;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

[Lane(Lane.Functional)]
public sealed class ListTests(LargeRegistry registry) : IClassFixture<LargeRegistry>
{
    [Theory]
    [InlineData("")]
    [InlineData("&sort=name")]
    [InlineData("&sort=-name")]
    [InlineData("&sort=place")]
    [InlineData("&sort=-updatedAt")]
    [InlineData("&sort=confirmedAt")]
    [InlineData("&sort=postalCode&area=06635")]
    public async Task A_walk_to_the_end_gives_every_entry_once(string order)
    {
        var ids = (await WalkAsync($"/associations?limit=200&fields=name{order}")).Select(entry => (string)entry["id"]!).ToArray();

        Assert.Equal(LargeRegistry.Entries, ids.Length);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public async Task Names_stand_in_German_order()
    {
        var names = (await WalkAsync("/associations?limit=200&fields=name&sort=name")).Select(entry => (string)entry["name"]!).ToArray();
        var german = CultureInfo.GetCultureInfo("de").CompareInfo;

        Assert.All(names.Zip(names.Skip(1)), pair => Assert.True(german.Compare(pair.First, pair.Second) <= 0, $"{pair.First} before {pair.Second}"));
        Assert.Contains(names, name => name.Contains('ä', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Count_is_exact_or_an_estimate_or_absent()
    {
        var exact = (await registry.Anonymous.GetAsync("/associations?limit=1&count=exact")).Json["meta"]!;
        var korbach = (await registry.Anonymous.GetAsync("/associations?limit=1&count=exact&area=06635015")).Json["meta"]!;
        var estimate = (await registry.Anonymous.GetAsync("/associations?limit=1&count=estimate")).Json["meta"]!;
        var none = (await registry.Anonymous.GetAsync("/associations?limit=1")).Json["meta"]!.AsObject();

        Assert.Equal((LargeRegistry.Entries, "exact"), ((int)exact["count"]!, (string)exact["countKind"]!));
        Assert.Equal((await WalkAsync("/associations?limit=200&area=06635015")).Count, (int)korbach["count"]!);
        Assert.Equal("estimate", (string)estimate["countKind"]!);
        Assert.InRange((int)estimate["count"]!, 1, 10 * LargeRegistry.Entries);
        Assert.False(none.ContainsKey("count"));
    }

    [Fact]
    public async Task Fields_leave_out_the_rest_but_never_that_an_entry_is_made_up()
    {
        var list = await registry.Anonymous.GetAsync("/associations?limit=5&fields=name,area");
        var id = (string)list.Json["data"]![0]!["id"]!;
        var one = await registry.Anonymous.GetAsync($"/associations/{id}?fields=name");
        var unknown = await registry.Anonymous.GetAsync("/associations?fields=nam,area,x");

        Assert.All(list.Json["data"]!.AsArray(), entry => Assert.Equal(["area", "demo", "id", "name"], entry!.AsObject().Select(member => member.Key).Order()));
        Assert.Equal(["demo", "id", "name"], one.Json.AsObject().Select(member => member.Key).Order());
        Assert.Equal((400, 2), (unknown.Status, unknown.Pointers.Count));
        Assert.Contains("“name”", unknown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expand_adds_labels()
    {
        var list = await registry.Anonymous.GetAsync("/associations?limit=3&expand=area,kind,categories,languages,targetGroups");
        var expanded = list.Json["data"]![0]!["expanded"]!;

        Assert.Equal((string)list.Json["data"]![0]!["area"]!, (string)expanded["area"]!["key"]!);
        Assert.NotEmpty((string)expanded["kind"]!["label"]!["de"]!);
        Assert.NotEmpty((string)expanded["categories"]![0]!["label"]!["en"]!);
        Assert.Equal("Deutsch", (string)expanded["languages"]![0]!["label"]!["de"]!);
        Assert.Equal(400, (await registry.Anonymous.GetAsync("/associations?expand=persons")).Status);
    }

    [Fact]
    public async Task A_batch_keeps_the_order_and_names_what_is_missing()
    {
        var all = (await WalkAsync("/associations?limit=200&fields=name")).Select(entry => (Guid)entry["id"]!).Take(498).Reverse().ToList();
        var absent = Guid.CreateVersion7();
        all.Insert(100, absent);
        all.Add(all[0]);

        var answer = await registry.Anonymous.PostAsync("/associations/batch?fields=name", Ids(all));
        var many = await registry.Anonymous.PostAsync("/associations/batch", Ids([.. Enumerable.Range(0, 501).Select(_ => Guid.CreateVersion7())]));
        var none = await registry.Anonymous.PostAsync("/associations/batch", Ids([]));

        Assert.Equal(200, answer.Status);
        Assert.Equal(all.Where(id => id != absent), answer.Json["data"]!.AsArray().Select(entry => (Guid)entry!["id"]!));
        Assert.Equal([absent], answer.Json["missing"]!.AsArray().Select(id => (Guid)id!));
        Assert.Equal((422, 422), (many.Status, none.Status));
    }

    [Theory]
    [InlineData("sort=nome", "?sort")]
    [InlineData("count=all", "?count")]
    [InlineData("format=xlsx", "?format")]
    [InlineData("format=csv&fields=name", "?fields")]
    [InlineData("format=jsonld&expand=area", "?expand")]
    [InlineData("cursor=AAAA", "?cursor")]
    public async Task What_cannot_be_is_refused_by_name(string query, string pointer)
    {
        var answer = await registry.Anonymous.GetAsync($"/associations?{query}");

        Assert.Equal((400, pointer), (answer.Status, answer.Pointers.Single()));
    }

    [Fact]
    public async Task A_cursor_does_not_count_for_another_order()
    {
        var next = (string)(await registry.Anonymous.GetAsync("/associations?limit=1&sort=name")).Json["links"]!["next"]!;

        var other = await registry.Anonymous.GetAsync(next.Replace("sort=name", "sort=place", StringComparison.Ordinal));

        Assert.Equal((400, "WIR-COM-0024"), (other.Status, other.Code));
    }

    private static JsonObject Ids(IReadOnlyList<Guid> ids) => new() { ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id.ToString())]) };

    private async Task<List<JsonNode>> WalkAsync(string path)
    {
        var entries = new List<JsonNode>();
        for (var next = path; next is not null;)
        {
            var answer = await registry.Anonymous.GetAsync(next);
            Assert.True(answer.Status == 200, answer.Text);
            entries.AddRange(answer.Json["data"]!.AsArray().Select(entry => entry!));
            next = (string?)answer.Json["links"]!["next"];
        }

        return entries;
    }
}
