using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Reading;

/// <summary>CSV in long form, in the columns that an import takes, and SDMX-CSV 2.0.</summary>
internal static class CsvWriter
{
    private const int FlushAt = 64 * 1024;

    public static ValueTask WriteAsync(PipeWriter output, Table table, CancellationToken ct) => WriteAsync(output, table, isSdmx: false, ct);

    public static ValueTask WriteSdmxAsync(PipeWriter output, Table table, CancellationToken ct) => WriteAsync(output, table, isSdmx: true, ct);

    private static async ValueTask WriteAsync(PipeWriter output, Table table, bool isSdmx, CancellationToken ct)
    {
        var dimensions = table.Cube.Dimensions;
        var codes = dimensions.Select(dimension => dimension.Codes.Select(code => Encoding.UTF8.GetBytes(Field(isSdmx && dimension.Id is "year" or "period" ? Periods.Sdmx(code) : code))).ToArray()).ToArray();
        var structure = Encoding.UTF8.GetBytes($"dataflow,{Field($"WIR:DF_{Sanitised(table.About.Code)}(1.0)")},");
        Text(output, string.Join(',', Columns(table, isSdmx)) + "\r\n");
        var pending = 0;
        foreach (var index in table.Indexes())
        {
            if (!table.IsShown(index)) continue;
            pending += isSdmx ? SdmxRow(output, table, codes, index, structure) : Row(output, table, codes, index);
            if (pending < FlushAt) continue;
            pending = 0;
            await output.FlushAsync(ct);
        }

        await output.FlushAsync(ct);
    }

    /// <summary>Names of the columns, as in the file.</summary>
    public static IEnumerable<string> Columns(Table table, bool isSdmx)
    {
        var dimensions = table.Cube.Dimensions.Select(dimension => dimension.Id);
        string[] extra = table.WithInterval ? ["lower", "upper", "small"] : [];
        return isSdmx
            ? ["STRUCTURE", "STRUCTURE_ID", "ACTION", .. dimensions.Select(Sdmx), "OBS_VALUE", "OBS_STATUS", "NUMERATOR", "DENOMINATOR", .. extra.Select(Sdmx), "DEMO"]
            : [.. dimensions, "value", "status", "symbol", "numerator", "denominator", .. extra, "demo"];
    }

    private static int Row(PipeWriter output, Table table, byte[][][] codes, int index)
    {
        var (cell, length) = (table.Cube[index], 0);
        for (var i = 0; i < codes.Length; i++)
        {
            length += Bytes(output, codes[i][table.Cube.PositionIn(i, index)]);
            length += Bytes(output, ","u8);
        }

        length += Number(output, cell.Value);
        length += Text(output, $",{Statuses.Code(cell.Status)},{Statuses.Symbol(cell.Status, cell.Value)},");
        length += Number(output, cell.Numerator);
        length += Bytes(output, ","u8);
        length += Number(output, cell.Denominator);
        length += Interval(output, table, index);
        return length + Bytes(output, table.About.Demo ? ",true\r\n"u8 : ",false\r\n"u8);
    }

    private static int SdmxRow(PipeWriter output, Table table, byte[][][] codes, int index, byte[] structure)
    {
        var (cell, length) = (table.Cube[index], Bytes(output, structure));
        length += Bytes(output, cell.Status == ObservationStatus.Deleted ? "D,"u8 : table.IsDelta ? "R,"u8 : "I,"u8);
        for (var i = 0; i < codes.Length; i++)
        {
            length += Bytes(output, codes[i][table.Cube.PositionIn(i, index)]);
            length += Bytes(output, ","u8);
        }

        length += Number(output, cell.Value);
        length += Text(output, cell.Status == ObservationStatus.Deleted ? ",," : $",{Statuses.Sdmx(cell.Status)},");
        length += Number(output, cell.Numerator);
        length += Bytes(output, ","u8);
        length += Number(output, cell.Denominator);
        length += Interval(output, table, index);
        return length + Bytes(output, table.About.Demo ? ",true\r\n"u8 : ",false\r\n"u8);
    }

    private static int Interval(PipeWriter output, Table table, int index)
    {
        if (!table.WithInterval) return 0;
        var bounds = table.Interval(index);
        var length = Bytes(output, ","u8) + Number(output, bounds?.Lower ?? double.NaN);
        length += Bytes(output, ","u8) + Number(output, bounds?.Upper ?? double.NaN);
        return length + Text(output, table.IsSmall(index) is { } small ? small ? ",true" : ",false" : ",");
    }

    private static int Number(PipeWriter output, double value)
    {
        if (double.IsNaN(value)) return 0;
        value.TryFormat(output.GetSpan(32), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
        return written;
    }

    private static int Bytes(PipeWriter output, ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        return bytes.Length;
    }

    private static int Text(PipeWriter output, string text) => (int)Encoding.UTF8.GetBytes(text, output);

    private static string Sdmx(string id) => id is "year" or "period" ? "TIME_PERIOD" : id.Replace('-', '_').ToUpperInvariant();

    private static string Sanitised(string code) => string.Concat(code.Select(sign => char.IsAsciiLetterOrDigit(sign) ? sign : '_'));

    private static string Field(string text) => text.AsSpan().IndexOfAny(',', '"', '\n') >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
