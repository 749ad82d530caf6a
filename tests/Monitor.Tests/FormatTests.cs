using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>The same numbers in all formats, read back by programs that others wrote or by the rules that others set.</summary>
[Lane(Lane.Functional)]
public sealed partial class FormatTests(MonitorService service)
{
    private const int Seed = 77;
    private static readonly string[] s_areas = ["06635", "06635001", "06635002", "06635006", "06635015"];
    private static readonly string[] s_groups = ["total", "german", "non-german"];

    /// <summary>What a file says and how the cell comes out: value, status, and the sign that people see.</summary>
    private static readonly (string Fields, string? Value, string Status, string Symbol)[] s_kinds =
    [
        ("{0};;;", "{0}", "normal", ""), ("{0};p;;", "{0}", "provisional", "p"), ("{0};r;;", "{0}", "revised", "r"), ("{0};e;;", "{0}", "estimated", "e"),
        ("–;;;", "0", "normal", "–"), ("0;;;", "0", "normal", "–"), ("0;below-half-unit;;", "0", "below-half-unit", "0"),
        (".;;;", null, "confidential", "."), ("…;;;", null, "missing", "…"), ("x;;;", null, "not-applicable", "x"), ("/;;;", null, "uncertain", "/"), ("({0});;;", "{0}", "uncertain", "( )"),
        (";;25;200", "12.5", "normal", ""), (";;0;50", "0", "normal", "–"), (";;0;0", null, "not-applicable", "x"),
    ];

    [Fact]
    public async Task Every_format_carries_the_same_cells_whatever_is_in_them()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z41");
        var (file, cells) = RandomFile(new Random(Seed));
        await monitor.PublishAsync("Z41", file);

        var json = (await monitor.Anonymous.GetAsync("/data?indicator=Z41&counts=true&lang=en")).Is(HttpStatusCode.OK);
        var csv = Csv((await monitor.Anonymous.GetAsync("/data?indicator=Z41&format=csv")).Is(HttpStatusCode.OK).Text);
        var sdmx = Csv((await monitor.Anonymous.GetAsync("/data?indicator=Z41", ("Accept", "application/vnd.sdmx.data+csv; version=2.0.0"))).Is(HttpStatusCode.OK).Text);
        var xlsx = Sheet((await monitor.Anonymous.GetAsync("/data?indicator=Z41&format=xlsx")).Is(HttpStatusCode.OK).Bytes);
        var foreign = await ReadAsOthersDoAsync(json.Bytes);

