using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class DataTests(MonitorService service)
{
    private const string Mixed = Editing.Header
        + "06635001;2021;total;total;10;;10;100\n06635005;2021;total;total;50;;15;30\n06635001;2022;total;total;20;;20;100\n06635005;2022;total;total;.;;;\n"
        + "06635001;2023;total;total;–;;;\n06635002;2021;total;total;…;;;\n06635002;2022;total;total;(3,5);;;\n06635002;2023;total;total;/;;;\n"
        + "06635003;2021;total;total;x;;;\n06635003;2022;total;total;0;below-half-unit;;\n06635003;2023;total;total;7;p;;\n06635004;2021;total;total;8;r;;\n06635004;2022;total;total;9;e;;\n";

    [Fact]
    public async Task All_formats_carry_the_same_values_and_never_confuse_hidden_missing_and_zero()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z30");
        await monitor.PublishAsync("Z30", Mixed);
        var json = (await monitor.Anonymous.GetAsync("/data?indicator=Z30&counts=true")).Is(HttpStatusCode.OK).Json;
        var expected = Cells(json).ToArray();

        Assert.Equal(15, expected.Length);
        Assert.Contains(("06635001", "2023", 0.0, "normal"), expected);
        Assert.Contains(("06635003", "2022", 0.0, "below-half-unit"), expected);
        Assert.Contains(("06635005", "2022", (double?)null, "confidential"), expected);
        Assert.Contains(("06635002", "2021", (double?)null, "missing"), expected);
        Assert.Contains(("06635002", "2022", 3.5, "uncertain"), expected);
        var csv = (await monitor.Anonymous.GetAsync("/data?indicator=Z30&format=csv")).Is(HttpStatusCode.OK).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("area,year,sex,group,value,status,symbol,numerator,denominator,demo", csv[0]);
        Assert.Equal(expected, csv.Skip(1).Select(line => line.Split(',')).Select(row => (row[0], row[1], Number(row[4]), row[5])));
        Assert.Equal(["–", "0", ".", "…", "( )", "/", "x", "p", "r", "e"], new[] { "06635001,2023", "06635003,2022", "06635005,2022", "06635002,2021", "06635002,2022", "06635002,2023", "06635003,2021", "06635003,2023", "06635004,2021", "06635004,2022" }
            .Select(key => csv.Single(line => line.StartsWith(key, StringComparison.Ordinal)).Split(',')[6]));
        var sdmx = (await monitor.Anonymous.GetAsync("/data?indicator=Z30", ("Accept", "application/vnd.sdmx.data+csv"))).Is(HttpStatusCode.OK).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("STRUCTURE,STRUCTURE_ID,ACTION,AREA,TIME_PERIOD,SEX,GROUP,OBS_VALUE,OBS_STATUS,NUMERATOR,DENOMINATOR,DEMO", sdmx[0]);
        Assert.Equal(expected.Select(cell => (cell.Item1, cell.Item2, cell.Item3)), sdmx.Skip(1).Select(line => line.Split(',')).Select(row => (row[3], row[4], Number(row[7]))));
        Assert.Equal(expected, Sheet((await monitor.Anonymous.GetAsync("/data?indicator=Z30&format=xlsx")).Is(HttpStatusCode.OK).Bytes).Skip(1).Select(row => (row[0], row[2], Number(row[8]), row[9])));
        (await monitor.Anonymous.GetAsync("/data?indicator=Z30", ("Accept", "application/pdf"))).Is(HttpStatusCode.NotAcceptable);
        (await monitor.Anonymous.GetAsync("/data?indicator=Z30&format=px")).Is(HttpStatusCode.NotAcceptable);
    }

    [Fact]
    public async Task What_was_exported_can_be_imported_again_in_every_form()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z31");
        await monitor.PublishAsync("Z31", Mixed);
        var csv = (await monitor.Anonymous.GetAsync("/data?indicator=Z31&format=csv")).Text;
        var sdmx = (await monitor.Anonymous.GetAsync("/data?indicator=Z31&format=sdmx-csv")).Text;
        var json = (await monitor.Anonymous.GetAsync("/data?indicator=Z31&counts=true")).Text;

        // Cells that were never delivered come out as missing, and go in as missing: one vintage more, then none.
        await monitor.PublishAsync("Z31", csv, "&reason=x");
        Assert.Equal("unchanged", (string)(await monitor.ImportAsync("Z31", sdmx)).Is(HttpStatusCode.OK).Json["state"]!);
        Assert.Equal("unchanged", (string)(await monitor.District().PostAsync("/imports?indicator=Z31", Editing.Json(json))).Is(HttpStatusCode.OK).Json["state"]!);
    }

    [Fact]
    public async Task Counts_of_a_merged_municipality_go_to_its_successor_and_rates_are_computed_anew()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z32");
        await monitor.PublishAsync("Z32", Mixed);

        var current = Cells((await monitor.Anonymous.GetAsync("/data?indicator=Z32&territory=current")).Is(HttpStatusCode.OK).Json).ToArray();

        Assert.DoesNotContain(current, cell => cell.Item1 == "06635005");
        Assert.Contains(("06635001", "2021", 100.0 * 25 / 130, "normal"), current);
        Assert.Contains(("06635001", "2022", (double?)null, "confidential"), current);
        Assert.Contains(("06635001", "2023", 0.0, "normal"), current);
    }

    [Fact]
    public async Task What_is_computed_is_computed_anew_for_a_merged_municipality_also_when_it_is_computed_from_something_computed()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z81");
        await monitor.DescribeAsync("Z82", "points", "gap(Z81, group, non-german, german)", change: node => node["codeLists"] = new JsonObject { ["sex"] = "sex" });
        await monitor.DescribeAsync("Z83", "points", "10 * Z82", change: node => node["codeLists"] = new JsonObject { ["sex"] = "sex" });
        await monitor.PublishAsync("Z81", Editing.Header
            + "06635001;2021;total;german;50;;50;100\n06635001;2021;total;non-german;10;;1;10\n06635005;2021;total;german;20;;60;300\n06635005;2021;total;non-german;50;;45;90\n"
            + "06635001;2023;total;german;40;;40;100\n06635001;2023;total;non-german;30;;3;10\n");

        var gap = Cells((await monitor.Anonymous.GetAsync("/data?indicator=Z82&territory=current&area=06635001")).Is(HttpStatusCode.OK).Json).ToArray();
        var tenfold = Cells((await monitor.Anonymous.GetAsync("/data?indicator=Z83&territory=current&area=06635001")).Is(HttpStatusCode.OK).Json).ToArray();
        var asked = Cells((await monitor.Anonymous.GetAsync("/data?indicator=gap(Z81,group,non-german,german)&territory=current&area=06635001&sex=total")).Is(HttpStatusCode.OK).Json).ToArray();

        // 46 of 100 minus 110 of 400.
        Assert.Equal([("06635001", "2021", 46 - 27.5, "normal"), ("06635001", "2023", -10.0, "normal")], gap);
        Assert.Equal([("06635001", "2021", 185.0, "normal"), ("06635001", "2023", -100.0, "normal")], tenfold);
        Assert.Equal(gap, asked);
        var published = Cells((await monitor.Anonymous.GetAsync("/data?indicator=Z82&area=06635005&year=2021")).Is(HttpStatusCode.OK).Json);
        Assert.Equal([("06635005", "2021", 30.0, "normal")], published);
    }

    [Fact]
    public async Task Sums_are_rates_from_sums_and_what_overlaps_is_refused()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z33");
        await monitor.PublishAsync("Z33", Editing.Header + "06635;2021;total;total;1;;10;1000\n06635001;2021;total;total;10;;10;100\n06635002;2021;total;total;50;;15;30\n06635003;2021;total;total;5;;;\n");

        Assert.Equal([100.0 * 25 / 130], (await monitor.Anonymous.GetAsync("/data?indicator=Z33&area=06635001,06635002&rollup=area")).Is(HttpStatusCode.OK).Json.Values());
        Assert.Equal("WIR-MON-0008", (await monitor.Anonymous.GetAsync("/data?indicator=Z33&area=06635001,06635003&rollup=area")).Is(HttpStatusCode.UnprocessableEntity).Code);
        Assert.Equal("WIR-MON-0008", (await monitor.Anonymous.GetAsync("/data?indicator=Z33&area=06635,06635001&rollup=area")).Is(HttpStatusCode.UnprocessableEntity).Code);
        var interval = (await monitor.Anonymous.GetAsync("/data?indicator=Z33&area=06635002&interval=wilson")).Is(HttpStatusCode.OK).Json["extension"]!;
        Assert.Equal((33.15, 66.85, false), (Math.Round((double)interval["lower"]![0]!, 2), Math.Round((double)interval["upper"]![0]!, 2), (bool)interval["small"]![0]!));
    }

    [Fact]
    public async Task Growth_across_a_break_is_null_with_its_mark()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z34", change: node => node["breaks"] = new JsonArray(new JsonObject { ["period"] = "2022", ["note"] = new JsonObject { ["de"] = "Neue Erhebung", ["en"] = "New survey" } }));
        await monitor.PublishAsync("Z34", Editing.Header + "06635;2020;total;total;10;;;\n06635;2021;total;total;11;;;\n06635;2022;total;total;22;;;\n06635;2023;total;total;11;;;\n");

        var growth = (await monitor.Anonymous.GetAsync("/data?indicator=yoy(Z34)&lang=en")).Is(HttpStatusCode.OK).Json;

        Assert.Equal([null, 10, null, -50], growth.Values().Select(value => value is { } one ? Math.Round(one, 6) : (double?)null));
        Assert.Equal("not-applicable", (string)growth["status"]!["2"]!);
        Assert.Equal("New survey", (string)growth["extension"]!["breaks"]![0]!["note"]!);
        Assert.Equal([null, 1, null, -11], (await monitor.Anonymous.GetAsync("/data?indicator=Z34-lag(Z34,1)")).Is(HttpStatusCode.OK).Json.Values());
        Assert.Equal("not-applicable", (string)(await monitor.Anonymous.GetAsync("/data?indicator=Z34/(Z34-Z34)&year=2020")).Is(HttpStatusCode.OK).Json["status"]!["0"]!);
    }

    [Theory]
    [InlineData("area=06635x", 400, "?area")]
    [InlineData("sex=femal", 400, "?sex")]
    [InlineData("sexx=female", 400, "?sexx")]
    [InlineData("year=20244", 400, "?year")]
    [InlineData("year=top(x)", 400, "?year")]
    [InlineData("asOf=yesterday", 400, "?asOf")]
    [InlineData("vintage=0", 400, "?vintage")]
    [InlineData("territory=old", 400, "?territory")]
    [InlineData("rollup=colour", 400, "?rollup")]
    public async Task A_bad_question_is_refused_by_name(string parameters, int status, string pointer)
    {
        var monitor = await service.Value;
        await EnsureAsync(monitor, "Z35");

        var answer = (await monitor.Anonymous.GetAsync($"/data?indicator=Z35&{parameters}")).Is((HttpStatusCode)status);

        Assert.Equal([pointer], answer.Pointers);
        Assert.Equal("no-store", answer.Message.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Availability_says_what_is_left()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z36");
        await monitor.PublishAsync("Z36", Editing.Header + "06635001;2021;total;total;1;;;\n06635001;2022;female;total;1;;;\n06635002;2022;total;total;1;;;\n");

        var left = (await monitor.Anonymous.GetAsync("/availability?indicator=Z36&area=06635001&sex=total")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(["2021"], Codes(left, "year"));
        Assert.Equal(["06635001", "06635002"], Codes(left, "area"));
        Assert.Equal(["total", "female"], Codes(left, "sex"));
        Assert.Equal((2, 1), ((int)left["cells"]!, (int)left["present"]!));

        static IEnumerable<string> Codes(JsonNode json, string dimension) => json["dimensions"]![dimension]!.AsArray().Select(code => (string)code!);
    }

    private static async Task EnsureAsync(Running monitor, string code)
    {
        if ((await monitor.Anonymous.GetAsync($"/data?indicator={code}")).Status == HttpStatusCode.OK) return;
        await monitor.DescribeAsync(code);
        await monitor.PublishAsync(code, Mixed);
    }

    /// <summary>Area, year, value and status of each cell of a dataset, in its order.</summary>
    private static IEnumerable<(string, string, double?, string)> Cells(JsonNode dataset)
    {
        var areas = dataset["dimension"]!["area"]!["category"]!["index"]!.AsArray().Select(code => (string)code!).ToArray();
        var years = dataset["dimension"]!["year"]!["category"]!["index"]!.AsArray().Select(code => (string)code!).ToArray();
        var values = dataset.Values();
        for (var i = 0; i < values.Length; i++)
        {
            yield return (areas[i / years.Length], years[i % years.Length], values[i], (string?)dataset["status"]?[i.ToString(CultureInfo.InvariantCulture)] ?? "normal");
        }
    }

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Sheet(byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        using var stream = zip.GetEntry("xl/worksheets/sheet1.xml")!.Open();
        return [.. XDocument.Load(stream).Descendants().Where(element => element.Name.LocalName == "row").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];
    }
}
