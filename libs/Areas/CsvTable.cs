using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Wir.Areas;

/// <summary>A line of a CSV file with its fields by column name. A missing column reads as empty.</summary>
internal sealed record CsvLine(int Number, IReadOnlyDictionary<string, string> Fields)
{
    public string this[string column] => Fields.TryGetValue(column, out string? value) ? value : "";
}

/// <summary>Reads our own CSV: UTF-8, semicolons, a header line, <c>#</c> lines as comments.</summary>
internal static class CsvTable
{
    public static List<CsvLine> Read(TextReader text, string file, IReadOnlyList<string> required, IReadOnlyList<string> optional, List<AreaFault> faults)
    {
        using CsvParser parser = new(text, Configuration(';'), leaveOpen: true);
        List<CsvLine> lines = [];
        try
        {
            if (!parser.Read() || parser.Record is not { } header)
            {
                faults.Add(new AreaFault(file, 0, "The file is empty."));
                return lines;
            }

            if (!CheckHeader(header, file, required, optional, faults))
            {
                return lines;
            }

            while (parser.Read())
            {
                string[] record = parser.Record!;
                if (record.Length != header.Length)
                {
                    faults.Add(new AreaFault(file, parser.RawRow, $"The line has {record.Length} fields, the header {header.Length}."));
                    continue;
                }

                lines.Add(new CsvLine(parser.RawRow, header.Zip(record).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal)));
            }
        }
        catch (BadDataException)
        {
            faults.Add(new AreaFault(file, parser.RawRow, "A quotation mark is out of place; the rest of the file was not read."));
        }

        return lines;
    }

    public static CsvConfiguration Configuration(char delimiter) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = delimiter.ToString(),
        AllowComments = true,
        Comment = '#',
        TrimOptions = TrimOptions.Trim,
        IgnoreBlankLines = true,
    };

    private static bool CheckHeader(string[] header, string file, IReadOnlyList<string> required, IReadOnlyList<string> optional, List<AreaFault> faults)
    {
        int before = faults.Count;
        foreach (string column in required.Except(header, StringComparer.Ordinal))
        {
            faults.Add(new AreaFault(file, 1, $"The column '{column}' is missing."));
        }

        foreach (string column in header.Except(required.Concat(optional), StringComparer.Ordinal))
        {
            faults.Add(new AreaFault(file, 1, $"The column '{column}' is unknown. Known: {string.Join(", ", required.Concat(optional))}."));
        }

        foreach (string column in header.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            faults.Add(new AreaFault(file, 1, $"The column '{column}' stands twice."));
        }

        return faults.Count == before;
    }
}
