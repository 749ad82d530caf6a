using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Formats;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

/// <summary>Some entries, made up and marked as such.</summary>
public sealed class SmallRegistry : RegistryFixture
{
    public const int Entries = 60;

    protected override int DemoEntries => Entries;
}

[Lane(Lane.Functional)]
public sealed class FormatTests(SmallRegistry registry) : IClassFixture<SmallRegistry>
{
    private static readonly string[] s_organizations = ["NGO", "Organization", "GovernmentOrganization"];

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("ndjson", "application/x-ndjson")]
    [InlineData("csv", "text/csv")]
    [InlineData("geojson", "application/geo+json")]
    [InlineData("jsonld", "application/ld+json")]
    public async Task Each_format_comes_by_name_and_by_Accept_with_a_tag_and_the_next_page(string name, string type)
    {
        foreach (var path in new[] { "/associations?limit=5", $"/associations/{(await FirstAsync())["id"]}?" })
        {
            var named = await registry.Anonymous.GetAsync($"{path}&format={name}");
            var accepted = await registry.Anonymous.GetAsync(path, ("Accept", $"{type}, */*;q=0.1"));
            var known = await registry.Anonymous.GetAsync(path, ("Accept", type), ("If-None-Match", accepted.ETag!));

            Assert.Equal((200, 200, 304), (named.Status, accepted.Status, known.Status));
            Assert.StartsWith(type, named.Headers["Content-Type"], StringComparison.Ordinal);
            Assert.StartsWith(type, accepted.Headers["Content-Type"], StringComparison.Ordinal);
            Assert.Contains("Accept", accepted.Headers["Vary"].Split(", "));
            if (path.Contains("limit", StringComparison.Ordinal)) Assert.Contains("rel=\"next\"", named.Headers["Link"], StringComparison.Ordinal);
            if (name != "csv") Assert.Contains("\"demo\":true", named.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_task_about_a_demo_entry_is_marked_as_demo()
    {
        var entry = (Guid)(await FirstAsync())["id"]!;
        Assert.Equal(202, (await registry.Anonymous.PostAsync("/reports", new JsonObject { ["associationId"] = entry, ["message"] = "Zur Probe" })).Status);

        var listed = (await registry.District.GetAsync("/tasks?limit=200")).Json["data"]!.AsArray().Single(row => (Guid)row!["associationId"]! == entry)!;
        var single = (await registry.District.GetAsync($"/tasks/{(Guid)listed["id"]!}")).Json;

        Assert.Equal((true, true), ((bool)listed["demo"]!, (bool)single["demo"]!));
    }

    [Fact]
    public async Task A_format_that_does_not_exist_is_406_by_Accept()
    {
        var foreign = await registry.Anonymous.GetAsync("/associations", ("Accept", "application/xml"));
        var browser = await registry.Anonymous.GetAsync("/associations", ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));

        Assert.Equal((406, "WIR-COM-0012"), (foreign.Status, foreign.Code));
        Assert.StartsWith("application/json", browser.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_are_the_entries_of_the_list()
    {
        var list = await registry.Anonymous.GetAsync("/associations?limit=50");
        var lines = await registry.Anonymous.GetAsync("/associations?limit=50&format=ndjson");

        Assert.Equal(list.Json["data"]!.AsArray().Select(entry => entry!.ToJsonString()), lines.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.ToJsonString()));
    }

    [Fact]
    public async Task The_table_starts_with_the_columns_of_an_import_and_marks_demo()
    {
        var rows = Rows((await registry.Anonymous.GetAsync("/associations?limit=200&format=csv")).Text);

        Assert.Equal("externalId;name;kind;vrNumber;court;street;houseNumber;postalCode;place;area;lat;lon;categories;languages;email;phone;website;summary", string.Join(';', rows[0].Keys.Take(18)));
        Assert.True(rows.Count >= SmallRegistry.Entries);
        Assert.All(rows.Take(SmallRegistry.Entries), row => Assert.Equal("true", row["demo"]));
        Assert.All(rows.Where(row => row["phone"].Length > 0), row => Assert.StartsWith("'+49", row["phone"], StringComparison.Ordinal));
        Assert.All(rows.Where(row => row["vrNumber"].Length > 0), row => Assert.Matches("^VR [0-9]+$", row["vrNumber"]));
    }

    [Fact]
    public async Task A_row_says_all_that_its_columns_can_hold()
    {
        var special = Sample.Association("+49 Verein; \"mit\" allem");
        special["identifiers"] = new JsonArray(new JsonObject { ["scheme"] = "VR", ["value"] = "DE-CR-RA999999-VR77" });
        special["categories"] = new JsonArray(new JsonObject { ["scheme"] = "wir", ["code"] = "sport" }, new JsonObject { ["scheme"] = "icnpo", ["code"] = "1200" }, new JsonObject { ["scheme"] = "other-register", ["code"] = "A.1" });
        special["texts"]!["de"]!["summary"] = "=1+1; zwei\r\nZeilen";
        Assert.Equal(201, (await registry.Office.PostAsync("/associations", special)).Status);
        var courts = CodeLists.Load(Path.Combine(AppContext.BaseDirectory, "registry")).Courts;

        var entries = (await registry.Anonymous.GetAsync("/associations?limit=200")).Json["data"]!.AsArray();
        var rows = Rows((await registry.Anonymous.GetAsync("/associations?limit=200&format=csv")).Text);

        Assert.Equal(entries.Count, rows.Count);
        foreach (var (entry, row) in entries.Zip(rows.Select(cells => cells.ToDictionary(cell => cell.Key, cell => EntryCsv.Unprotect(cell.Value)))))
        {
            string Text(JsonNode? node) => node is null ? "" : (string)node!;
            Assert.Equal((Text(entry!["id"]), Text(entry["name"]), Text(entry["kind"]), Text(entry["area"])), (row["externalId"], row["name"], row["kind"], row["area"]));
            foreach (var part in new[] { "street", "houseNumber", "postalCode", "place" }) Assert.Equal(Text(entry["address"]?[part]), row[part]);
            Assert.Equal(((double?)entry["location"]?["lat"], (double?)entry["location"]?["lon"]), (Number(row["lat"]), Number(row["lon"])));
            Assert.Equal(entry["categories"]!.AsArray().Select(code => (string)code!["scheme"]! == "wir" ? (string)code["code"]! : $"{code["scheme"]}:{code["code"]}"), Split(row["categories"]));
            Assert.Equal(entry["languages"]!.AsArray().Select(tag => (string)tag!), Split(row["languages"]));
            var contact = entry["contacts"]!.AsArray().FirstOrDefault(one => (string)one!["type"]! == "functional");
            Assert.Equal((Text(contact?["email"]), Text(contact?["phone"]), Text(entry["texts"]?["de"]?["summary"])), (row["email"], row["phone"], row["summary"]));
            var number = entry["identifiers"]!.AsArray().FirstOrDefault(one => (string)one!["scheme"]! == "DE-CR");
            Assert.Equal(number is not null, VrNumber.TryParse(row["vrNumber"], courts, row["court"], out var canonical));
            Assert.Equal(Text(number?["value"]), canonical);
        }
    }

    [Theory]
    [InlineData("=HYPERLINK(\"https://evil.example\")")]
    [InlineData("+1+1")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    [InlineData("'=already")]
    [InlineData("'' =quoted")]
    [InlineData("''=quoted twice")]
    [InlineData("with;semicolon and \"quotes\"")]
    public async Task A_cell_is_never_a_formula_and_comes_back_unchanged(string name)
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association(name));
        Assert.True(created.Status == 201, created.Text);

        var row = Rows((await registry.Anonymous.GetAsync($"{created.Location}?format=csv")).Text).Single();

        Assert.DoesNotContain(row["name"][0], "=+-@");
        Assert.Equal(name, EntryCsv.Unprotect(row["name"]));
    }

    [Fact]
    public async Task Points_have_longitude_first_and_linked_data_knows_the_kind()
    {
        var list = (await registry.Anonymous.GetAsync("/associations?limit=50")).Json["data"]!.AsArray();
        var features = (await registry.Anonymous.GetAsync("/associations?limit=50&format=geojson")).Json;
        var graph = (await registry.Anonymous.GetAsync("/associations?limit=50&format=jsonld")).Json;

        Assert.Equal("FeatureCollection", (string)features["type"]!);
        Assert.All(features["features"]!.AsArray().Zip(list), pair =>
        {
            Assert.Equal((double)pair.Second!["location"]!["lon"]!, (double)pair.First!["geometry"]!["coordinates"]![0]!);
            Assert.Equal((double)pair.Second["location"]!["lat"]!, (double)pair.First["geometry"]!["coordinates"]![1]!);
            Assert.Equal((string)pair.Second["name"]!, (string)pair.First["properties"]!["name"]!);
        });
        Assert.Equal("https://schema.org", (string)graph["@context"]![0]!);
        Assert.All(graph["@graph"]!.AsArray(), entry => Assert.Contains((string)entry!["@type"]!, s_organizations));
        Assert.All(graph["@graph"]!.AsArray(), entry => Assert.StartsWith("https://wir.example/api/registry/v1/associations/", (string)entry!["@id"]!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonld")]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("geojson")]
    public async Task What_the_public_may_not_see_is_in_no_format(string format)
    {
        var secret = Sample.Association();
        secret["contacts"]!.AsArray().Add(Sample.Person("Geheime Person", "internal"));
        secret["contacts"]!.AsArray().Add(Sample.Person("Frühere Vorsitzende", "public", "2020-01-01"));
        secret["contacts"]!.AsArray().Add(new JsonObject { ["type"] = "functional", ["email"] = "amtlich@sv.example", ["visibility"] = "authorities" });
        var created = await registry.Office.PostAsync("/associations", secret);
        Assert.True(created.Status == 201, created.Text);

        foreach (var path in new[] { $"{created.Location}?format={format}", $"/associations?limit=200&format={format}", "/hsds/organizations?full_service=true&per_page=500" })
        {
            var text = (await registry.Anonymous.GetAsync(path)).Text;
            Assert.DoesNotContain("Geheime Person", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Frühere Vorsitzende", text, StringComparison.Ordinal);
            Assert.DoesNotContain("amtlich@sv.example", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_description_of_the_API_can_be_read_and_names_what_HSDS_can_be_asked()
    {
        using var http = new HttpClient { BaseAddress = new Uri(registry.App.Urls.First()) };

        var document = JsonNode.Parse(await http.GetStringAsync("/openapi/v1.json"))!;

        Assert.Contains("alternateNames", document["components"]!["schemas"]!["AssociationView"]!["properties"]!.AsObject().Select(member => member.Key));
        var parameters = document["paths"]!["/hsds/services"]!["get"]!["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!);
        Assert.Superset(new HashSet<string> { "page", "per_page", "format", "search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full" }, parameters.ToHashSet());
    }

    private async Task<JsonNode> FirstAsync() => (await registry.Anonymous.GetAsync("/associations?limit=1")).Json["data"]![0]!;

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Split(string text) => text.Split('|', StringSplitOptions.RemoveEmptyEntries);

    private static List<Dictionary<string, string>> Rows(string text)
    {
        using var csv = new CsvReader(new StringReader(text), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";" });
        var rows = new List<Dictionary<string, string>>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read()) rows.Add(csv.HeaderRecord!.ToDictionary(name => name, name => csv.GetField(name)!));
        return rows;
    }
}
