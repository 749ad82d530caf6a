using System.Text.Json.Nodes;
using Wir.Registry.Codes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Unit)]
public sealed class CodeListTests
{
    private static readonly CodeLists s_codes = CodeLists.Load(Path.Combine(AppContext.BaseDirectory, "registry"));

    [Fact]
    public void Each_category_means_codes_that_the_other_schemes_have()
    {
        foreach (var entry in s_codes.Categories.Entries)
        {
            Assert.All(entry.Mappings, mapping => Assert.True(s_codes.Schemes.Find(mapping.Key)!.Find(mapping.Value) is not null, $"{entry.Code}: {mapping}"));
            Assert.True(entry.Parent is null || s_codes.Categories.Find(entry.Parent) is not null, entry.Code);
        }

        Assert.Equal(26, s_codes.Schemes.Find("ao52")!.Entries.Count);
        Assert.Equal(12, s_codes.Schemes.Find("icnpo")!.Entries.Count(entry => entry.Parent is null));
    }

    [Fact]
    public void A_code_stands_for_all_below_it_and_for_what_means_the_same()
    {
        var sport = s_codes.Schemes.KeysWithin("wir", "sport");
        var culture = s_codes.Schemes.KeysWithin("icnpo", "1");

        Assert.Contains("wir:sport.football", sport);
        Assert.DoesNotContain("wir:culture", sport);
        Assert.Superset(new HashSet<string> { "icnpo:1200", "wir:sport.football", "wir:culture.choir" }, culture.ToHashSet());
        Assert.DoesNotContain("wir:religion", culture);
    }

    [Fact]
    public void Kinds_are_the_eight_that_there_are() => Assert.Equal(
        ["registered-association", "unregistered-group", "foundation", "non-profit-company", "migrant-organisation", "initiative", "religious-community", "public-body"],
        s_codes.Kinds.Entries.Select(entry => entry.Code));
}

[Lane(Lane.Functional)]
public sealed class CategoryTests(CategoryTests.Fixture registry) : IClassFixture<CategoryTests.Fixture>
{
    [Theory]
    [InlineData("category=sport", "Fußball Schach")]
    [InlineData("category=sport.football,culture", "Fußball Chor Schach")]
    [InlineData("category=sport&category=culture", "Schach")]
    [InlineData("category=-sport", "Chor Freunde Garten")]
    [InlineData("category=sport,-sport.chess", "Fußball")]
    [InlineData("category=sport,culture&category=-culture.choir", "Fußball Schach")]
    [InlineData("category=wir:sport.chess", "Schach")]
    [InlineData("category=icnpo:1200", "Fußball Schach")]
    [InlineData("category=icnpo:9100", "Freunde")]
    [InlineData("category=icnpo:1", "Fußball Chor Garten Schach")]
    [InlineData("category=ao52:5", "Chor Schach")]
    [InlineData("category=ao52:21&category=-ao52:5", "Fußball")]
    [InlineData("category=-icnpo:1", "Freunde")]
    public async Task Any_all_and_not_count_with_all_below_and_across_schemes(string query, string names)
    {
        var answer = await registry.Anonymous.GetAsync($"/associations?{query}&count=exact");

        Assert.True(answer.Status == 200, answer.Text);
        var found = answer.Json["data"]!.AsArray().Select(entry => (string)entry!["name"]!).ToArray();
        Assert.Equal(names.Split(' ').Order(), found.Order());
        Assert.Equal(found.Length, (int)answer.Json["meta"]!["count"]!);
    }

    [Theory]
    [InlineData("category=sprot", "“sport”")]
    [InlineData("category=sport,nonsense&category=icnpo:77", "icnpo:77")]
    [InlineData("category=icpno:1200", "“icnpo”")]
    [InlineData("category=", "category")]
    [InlineData("category=-", "category")]
    public async Task A_category_that_does_not_exist_is_refused_by_name(string query, string hint)
    {
        var answer = await registry.Anonymous.GetAsync($"/associations?{query}");

        Assert.Equal(400, answer.Status);
        Assert.All(answer.Pointers, pointer => Assert.Equal("?category", pointer));
        Assert.Contains(hint, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_a_filter_that_is_given_twice_go_on()
    {
        var first = await registry.Anonymous.GetAsync("/associations?category=sport,culture&category=-leisure&limit=2");
        var second = await registry.Anonymous.GetAsync((string)first.Json["links"]!["next"]!);

        Assert.Equal((200, 1), (second.Status, second.Json["data"]!.AsArray().Count));
    }

    [Fact]
    public async Task Schemes_can_be_read_with_their_version_and_foreign_codes_have_a_form()
    {
        var own = await registry.Anonymous.GetAsync("/categories");
        var purposes = await registry.Anonymous.GetAsync("/categories?scheme=ao52&limit=5");
        var unknown = await registry.Anonymous.GetAsync("/categories?scheme=naics");
        var wrong = Sample.Association();
        wrong["categories"] = new JsonArray(Code("icnpo", "1"), Code("icnpo", "77"), Code("ao52", "sport"), Code("other-register", "a|b"), Code("other-register", "A.1"));

        var refused = await registry.Office.PostAsync("/associations", wrong);

        Assert.Equal(("1", "1"), ((string)own.Json["meta"]!["version"]!, (string)purposes.Json["meta"]!["version"]!));
        Assert.Equal(("ao52", 5, 400), ((string)purposes.Json["data"]![0]!["scheme"]!, purposes.Json["data"]!.AsArray().Count, unknown.Status));
        Assert.Equal((422, 3), (refused.Status, refused.Pointers.Count));
        Assert.Equal(["/categories/1/code", "/categories/2/code", "/categories/3"], refused.Pointers);
    }

    private static JsonObject Code(string scheme, string code) => new() { ["scheme"] = scheme, ["code"] = code };

    /// <summary>Five entries and no more.</summary>
    public sealed class Fixture : RegistryFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await AddAsync("Fußball", Code("wir", "sport.football"));
            await AddAsync("Schach", Code("wir", "sport.chess"), Code("wir", "culture.music"));
            await AddAsync("Chor", Code("wir", "culture.choir"));
            await AddAsync("Freunde", Code("icnpo", "9100"));
            await AddAsync("Garten", Code("wir", "leisure.garden"), Code("other-register", "A.1"));
        }

        private async Task AddAsync(string name, params JsonNode[] categories)
        {
            var entry = Sample.Association(name);
            entry["categories"] = new JsonArray(categories);
            Assert.Equal(201, (await Office.PostAsync("/associations", entry)).Status);
        }
    }
}