        Assert.Equal(cells, csv[1..].Select(row => new Row(Key(row[..4]), row[4], row[5], row[6])));
        Assert.Equal(cells, xlsx[1..].Select(row => new Row(Key([row[0], row[2], row[4], row[6]]), row[8], row[9], row[10])));
        var places = csv[1..].ToDictionary(row => Key(row[..4]), row => (row[7], row[8]));
        Assert.All(xlsx[1..], row => Assert.Equal(places[Key([row[0], row[2], row[4], row[6]])], (row[11], row[12])));
        CheckSdmx(sdmx, cells, places);
        Assert.Equal(cells.Select(cell => (cell.Key, cell.Value, cell.Status)), foreign["rows"]!.AsArray().Select(row => (
            Key([(string)row!["area"]!, (string)row["year"]!, (string)row["sex"]!, (string)row["group"]!]),
            row["value"] is { } value ? ((double)value).ToString(CultureInfo.InvariantCulture) : "", (string?)row["status"] ?? "normal")));
        Assert.Equal(["year"], foreign["time"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(["area"], foreign["geo"]!.AsArray().Select(id => (string)id!));
        // A true zero, less than half a unit, hidden, missing, not applicable, and uncertain with and without value are all told apart by value and status alone.
        Assert.Equal(11, cells.Select(cell => (cell.Value is "" or "0" ? cell.Value : "a number", cell.Status)).Distinct().Count());
    }

    [Fact]
    public async Task A_workbook_is_read_alike_by_the_programs_of_others_and_nothing_in_it_is_a_formula()
    {
        const string formula = "=HYPERLINK(\"https://example.org\";\"x\")";
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z42", change: description => description["name"]!["de"] = formula);
        await monitor.PublishAsync("Z42", RandomFile(new Random(Seed)).File);

        const string question = "/data?indicator=Z42&interval=wilson&lang=de";
        var csv = Csv((await monitor.Anonymous.GetAsync($"{question}&format=csv")).Is(HttpStatusCode.OK).Text);
        var xlsx = (await monitor.Anonymous.GetAsync($"{question}&format=xlsx")).Is(HttpStatusCode.OK).Bytes;
        var read = await ReadAsOthersDoAsync("read-xlsx.mjs", xlsx);

        Assert.Equal(["exceljs", "read-excel-file", "xlsx"], read.AsObject().Select(program => program.Key));
        foreach (var (_, sheets) in read.AsObject())
        {
            Assert.Equal(["Daten", "Angaben"], sheets!.AsArray().Select(sheet => (string)sheet!["name"]!));
            var data = Rows(sheets[0]!);
            var dimensions = csv[0][..4].SelectMany(name => new[] { name, $"{name}-label" });
            Assert.Equal([.. dimensions, .. csv[0][4..]], data[0].Select(cell => (string)cell!));
            Assert.Equal(
                csv[1..].Select(row => string.Join('|', row)),
                data[1..].Select(row => string.Join('|', Values(row).Select(Written))));
            // What is a number in the file is a number to them, too.
            var numbers = data[1..].SelectMany(row => (JsonNode?[])[row[8], .. row[11..15]]);
            Assert.All(numbers, cell => Assert.True(cell?.GetValueKind() is null or JsonValueKind.Number));
            Assert.Contains(data[1..], row => (string?)row[1] == "Allendorf (Eder)");
            Assert.Equal(["Name", formula], Rows(sheets[1]!)[1][..2].Select(cell => (string)cell!));
        }

        // The tag is made of what was asked, so the same answer has to be the same bytes whenever it is made.
        using var zip = new ZipArchive(new MemoryStream(xlsx));
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
        Assert.DoesNotContain(zip.Entries, entry => entry.FullName.StartsWith("docProps/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/data?indicator=E03&area=06635*&year=2015..2024&group=*&sex=total")]
    [InlineData("/data?indicator=yoy(E03)&area=06635015&sex=total&group=total")]
    [InlineData("/data?indicator=E03&area=benchmark(06635)&territory=current&interval=wilson&counts=true&lang=en")]
    [InlineData("/data?indicator=C01&year=top(0)")]
    [InlineData("/data?indicator=D01&updatedAfter=2020-01-01T00:00:00Z&area=06635")]
    public async Task Any_answer_is_read_by_the_client_of_others_and_fits_the_description(string address)
    {
        var monitor = await service.Value;
        var json = (await monitor.Anonymous.GetAsync(address)).Is(HttpStatusCode.OK);

        var read = await ReadAsOthersDoAsync(json.Bytes);

        Assert.Equal(json.Json["size"]!.AsArray().Aggregate(1, (product, size) => product * (int)size!), read["rows"]?.AsArray().Count ?? 0);
        Assert.True((bool)json.Json["extension"]!["demo"]!);
    }

    [Theory]
    [InlineData("px")]
    [InlineData("json")]
    [InlineData("")]
    public async Task An_unknown_format_is_not_acceptable(string format)
    {
        var monitor = await service.Value;

        Assert.Equal("WIR-COM-0012", (await monitor.Anonymous.GetAsync($"/data?indicator=E03&format={format}")).Is(HttpStatusCode.NotAcceptable).Code);
    }

    /// <summary>The rules of the SDMX-CSV 2.0 field guide that concern flat data without labels.</summary>
    private static void CheckSdmx(string[][] rows, List<Row> cells, Dictionary<string, (string, string)> counts)
    {
        var header = rows[0];
        Assert.Equal(["STRUCTURE", "STRUCTURE_ID", "ACTION"], header[..3]);
        Assert.Equal(header.Length, header.Distinct().Count());
        Assert.All(header, name => Assert.Matches(Identifier(), name));
        Assert.Equal(["AREA", "TIME_PERIOD", "SEX", "GROUP", "OBS_VALUE", "OBS_STATUS", "NUMERATOR", "DENOMINATOR", "DEMO"], header[3..]);
        foreach (var row in rows[1..])
        {
            Assert.Equal(header.Length, row.Length);
            Assert.Equal("dataflow", row[0]);
            Assert.Matches(Artefact(), row[1]);
            Assert.Contains(row[2], (string[])["I", "A", "M", "R", "D"]);
            Assert.All(row[3..7], code => Assert.NotEqual("", code));
            Assert.True(row[7].Length == 0 || double.TryParse(row[7], NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        }

        string[] codes = ["A", "P", "R", "E", "O", "M", "Q", "N", "U"];
        string[] ours = ["normal", "provisional", "revised", "estimated", "missing", "not-applicable", "confidential", "below-half-unit", "uncertain"];
        Assert.Equal(cells.Select(cell => (cell.Key, cell.Value, codes[Array.IndexOf(ours, cell.Status)], counts[cell.Key])),
            rows[1..].Select(row => (Key(row[3..7]), row[7], row[8], (row[9], row[10]))));
    }

    private static (string File, List<Row> Cells) RandomFile(Random random)
    {
        var (file, cells, kind) = (new StringBuilder(Editing.Header), new List<Row>(), 0);
        foreach (var area in s_areas)
        {
            foreach (var year in new[] { "2020", "2021", "2022" })
            {
                foreach (var group in s_groups)
                {
                    var (fields, value, status, symbol) = s_kinds[kind++ % s_kinds.Length];
                    var number = (random.Next(1, 1000) / 10m).ToString(CultureInfo.InvariantCulture);
                    file.Append(CultureInfo.InvariantCulture, $"{area};{year};total;{group};{string.Format(CultureInfo.InvariantCulture, fields, number)}\n");
                    cells.Add(new(Key([area, year, "total", group]), value is null ? "" : decimal.Parse(string.Format(CultureInfo.InvariantCulture, value, number), CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture), status, symbol));
                }
            }
        }

        return (file.ToString(), cells);
    }

    private static Task<JsonNode> ReadAsOthersDoAsync(byte[] dataset) => ReadAsOthersDoAsync(
        "read-json-stat.mjs", dataset, Path.Combine(AppContext.BaseDirectory, "json-stat-2.0.schema.json"));

    private static async Task<JsonNode> ReadAsOthersDoAsync(string script, byte[] content, params string[] arguments)
    {
        var directory = await NodeTools.DirectoryAsync();
        var file = Path.Combine(Path.GetTempPath(), $"wir-{Guid.CreateVersion7():N}");
        await File.WriteAllBytesAsync(file, content);
        try
        {
            var (exitCode, output) = await NodeTools.RunAsync(directory, "node", [script, file, .. arguments]);
            Assert.True(exitCode == 0, output);
            return JsonNode.Parse(output)!;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string[][] Csv(string text) => [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];

    /// <summary>Opened by the reference implementation of the format, which also checks it.</summary>
    private static string[][] Sheet(byte[] bytes)
    {
        using var document = SpreadsheetDocument.Open(new MemoryStream(bytes), isEditable: false);
        Assert.Empty(new OpenXmlValidator(FileFormatVersions.Office2019).Validate(document).Select(error => $"{error.Path?.XPath}: {error.Description}"));
        var sheets = document.WorkbookPart!.Workbook.Sheets!.Elements<Sheet>().ToArray();
        Assert.Equal(2, sheets.Length);
        var part = (WorksheetPart)document.WorkbookPart.GetPartById(sheets[0].Id!);
        return [.. part.Worksheet.Descendants<DocumentFormat.OpenXml.Spreadsheet.Row>().Select(row => row.Elements<Cell>().Select(cell => cell.InnerText).ToArray())];
    }

    private static JsonNode?[][] Rows(JsonNode sheet) =>
        [.. sheet["rows"]!.AsArray().Select(row => row!.AsArray().ToArray())];

    /// <summary>A row of the workbook without its labels.</summary>
    private static IEnumerable<JsonNode?> Values(JsonNode?[] row) => [row[0], row[2], row[4], row[6], .. row[8..]];

    /// <summary>A cell as the other formats write it.</summary>
    private static string Written(JsonNode? cell) => cell?.GetValueKind() is JsonValueKind.Number
        ? ((double)cell).ToString(CultureInfo.InvariantCulture)
        : (string?)cell ?? "";

    private static string Key(string[] codes) => string.Join('|', codes);

    [GeneratedRegex("^[A-Z][A-Z0-9_]*$")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^[A-Za-z][\w.-]*:[A-Za-z][\w.-]*\([0-9]+(\.[0-9]+){1,2}\)$")]
    private static partial Regex Artefact();

    private sealed record Row(string Key, string Value, string Status, string Symbol);
}
