using System.Text.Json;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Hsds;

/// <summary>A register of a district's size.</summary>
public sealed class LargeRegistry : RegistryFixture
{
    public const int Entries = 3000;

    protected override int DemoEntries => Entries;
}

[Lane(Lane.Functional)]
public sealed class HsdsTests(LargeRegistry registry) : IClassFixture<LargeRegistry>
{
    private static readonly HsdsDescription s_description = HsdsDescription.Load();

    [Theory]
    [InlineData("/hsds/services", "service")]
    [InlineData("/hsds/services?full=true", "service")]
    [InlineData("/hsds/services?minimal=true", "service")]
    [InlineData("/hsds/organizations", "organization")]
    [InlineData("/hsds/organizations?full=true", "organization")]
    [InlineData("/hsds/organizations?full_service=true", "organization")]
    [InlineData("/hsds/service_at_locations", "service_at_location")]
    [InlineData("/hsds/service_at_locations?full=true", "service_at_location")]
    [InlineData("/hsds/taxonomies", "taxonomy")]
    [InlineData("/hsds/taxonomy_terms", "taxonomy_term")]
    public async Task First_middle_and_last_page_of_every_list_are_as_HSDS_describes_them(string path, string type)
    {
        var first = await PageAsync(path, 1);
        var pages = first.GetProperty("total_pages").GetInt32();
        var middle = await PageAsync(path, (pages + 1) / 2);
        var last = await PageAsync(path, pages);
        var beyond = await PageAsync(path, pages + 1);

        foreach (var page in new[] { first, middle, last, beyond }) Assert.Empty(s_description.FaultsInPage(page, type));
        Assert.True(first.GetProperty("first_page").GetBoolean());
        Assert.True(last.GetProperty("last_page").GetBoolean());
        Assert.Equal(pages == 1, first.GetProperty("last_page").GetBoolean());
        Assert.True(path.Contains("minimal", StringComparison.Ordinal) || beyond.GetProperty("empty").GetBoolean());
        Assert.Equal(first.GetProperty("contents").GetArrayLength(), first.GetProperty("size").GetInt32());
    }

    [Theory]
    [InlineData("/hsds/services", "service")]
    [InlineData("/hsds/organizations", "organization")]
    [InlineData("/hsds/service_at_locations", "service_at_location")]
    [InlineData("/hsds/taxonomies", "taxonomy")]
    [InlineData("/hsds/taxonomy_terms", "taxonomy_term")]
    public async Task Each_entry_of_a_list_can_be_read_alone_with_all_that_belongs_to_it(string path, string type)
    {
        var page = await PageAsync(path, 1);

        foreach (var listed in page.GetProperty("contents").EnumerateArray())
        {
            var one = await JsonAsync($"{path}/{listed.GetProperty("id").GetString()}");
            Assert.Empty(s_description.FaultsIn(one, type));
            Assert.Equal(listed.GetProperty("id").GetString(), one.GetProperty("id").GetString());
        }

        Assert.Equal(404, (await registry.Anonymous.GetAsync($"{path}/{Guid.CreateVersion7()}")).Status);
        Assert.Equal(404, (await registry.Anonymous.GetAsync($"{path}/none")).Status);
    }

    [Fact]
    public async Task The_entry_page_names_version_profile_and_description()
    {
        var api = await JsonAsync("/hsds");
        var withSlash = await JsonAsync("/hsds/");

        Assert.Empty(s_description.FaultsIn(api, "api"));
        Assert.Equal("3.0", api.GetProperty("version").GetString());
        Assert.Equal(api.GetRawText(), withSlash.GetRawText());
    }

    [Theory]
    [InlineData("/hsds/services")]
    [InlineData("/hsds/organizations")]
    [InlineData("/hsds/service_at_locations")]
    public async Task Walking_the_pages_gives_every_entry_once_and_the_same_as_the_lines(string path)
    {
        var walked = new List<string>();
        for (var number = 1; ; number++)
        {
            var page = await JsonAsync($"{path}?page={number}&per_page=500");
            walked.AddRange(page.GetProperty("contents").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!));
            if (page.GetProperty("last_page").GetBoolean())
            {
                Assert.Equal(page.GetProperty("total_items").GetInt32(), walked.Count);
                break;
            }
        }

        var lines = (await registry.Anonymous.GetAsync($"{path}?format=ndjson")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(walked.Count, walked.Distinct().Count());
        Assert.Equal(walked.Order(), lines.Select(line => (string)JsonNode.Parse(line)!["id"]!).Order());
    }

