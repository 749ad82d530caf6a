using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security;
using System.Text;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Reading;

/// <summary>A workbook of two sheets: the numbers in long form with labels, and what they are.</summary>
internal static class XlsxWriter
{
    private const string Xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    /// <summary>Of every entry, so that the same numbers are the same bytes; the first instant that the format can hold.</summary>
    private static readonly DateTimeOffset s_entryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async ValueTask WriteAsync(PipeWriter output, Table table, CancellationToken ct)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Entry(zip, "[Content_Types].xml", text => text.Append(Xml).Append("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
                + "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
                + "<Override PartName=\"/xl/worksheets/sheet2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>"));
            Entry(zip, "_rels/.rels", text => text.Append(Xml).Append("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
                + "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"));
            Entry(zip, "xl/workbook.xml", text => text.Append(Xml).Append(CultureInfo.InvariantCulture, $"<workbook xmlns=\"{Main}\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
                + $"<sheet name=\"{(table.Language == "en" ? "Data" : "Daten")}\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"{(table.Language == "en" ? "About" : "Angaben")}\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"));
            Entry(zip, "xl/_rels/workbook.xml.rels", text => text.Append(Xml).Append("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
                + "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                + "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"));
            Entry(zip, "xl/worksheets/sheet1.xml", text => Data(text, table));
            Entry(zip, "xl/worksheets/sheet2.xml", text => About(text, table));
        }

        await output.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length), ct);
    }

    private static void Data(StringBuilder text, Table table)
    {
        text.Append(Xml).Append(CultureInfo.InvariantCulture, $"<worksheet xmlns=\"{Main}\"><sheetData>");
        Row(text, [.. table.Cube.Dimensions.SelectMany(dimension => new[] { dimension.Id, dimension.Id + "-label" }), .. CsvWriter.Columns(table, isSdmx: false).Skip(table.Cube.Dimensions.Count)]);
        foreach (var index in table.Indexes().Where(table.IsShown))
        {
            var cell = table.Cube[index];
            text.Append("<row>");
            for (var i = 0; i < table.Cube.Dimensions.Count; i++)
            {
                var code = table.Cube.Dimensions[i].Codes[table.Cube.PositionIn(i, index)];
                String(text, code);
                String(text, table.Label(table.Cube.Dimensions[i].Id, code));
            }

            Number(text, cell.Value);
            String(text, Statuses.Code(cell.Status));
            String(text, Statuses.Symbol(cell.Status, cell.Value));
            Number(text, cell.Numerator);
            Number(text, cell.Denominator);
            if (table.WithInterval)
            {
                Number(text, table.Interval(index)?.Lower ?? double.NaN);
                Number(text, table.Interval(index)?.Upper ?? double.NaN);
                String(text, table.IsSmall(index) is { } small ? small ? "true" : "false" : "");
            }

            String(text, table.About.Demo ? "true" : "false");
            text.Append("</row>");
        }

        text.Append("</sheetData></worksheet>");
    }

    private static void About(StringBuilder text, Table table)
    {
        var english = table.Language == "en";
        text.Append(Xml).Append(CultureInfo.InvariantCulture, $"<worksheet xmlns=\"{Main}\"><sheetData>");
        Row(text, [english ? "Indicator" : "Indikator", table.About.Code]);
        Row(text, ["Name", table.Text(table.About.Name)]);
        Row(text, [english ? "Unit" : "Einheit", table.Text(table.About.UnitName)]);
        Row(text, [english ? "Source" : "Quelle", table.Text(table.About.Source)]);
        Row(text, [english ? "Licence" : "Lizenz", table.Text(table.About.Licence)]);
        Row(text, [english ? "Vintage" : "Fassung", table.Vintage?.ToString(CultureInfo.InvariantCulture) ?? ""]);
        Row(text, [english ? "Released" : "Veröffentlicht", table.AsOf?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? ""]);
        Row(text, ["Permalink", table.Permalink]);
        if (table.About.Demo) Row(text, ["Demo", english ? "Made-up numbers for demonstration" : "Erfundene Zahlen zur Demonstration"]);
        foreach (var one in table.Breaks) Row(text, [english ? "Break" : "Bruch", one.Period, table.Text(one.Note)]);
        foreach (var (code, symbol, name) in Statuses.All) Row(text, [code, symbol, table.Text(name)]);
        text.Append("</sheetData></worksheet>");
    }

    private static void Row(StringBuilder text, IEnumerable<string> values)
    {
        text.Append("<row>");
        foreach (var value in values) String(text, value);
        text.Append("</row>");
    }

    private static void String(StringBuilder text, string value) => text.Append("<c t=\"inlineStr\"><is><t>").Append(SecurityElement.Escape(value)).Append("</t></is></c>");

    private static void Number(StringBuilder text, double value)
    {
        if (double.IsNaN(value)) text.Append("<c/>");
        else text.Append("<c><v>").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append("</v></c>");
    }

    private static void Entry(ZipArchive zip, string name, Action<StringBuilder> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = s_entryTime;
        var text = new StringBuilder();
        write(text);
        using var stream = entry.Open();
        foreach (var chunk in text.GetChunks()) stream.Write(Encoding.UTF8.GetBytes(chunk.ToArray()));
    }
}
