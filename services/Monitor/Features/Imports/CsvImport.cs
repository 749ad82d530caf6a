using System.Globalization;
using System.Text;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Imports;

/// <summary>Reads CSV in long form, ours and SDMX-CSV. <c>area;period;sex;group;value;status;numerator;denominator</c></summary>
internal sealed class CsvImport(Observations observations)
{
    private const int Value = -1, Status = -2, Numerator = -3, Denominator = -4, Action = -5, Ignored = -6;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] s_ignored = ["structure", "structureid", "dataflow", "symbol", "demo", "vintage", "unit", "lower", "upper", "small", "obsconf", "unitmeasure"];

    private readonly ImportFaults _faults = observations.Faults;
    private (int Role, string Name)[] _columns = [];
    private char _separator = ';';

    /// <summary>The decimal sign that the file uses; null while no number has shown it.</summary>
    public char? Decimal { get; private set; }

    /// <summary>Lines read so far, for progress.</summary>
    public int Lines { get; private set; }

    public bool IsSdmx { get; private set; }

    public void Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        var text = Decode(bytes);
        var rest = text.AsSpan();
        if (!Header(TakeLine(ref rest))) return;
        while (rest.Length > 0)
        {
            var line = TakeLine(ref rest);
            if (line.Length > 0) ReadLine(line);
        }
    }

    private ReadOnlySpan<char> TakeLine(ref ReadOnlySpan<char> rest)
    {
        Lines++;
        var end = rest.IndexOf('\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line.EndsWith('\r') ? line[..^1] : line;
    }

    /// <summary>UTF-8, or a fault for each line that is not; those are then read as Latin-1, so that their other faults are found as well.</summary>
    private string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            var text = new StringBuilder(bytes.Length);
            var (header, separator) = (Array.Empty<string>(), ';');
            for (var line = 1; bytes.Length > 0; line++)
            {
                var end = bytes.IndexOf((byte)'\n');
                var part = end < 0 ? bytes : bytes[..(end + 1)];
                bytes = bytes[part.Length..];
                if (line == 1)
                {
                    var first = Encoding.Latin1.GetString(part).Trim();
                    separator = SeparatorOf(first);
                    header = first.Split(separator);
                }

                if (System.Text.Unicode.Utf8.IsValid(part)) text.Append(s_strict.GetString(part));
                else
                {
                    _faults.Add(line, ColumnOf(part, header, separator), FaultCodes.Encoding, "Die Zeile ist nicht in UTF-8 (vermutlich Windows-1252).", "The line is not in UTF-8 (probably Windows-1252).");
                    text.Append(Encoding.Latin1.GetString(part));
                }
            }

            return text.ToString();
        }
    }

    private static char SeparatorOf(ReadOnlySpan<char> header) => header.Contains(';') ? ';' : ',';

    /// <summary>The column in which the first byte stands that is not UTF-8.</summary>
    private static string ColumnOf(ReadOnlySpan<byte> line, string[] header, char separator)
    {
        var (at, column) = (0, 0);
        while (at < line.Length && Rune.DecodeFromUtf8(line[at..], out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            if (rune.Value == separator) column++;
            at += length;
        }

        return column < header.Length ? header[column].Trim() : "";
    }

    private bool Header(ReadOnlySpan<char> line)
    {
        _separator = SeparatorOf(line);
        var names = new List<string>();
        foreach (var range in Split(line)) names.Add(Unquote(line[range]).ToString().Trim());
        IsSdmx = names.Count > 0 && (names[0].Equals("STRUCTURE", StringComparison.OrdinalIgnoreCase) || names[0].Equals("DATAFLOW", StringComparison.OrdinalIgnoreCase));
        _columns = [.. names.Select(name => (RoleOf(name), name))];
        var before = _faults.Count;
        for (var dimension = 0; dimension < observations.Dimensions.Count; dimension++)
        {
            if (_columns.All(column => column.Role != dimension) && !observations.HasTotal(dimension)) Missing(observations.Dimensions[dimension]);
        }

        if (_columns.All(column => column.Role is not (Value or Numerator))) Missing("value");
        foreach (var (_, name) in _columns.Where(column => column.Role == int.MinValue))
        {
            _faults.Add(1, name, FaultCodes.Column, "Diese Spalte gibt es hier nicht.", "There is no such column here.");
        }

        foreach (var twice in _columns.Where(column => column.Role is not (Ignored or int.MinValue)).GroupBy(column => column.Role).Where(group => group.Count() > 1))
        {
            _faults.Add(1, twice.Last().Name, FaultCodes.Column, "Die Spalte steht mehrfach da.", "The column is there more than once.");
        }

        return _faults.Count == before;
    }

    private void Missing(string name) => _faults.Add(1, name, FaultCodes.Column, $"Die Spalte „{name}“ fehlt.", $"The column “{name}” is missing.");

    /// <summary>The number of a dimension, a role below zero, or <see cref="int.MinValue"/>.</summary>
    private int RoleOf(string name)
    {
        var plain = name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        for (var dimension = 0; dimension < observations.Dimensions.Count; dimension++)
        {
            if (observations.Dimensions[dimension].Replace("-", "", StringComparison.Ordinal) == plain) return dimension;
        }

        return plain switch
        {
            "refarea" or "ags" => 0,
            "period" or "year" or "timeperiod" or "time" => 1,
            "value" or "obsvalue" => Value,
            "status" or "obsstatus" => Status,
            "numerator" => Numerator,
            "denominator" => Denominator,
            "action" => Action,
            _ => s_ignored.Contains(plain) ? Ignored : int.MinValue,
        };
    }

    private void ReadLine(ReadOnlySpan<char> line)
    {
        Span<Range> ranges = stackalloc Range[_columns.Length + 1];
        var count = SplitInto(line, ranges);
        if (count != _columns.Length)
        {
            _faults.Add(Lines, "", FaultCodes.Unreadable, $"Die Zeile hat {count} Spalten, die Kopfzeile {_columns.Length}.", $"The line has {count} columns, the header {_columns.Length}.");
            return;
        }

        var row = observations.Next(Lines);
        var fields = new Fields();
        var delete = false;
        var given = 0u;
        for (var i = 0; i < count; i++)
        {
            var (role, name) = _columns[i];
            if (role == Ignored) continue;
            var text = Unquote(line[ranges[i]]).Trim();
            if (role >= 0)
            {
                given |= 1u << role;
                row.Dimension(role, text, name);
            }
            else if (role == Action) delete = text is "D";
            else ReadField(role, name, text, ref fields);
        }

        for (var dimension = 0; dimension < observations.Dimensions.Count; dimension++)
        {
            if ((given & (1u << dimension)) == 0) row.Dimension(dimension, "total");
        }

        row.Done(fields, delete);
    }

    private void ReadField(int role, string name, ReadOnlySpan<char> text, ref Fields fields)
    {
        if (text.Length == 0) return;
        if (IsFormula(text))
        {
            _faults.Add(Lines, name, FaultCodes.FormulaCell, "Die Zelle enthält eine Formel statt eines Werts.", "The cell holds a formula instead of a value.");
            fields.Broken = true;
            return;
        }

        if (role == Status)
        {
            // A sign in the value's column said it already.
            if (Statuses.Parse(text.ToString()) is { } status) fields.Status = status;
            else
            {
                _faults.Add(Lines, name, FaultCodes.Status, $"Der Status „{ImportFaults.Shown(text)}“ ist unbekannt.", $"The status “{ImportFaults.Shown(text)}” is not known.");
                fields.Broken = true;
            }

            return;
        }

        if (role == Value && ReadSign(ref text, ref fields)) return;
        if (!TryNumber(name, text, out var number, out var decimals))
        {
            fields.Broken = true;
            return;
        }

        if (role == Value) (fields.Value, fields.Decimals) = (number, decimals);
        else if (number < 0 && role == Denominator)
        {
            _faults.Add(Lines, name, FaultCodes.Value, "Ein Nenner ist nicht negativ.", "A denominator is not negative.");
            fields.Broken = true;
        }
        else if (role == Numerator) fields.Numerator = number;
        else fields.Denominator = number;
    }

    /// <summary>The signs of official statistics in place of a value: – is a true zero, ( ) an uncertain value.</summary>
    private static bool ReadSign(ref ReadOnlySpan<char> text, ref Fields fields)
    {
        switch (text)
        {
            case "–" or "-":
                fields.Value = 0;
                return true;
            case "." or "…" or "..." or "/" or "x":
                fields.Status = Statuses.Parse(text.ToString())!.Value;
                return true;
            case ['(', .. var inner, ')']:
                fields.Status = ObservationStatus.Uncertain;
                text = inner.Trim();
                return text.Length == 0;
            default:
                return false;
        }
    }

    /// <summary><c>=1+1</c>, <c>+A1</c>, <c>@SUM</c>, <c>-A1</c>: what a spreadsheet would compute.</summary>
    private static bool IsFormula(ReadOnlySpan<char> text) =>
        text[0] is '=' or '@' || (text.Length > 1 && text[0] is '+' or '-' && text.Length > 1 && !char.IsAsciiDigit(text[1]) && text[1] is not ('.' or ','));

    private bool TryNumber(string name, ReadOnlySpan<char> text, out double number, out int decimals)
    {
        (number, decimals) = (double.NaN, 0);
        var sign = text.IndexOfAny('.', ',');
        if (sign >= 0)
        {
            var used = text[sign];
            decimals = text.Length - sign - 1;
            Decimal ??= used;
            if (used != Decimal || text[(sign + 1)..].IndexOfAny('.', ',') >= 0)
            {
                _faults.Add(Lines, name, FaultCodes.MixedDecimals, $"„{ImportFaults.Shown(text)}“: die Datei schreibt Dezimalzahlen mit „{Decimal}“ und ohne Tausenderzeichen.",
                    $"“{ImportFaults.Shown(text)}”: the file writes decimals with “{Decimal}” and no thousands separators.");
                return false;
            }
        }

        Span<char> plain = stackalloc char[text.Length <= 32 ? text.Length : 0];
        if (text.Length <= 32)
        {
            text.CopyTo(plain);
            if (sign >= 0) plain[sign] = '.';
            if (double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number)) return true;
        }

        number = double.NaN;
        _faults.Add(Lines, name, FaultCodes.Value, $"„{ImportFaults.Shown(text)}“ ist keine Zahl.", $"“{ImportFaults.Shown(text)}” is no number.");
        return false;
    }

    private List<Range> Split(ReadOnlySpan<char> line)
    {
        Span<Range> ranges = stackalloc Range[128];
        return [.. ranges[..Math.Min(SplitInto(line, ranges), 128)]];
    }

    /// <summary>Fields of a line; more than there is room for are counted, not kept.</summary>
    private int SplitInto(ReadOnlySpan<char> line, Span<Range> ranges)
    {
        var (count, start, quoted) = (0, 0, false);
        for (var i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '"') quoted = !quoted;
            if (i < line.Length && (quoted || line[i] != _separator)) continue;
            if (count < ranges.Length) ranges[count] = start..i;
            count++;
            start = i + 1;
        }

        return count;
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> field) =>
        field is ['"', .. var inner, '"'] ? inner.Contains('"') ? inner.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : inner : field;
}
