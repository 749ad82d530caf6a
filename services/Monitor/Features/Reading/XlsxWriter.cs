using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using SpreadCheetah;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Reading;

/// <summary>
/// A workbook of two sheets: the numbers in long form with labels, and what they are. Every text is a cell of text, so
/// nothing that somebody wrote is read as a formula.
/// </summary>
internal static class XlsxWriter
{
    /// <summary>Cells say where they are, which some readers need. No part says when the file was written.</summary>
    private static readonly SpreadCheetahOptions s_options = new()
    {
        WriteCellReferenceAttributes = true,
        DocumentProperties = null,
    };

    /// <summary>Of every entry, so that the same numbers are the same bytes; the first that a ZIP can hold.</summary>
    private static readonly DateTimeOffset s_entryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async ValueTask WriteAsync(PipeWriter output, Table table, CancellationToken ct)
    {
        using var file = new MemoryStream();
        await using (var book = await Spreadsheet.CreateNewAsync(file, s_options, ct))
        {
            await book.StartWorksheetAsync(table.Language == "en" ? "Data" : "Daten", token: ct);
            await DataAsync(book, table, ct);
            await book.StartWorksheetAsync(table.Language == "en" ? "About" : "Angaben", token: ct);
            foreach (var row in About(table)) await book.AddRowAsync([.. row.Select(text => new DataCell(text))], ct);
            await book.FinishAsync(ct);
        }

        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            foreach (var entry in zip.Entries) entry.LastWriteTime = s_entryTime;
        }

        await output.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length), ct);
    }

    private static async ValueTask DataAsync(Spreadsheet book, Table table, CancellationToken ct)
    {
        var dimensions = table.Cube.Dimensions;
        var columns = dimensions.SelectMany(dimension => new[] { dimension.Id, dimension.Id + "-label" })
            .Concat(CsvWriter.Columns(table, isSdmx: false).Skip(dimensions.Count)).ToArray();
        await book.AddHeaderRowAsync(columns, token: ct);
        var row = new List<DataCell>(columns.Length);
        foreach (var index in table.Indexes().Where(table.IsShown))
        {
            row.Clear();
            var cell = table.Cube[index];
            for (var i = 0; i < dimensions.Count; i++)
            {
                var code = dimensions[i].Codes[table.Cube.PositionIn(i, index)];
                row.Add(new(code));
                row.Add(new(table.Label(dimensions[i].Id, code)));
            }

            row.Add(Number(cell.Value));
            row.Add(new(Statuses.Code(cell.Status)));
            row.Add(new(Statuses.Symbol(cell.Status, cell.Value)));
            row.Add(Number(cell.Numerator));
            row.Add(Number(cell.Denominator));
            if (table.WithInterval)
            {
                row.Add(Number(table.Interval(index)?.Lower ?? double.NaN));
                row.Add(Number(table.Interval(index)?.Upper ?? double.NaN));
                row.Add(new(table.IsSmall(index) is { } small ? small ? "true" : "false" : ""));
            }

            row.Add(new(table.About.Demo ? "true" : "false"));
            await book.AddRowAsync(row, ct);
        }
    }

    private static IEnumerable<string[]> About(Table table)
    {
        var english = table.Language == "en";
        yield return [english ? "Indicator" : "Indikator", table.About.Code];
        yield return ["Name", table.Text(table.About.Name)];
        yield return [english ? "Unit" : "Einheit", table.Text(table.About.UnitName)];
        yield return [english ? "Source" : "Quelle", table.Text(table.About.Source)];
        yield return [english ? "Licence" : "Lizenz", table.Text(table.About.Licence)];
        yield return [english ? "Vintage" : "Fassung", table.Vintage?.ToString(CultureInfo.InvariantCulture) ?? ""];
        var released = table.AsOf?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        yield return [english ? "Released" : "Veröffentlicht", released ?? ""];
        yield return ["Permalink", table.Permalink];
        var demo = english ? "Made-up numbers for demonstration" : "Erfundene Zahlen zur Demonstration";
        if (table.About.Demo) yield return ["Demo", demo];
        foreach (var one in table.Breaks) yield return [english ? "Break" : "Bruch", one.Period, table.Text(one.Note)];
        foreach (var (code, symbol, name) in Statuses.All) yield return [code, symbol, table.Text(name)];
    }

    private static DataCell Number(double value) => double.IsNaN(value) ? default : new(value);
}