    [Fact]
    public async Task Filters_add_up()
    {
        var terms = await JsonAsync("/hsds/taxonomy_terms?search=Sport&top_only=true");
        var sport = terms.GetProperty("contents").EnumerateArray().Single(term => term.GetProperty("code").GetString() == "sport").GetProperty("id").GetString();
        var taxonomy = terms.GetProperty("contents")[0].GetProperty("taxonomy_id").GetString();

        var all = await TotalAsync("/hsds/services?per_page=1");
        var sports = await TotalAsync($"/hsds/services?per_page=1&taxonomy_term_id={sport}");
        var both = await JsonAsync($"/hsds/services?per_page=500&taxonomy_term_id={sport}&search=Training");
        var organization = both.GetProperty("contents")[0].GetProperty("organization_id").GetString();
        var own = await JsonAsync($"/hsds/services?organization_id={organization}");

        Assert.Equal(all, await TotalAsync($"/hsds/services?taxonomy_id={taxonomy}"));
        Assert.InRange(sports, 1, all - 1);
        Assert.InRange(both.GetProperty("total_items").GetInt32(), 1, sports - 1);
        Assert.All(own.GetProperty("contents").EnumerateArray(), service => Assert.Equal(organization, service.GetProperty("organization_id").GetString()));
        Assert.Equal(0, await TotalAsync("/hsds/services?modified_after=2999-01-01T00:00:00Z"));
        Assert.Equal(all, await TotalAsync("/hsds/services?modified_after=2020-01-01"));
    }

    [Fact]
    public async Task Places_are_found_by_postal_code_and_distance()
    {
        var all = await TotalAsync("/hsds/service_at_locations");
        var korbach = await JsonAsync("/hsds/service_at_locations?postcode=34497&per_page=500&full=true");
        var near = await TotalAsync("/hsds/service_at_locations?postcode=34497&proximity=3000");
        var wide = await TotalAsync("/hsds/service_at_locations?postcode=34497&proximity=100000");

        Assert.InRange(korbach.GetProperty("total_items").GetInt32(), 1, all - 1);
        Assert.All(korbach.GetProperty("contents").EnumerateArray(), place => Assert.Equal("06635015", place.GetProperty("service").GetProperty("service_areas")[0].GetProperty("extent").GetString()));
        Assert.InRange(near, 1, korbach.GetProperty("total_items").GetInt32());
        Assert.Equal(all, wide);
    }

    [Theory]
    [InlineData("page=0", "?page")]
    [InlineData("page=x", "?page")]
    [InlineData("per_page=501", "?per_page")]
    [InlineData("per_page=0", "?per_page")]
    [InlineData("format=xml", "?format")]
    [InlineData("modified_after=yesterday", "?modified_after")]
    [InlineData("taxonomy_term_id=x", "?taxonomy_term_id")]
    [InlineData("taxonomy_id=0197bb42-0000-7000-8000-000000000000", "?taxonomy_id")]
    [InlineData("organization_id=1", "?organization_id")]
    [InlineData("full=perhaps", "?full")]
    public async Task A_parameter_that_cannot_be_is_refused_by_name(string query, string pointer)
    {
        var answer = await registry.Anonymous.GetAsync($"/hsds/services?{query}");

        Assert.Equal((400, pointer), (answer.Status, answer.Pointers.Single()));
    }

    [Theory]
    [InlineData("GET", "/hsds", 200)]
    [InlineData("GET", "/hsds/services?per_page=1", 200)]
    [InlineData("GET", "/hsds/services?format=ndjson&modified_after=2999-01-01T00:00:00Z", 200)]
    [InlineData("GET", "/hsds/services?page=0", 400)]
    [InlineData("GET", "/hsds/services/none", 404)]
    [InlineData("GET", "/hsds/nonsense", 404)]
    [InlineData("OPTIONS", "/hsds/services", 204)]
    public async Task Pages_of_others_may_read_every_answer(string method, string path, int status)
    {
        var answer = await registry.Anonymous.SendAsync(new HttpMethod(method), path, null, ("Origin", "https://other.example"), ("Access-Control-Request-Method", "GET"));

        Assert.Equal((status, "*"), (answer.Status, answer.Headers["Access-Control-Allow-Origin"]));
        Assert.Equal(method == "OPTIONS", answer.Headers.ContainsKey("Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task Unknown_parameters_are_ignored_and_pages_far_away_are_empty()
    {
        var unknown = await registry.Anonymous.GetAsync("/hsds/organizations?utm_source=x&per_page=1");
        var far = await JsonAsync("/hsds/services?page=2147483647&per_page=500");

        Assert.Equal(200, unknown.Status);
        Assert.True(far.GetProperty("empty").GetBoolean());
    }

    [Fact]
    public async Task Every_entry_is_marked_as_demo_and_ids_of_its_parts_stay_the_same()
    {
        var first = (await registry.Anonymous.GetAsync("/hsds/organizations?full_service=true&per_page=100")).Text;
        var again = (await registry.Anonymous.GetAsync("/hsds/organizations?full_service=true&per_page=100")).Text;

        Assert.Equal(first, again);
        Assert.All(JsonNode.Parse(first)!["contents"]!.AsArray(), entry => Assert.True((bool)entry!["demo"]!));
    }

    private Task<JsonElement> PageAsync(string path, int page) => JsonAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}page={page}");

    private async Task<int> TotalAsync(string path) => (await JsonAsync(path)).GetProperty("total_items").GetInt32();

    private async Task<JsonElement> JsonAsync(string path)
    {
        var answer = await registry.Anonymous.GetAsync(path);
        Assert.True(answer.Status == 200, $"{path}: {answer.Text}");
        return JsonElement.Parse(answer.Text);
    }
}
