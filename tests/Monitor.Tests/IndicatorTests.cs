using System.Net;
using System.Text.Json.Nodes;
using Wir.Monitor.Domain;
using Wir.Monitor.Seed;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class IndicatorTests(MonitorService service)
{
    [Fact]
    public async Task The_catalogue_is_walked_without_loss()
    {
        var monitor = await service.Value;
        var codes = new List<string>();
        for (string? path = "/indicators?limit=25"; path is not null;)
        {
            var page = (await monitor.Anonymous.GetAsync(path)).Is(HttpStatusCode.OK).Json;
            codes.AddRange(page["data"]!.AsArray().Select(row => (string)row!["code"]!));
            path = (string?)page["links"]!["next"];
        }

        Assert.Equal(codes.Order(StringComparer.Ordinal), codes);
        Assert.Equal(61, codes.Count(code => !code.StartsWith('Z')));
        Assert.Equal(9, (await monitor.Anonymous.GetAsync("/indicators?field=K")).Json["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task One_indicator_has_all_that_is_needed_to_read_it()
    {
        var monitor = await service.Value;

        var answer = (await monitor.Anonymous.GetAsync("/indicators/E03")).Is(HttpStatusCode.OK);

        Assert.Equal("Beschäftigungsquote", (string)answer.Json["name"]!["de"]!);
        Assert.Equal(["area", "year", "sex", "group", "sector"], answer.Json["dimensions"]!.AsArray().Select(dimension => (string)dimension!));
        Assert.Equal(HttpStatusCode.NotModified, (await monitor.Anonymous.GetAsync("/indicators/E03", ("If-None-Match", answer.ETag!))).Status);
        var unknown = (await monitor.Anonymous.GetAsync("/indicators/E93")).Is(HttpStatusCode.NotFound);
        Assert.Equal("WIR-MON-0001", unknown.Code);
    }

    [Fact]
    public async Task Made_up_numbers_cover_many_indicators_and_are_marked_in_every_format()
    {
        var monitor = await service.Value;

        Assert.True(await monitor.ScalarAsync<long>("select count(distinct indicator) from monitor.vintage where demo and visible_at is not null and indicator < 'Z'") >= 25);
        var json = (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=06635*&year=2015..2024&group=*&sex=*")).Is(HttpStatusCode.OK).Json;
        Assert.Equal([22, 10, 3, 3, 1], json["size"]!.AsArray().Select(size => (int)size!));
        Assert.True((bool)json["extension"]!["demo"]!);
        foreach (var format in new[] { "csv", "sdmx-csv" })
        {
            var lines = (await monitor.Anonymous.GetAsync($"/data?indicator=E03&area=06635015&format={format}")).Is(HttpStatusCode.OK).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.All(lines.Skip(1), line => Assert.EndsWith(",true", line, StringComparison.Ordinal));
        }

        var gap = (await monitor.Anonymous.GetAsync("/data?indicator=E08&area=06635&year=2024&sex=total")).Is(HttpStatusCode.OK).Json.Values();
        var rates = (await monitor.Anonymous.GetAsync("/data?indicator=E06&area=06635&year=2024&sex=total&group=german,non-german")).Json.Values();
        Assert.Equal(rates[1] - rates[0], gap.Single());
        var sum = (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=06635*&year=2024&sex=total&group=total&rollup=area")).Is(HttpStatusCode.OK).Json.Values();
        Assert.Equal((await monitor.Anonymous.GetAsync("/data?indicator=E03&area=06635&year=2024&sex=total&group=total")).Json.Values(), sum);
    }

    [Fact]
    public async Task Every_missing_field_is_named()
    {
        var monitor = await service.Value;

        var answer = (await monitor.District().PutAsync("/indicators/Z01", """{"name": {"de": "Nur deutsch"}, "unit": "parsec"}""", ("If-None-Match", "*"))).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal("WIR-MON-0002", answer.Code);
        foreach (var pointer in new[] { "/name/en", "/definition/de", "/definition/en", "/numerator/de", "/denominator/en", "/unit", "/direction", "/field", "/source/code", "/source/name/de", "/periodicity", "/lowestLevel", "/contact/de", "/licence/en" })
        {
            Assert.Contains(pointer, answer.Pointers);
        }

        Assert.DoesNotContain("/name/de", answer.Pointers);
    }

    [Fact]
    public async Task Each_mandatory_field_that_is_missing_alone_is_the_only_one_named()
    {
        var monitor = await service.Value;
        string[] fields = ["name/de", "name/en", "definition/de", "definition/en", "numerator/de", "numerator/en", "denominator/de", "denominator/en", "unit", "direction", "field",
            "source/code", "source/name/de", "source/name/en", "periodicity", "lowestLevel", "contact/de", "contact/en", "licence/de", "licence/en"];
        foreach (var field in fields)
        {
            var description = JsonNode.Parse(Description("Z03"))!;
            var at = field.Split('/')[..^1].Aggregate(description, (node, name) => node[name]!);
            at.AsObject().Remove(field.Split('/')[^1]);

            var answer = (await monitor.District().PutAsync("/indicators/Z03", description.ToJsonString(), ("If-None-Match", "*"))).Is(HttpStatusCode.UnprocessableEntity);

            Assert.Equal(["/" + field], answer.Pointers);
        }

        (await monitor.Anonymous.GetAsync("/indicators/Z03")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_was_read_can_be_sent_back_changed()
    {
        var monitor = await service.Value;
        (await monitor.District().PutAsync("/indicators/Z04", Description("Z04"), ("If-None-Match", "*"))).Is(HttpStatusCode.Created);
        var read = (await monitor.District().GetAsync("/indicators/Z04")).Is(HttpStatusCode.OK);
        read.Json["breaks"]!.AsArray().Clear();
        var changed = read.Json;
        changed["name"]!["en"] = "Changed";
        changed.AsObject().Remove("codeLists");

        var answer = (await monitor.District().PutAsync("/indicators/Z04", changed.ToJsonString(), ("If-Match", read.ETag!))).Is(HttpStatusCode.OK).Json;

        Assert.Equal("Changed", (string)answer["name"]!["en"]!);
        Assert.Equal("group-nationality", (string)answer["codeLists"]!["group"]!);
        changed["code"] = "Z05";
        Assert.Equal(["/code"], (await monitor.District().PutAsync("/indicators/Z04", changed.ToJsonString(), ("If-Match", "*"))).Is(HttpStatusCode.UnprocessableEntity).Pointers);
    }

    [Fact]
    public async Task An_area_is_compared_with_land_country_and_similar_districts_in_one_call()
    {
        var monitor = await service.Value;

        var answer = (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=benchmark(06635)&year=2024&sex=total&group=total")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(["06", "06635", "06699", "DG"], answer["dimension"]!["area"]!["category"]!["index"]!.AsArray().Select(code => (string)code!));
        Assert.All(answer.Values(), value => Assert.NotNull(value));
        Assert.Equal(["land", "own", "similar", "country"], new[] { "06", "06635", "06699", "DG" }.Select(key => (string)answer["extension"]!["comparison"]![key]!));
        var municipality = (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=benchmark(06635015)&year=2024&sex=total&group=total")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("own", "district"), ((string)municipality["extension"]!["comparison"]!["06635015"]!, (string)municipality["extension"]!["comparison"]!["06635"]!));
        Assert.Equal(["?area"], (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=benchmark(99)")).Is(HttpStatusCode.BadRequest).Pointers);
    }

    [Fact]
    public async Task Made_up_numbers_are_marked_outside_of_the_data_too()
    {
        var monitor = await service.Value;

        Assert.True((bool)(await monitor.Anonymous.GetAsync("/indicators/E03")).Json["demo"]!);
        Assert.True((bool)(await monitor.Anonymous.GetAsync("/availability?indicator=E03")).Json["demo"]!);
        Assert.True((bool)(await monitor.Anonymous.GetAsync("/data?indicator=yoy(E03)")).Json["extension"]!["demo"]!);
        Assert.False((bool)(await monitor.Anonymous.GetAsync("/indicators/K01")).Json["demo"]!);
        var xlsx = (await monitor.Anonymous.GetAsync("/data?indicator=E03&area=06635&format=xlsx&lang=en")).Is(HttpStatusCode.OK).Bytes;
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(xlsx));
        using var about = new StreamReader(zip.GetEntry("xl/worksheets/sheet2.xml")!.Open());
        Assert.Contains("Made-up numbers for demonstration", await about.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_indicator_is_described_changed_and_seen_in_the_feed()
    {
        var monitor = await service.Value;
        var body = Description("Z02");

        (await monitor.Anonymous.PutAsync("/indicators/Z02", body)).Is(HttpStatusCode.Unauthorized);
        (await monitor.Korbach.PutAsync("/indicators/Z02", body)).Is(HttpStatusCode.Forbidden);
        (await monitor.District().PutAsync("/indicators/Z02", body)).Is((HttpStatusCode)428);
        (await monitor.District().PutAsync("/indicators/Z02", body, ("If-None-Match", "*"))).Is(HttpStatusCode.Created);
        (await monitor.District().PutAsync("/indicators/Z02", body, ("If-Match", "\"7\""))).Is(HttpStatusCode.PreconditionFailed);
        (await monitor.District().PutAsync("/indicators/Z02", body.Replace("Testwert", "Anderer Wert", StringComparison.Ordinal), ("If-Match", "\"1\""))).Is(HttpStatusCode.OK);

        var row = await Eventually.ValueAsync<JsonNode>(async () =>
            (await monitor.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().SingleOrDefault(change => (string?)change!["data"]?["code"] == "Z02" && (int)change["version"]! == 2), "the feed has version 2");
        Assert.Equal("Anderer Wert", (string)row["data"]!["name"]!["de"]!);
    }

    /// <summary>A full description of an indicator of the field Z, which no start data has.</summary>
    internal static string Description(string code, string unit = "percent", string? formula = null, string periodicity = "year") => new JsonObject
    {
        ["name"] = Both("Testwert"),
        ["definition"] = Both("Definition"),
        ["numerator"] = Both("Zähler"),
        ["denominator"] = Both("Nenner"),
        ["unit"] = unit,
        ["direction"] = "higher-better",
        ["field"] = code[..1],
        ["source"] = new JsonObject { ["code"] = "test", ["name"] = Both("Test") },
        ["periodicity"] = periodicity,
        ["lowestLevel"] = "municipality",
        ["contact"] = Both("Amt"),
        ["licence"] = Both("CC BY 4.0"),
        ["codeLists"] = new JsonObject { ["sex"] = "sex", ["group"] = "group-nationality" },
        ["formula"] = formula,
    }.ToJsonString();

    private static JsonObject Both(string text) => new() { ["de"] = text, ["en"] = text + " (en)" };
}

[Lane(Lane.Unit)]
public sealed class SeedTests
{
    [Fact]
    public void The_start_catalogue_is_complete_in_both_languages()
    {
        var lists = CodeLists.Load(Path.Combine(MonitorService.Seed, "monitor", "codelists.json"));

        var indicators = MonitorSeed.ReadIndicators(MonitorService.Seed);

        Assert.Equal(61, indicators.Select(row => row.Code).Distinct().Count());
        foreach (var (code, content) in indicators)
        {
            foreach (var text in new[] { content.Name, content.Definition, content.Numerator, content.Denominator, content.Source.Name, content.Contact, content.Licence })
            {
                Assert.False(string.IsNullOrWhiteSpace(text.De) || string.IsNullOrWhiteSpace(text.En), $"{code} lacks a text.");
            }

            Assert.True(lists.Units.ContainsKey(content.Unit) && lists.Fields.ContainsKey(content.Field), code);
            Assert.All(content.Dimensions, dimension => Assert.True(lists.Lists.ContainsKey(dimension.List), $"{code} {dimension.List}"));
        }

        Assert.All(lists.Lists.Values.SelectMany(list => list.Categories), category => Assert.False(category.Name.De.Length == 0 || category.Name.En.Length == 0));
    }
}
