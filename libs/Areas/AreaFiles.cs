using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Wir.Areas;

/// <summary>A value with the place it came from.</summary>
internal readonly record struct Sourced<T>(T Value, string File, int Line);

/// <summary>What the files of a directory say, before it is checked as a whole.</summary>
internal sealed class AreaFiles
{
    private static readonly string[] s_areaRequired = ["key", "name", "level", "parentKey", "validFrom"];

    private static readonly string[] s_areaOptional =
        ["ars", "officialName", "validTo", "successorKeys", "latitude", "longitude", "population", "populationDate", "demo"];

    private static readonly string[] s_codeRequired = ["postalCode", "areaKey", "outsideName", "validFrom", "validTo"];

    public List<Sourced<Area>> Areas { get; } = [];

    public List<Sourced<PostalCodeAssignment>> PostalCodes { get; } = [];

    public List<AreaFault> Faults { get; } = [];

    public static AreaFiles Of(IEnumerable<Area> areas, IEnumerable<PostalCodeAssignment> postalCodes)
    {
        AreaFiles files = new();
        files.Areas.AddRange(areas.Select((area, index) => new Sourced<Area>(area, "areas", index + 1)));
        files.PostalCodes.AddRange(postalCodes.Select((code, index) => new Sourced<PostalCodeAssignment>(code, "postal-codes", index + 1)));
        return files;
    }

    public static AreaFiles Read(string directory)
    {
        AreaFiles files = new();
        if (!Directory.Exists(directory))
        {
            files.Faults.Add(new AreaFault(directory, 0, "The directory does not exist."));
            return files;
        }

        if (Find(directory, "areas*.csv") is not [_, ..] areaFiles)
        {
            files.Faults.Add(new AreaFault("areas.csv", 0, $"The file is missing in {directory}."));
            return files;
        }

        foreach (string path in areaFiles)
        {
            files.ReadFile(path, (reader, file) => files.ReadAreas(reader, file));
        }

        foreach (string path in Find(directory, "*Auszug*GV*.csv"))
        {
            files.ReadGemeindeverzeichnis(path);
        }

        foreach (string path in Find(directory, "postal-codes*.csv"))
        {
            files.ReadFile(path, (reader, file) => files.ReadPostalCodes(reader, file));
        }

        return files;
    }

    private static string[] Find(string directory, string pattern) =>
        [.. Directory.EnumerateFiles(directory, pattern).OrderBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal)];

    private void ReadFile(string path, Action<TextReader, string> read)
    {
        string file = Path.GetFileName(path);
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            read(reader, file);
        }
        catch (DecoderFallbackException)
        {
            Faults.Add(new AreaFault(file, 0, "The file is not UTF-8."));
        }
        catch (IOException e)
        {
            Faults.Add(new AreaFault(file, 0, $"The file cannot be read: {e.Message}"));
        }
    }

    /// <summary>Our own rows win over the Gemeindeverzeichnis, which knows one day only: no validity and no successors.</summary>
    private void ReadGemeindeverzeichnis(string path)
    {
        string file = Path.GetFileName(path);
        try
        {
            using FileStream stream = File.OpenRead(path);
            GemeindeverzeichnisReader.Extract result = GemeindeverzeichnisReader.ReadRows(stream, file, null, null);
            Faults.AddRange(result.Faults);
            HashSet<string> own = [.. Areas.Select(row => row.Value.Key)];
            Areas.AddRange(result.Areas.Where(row => !own.Contains(row.Value.Key)));
            PostalCodes.AddRange(result.PostalCodes.Where(row => !own.Contains(row.Value.AreaKey!)));
        }
        catch (IOException e)
        {
            Faults.Add(new AreaFault(file, 0, $"The file cannot be read: {e.Message}"));
        }
    }

    // 06635005;066350005005;Bromskirchen;Bromskirchen;municipality;06635;1974-01-01;2022-12-31;06635001;51.094887;8.624003;1927;2019-12-31;
    private void ReadAreas(TextReader reader, string file)
    {
        foreach (CsvLine line in CsvTable.Read(reader, file, s_areaRequired, s_areaOptional, Faults))
        {
            int before = Faults.Count;
            FieldReader field = new(line, file, Faults);
            int? population = field.Number("population");
            LocalDate? counted = field.Date("populationDate");
            if ((population is null) != (counted is null))
            {
                field.Fault("'population' and 'populationDate' belong together.");
            }

            Area area = new()
            {
                Key = field.Text("key"),
                Ars = field.Optional("ars"),
                Name = field.Text("name"),
                OfficialName = field.Optional("officialName") ?? line["name"],
                Level = field.Level("level"),
                ParentKey = field.Optional("parentKey"),
                ValidFrom = field.Date("validFrom") ?? field.Missing("validFrom"),
                ValidTo = field.Date("validTo"),
                SuccessorKeys = line["successorKeys"].Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Latitude = field.Degrees("latitude"),
                Longitude = field.Degrees("longitude"),
                Population = population is { } count && counted is { } date ? new AreaPopulation(count, date) : null,
                IsDemo = field.Flag("demo"),
            };
            if (Faults.Count == before)
            {
                Areas.Add(new Sourced<Area>(area, file, line.Number));
            }
        }
    }

    // 59969;06635005;;1993-07-01;2022-12-31
    // 59969;;Hallenberg;1993-07-01;
    private void ReadPostalCodes(TextReader reader, string file)
    {
        foreach (CsvLine line in CsvTable.Read(reader, file, s_codeRequired, [], Faults))
        {
            int before = Faults.Count;
            FieldReader field = new(line, file, Faults);
            PostalCodeAssignment code = new(
                field.Text("postalCode"),
                field.Optional("areaKey"),
                field.Optional("outsideName"),
                field.Date("validFrom") ?? field.Missing("validFrom"),
                field.Date("validTo"));
            if (Faults.Count == before)
            {
                PostalCodes.Add(new Sourced<PostalCodeAssignment>(code, file, line.Number));
            }
        }
    }

    /// <summary>Fields of one line as values; each fault is noted, and reading goes on.</summary>
    private readonly struct FieldReader(CsvLine line, string file, List<AreaFault> faults)
    {
        public void Fault(string reason) => faults.Add(new AreaFault(file, line.Number, reason));

        public string? Optional(string column) => line[column] is { Length: > 0 } value ? value : null;

        public string Text(string column)
        {
            if (line[column].Length == 0)
            {
                Missing(column);
            }

            return line[column];
        }

        public LocalDate Missing(string column)
        {
            // A date that does not parse has its own fault already.
            if (line[column].Length == 0)
            {
                Fault($"'{column}' is empty.");
            }

            return default;
        }

        public LocalDate? Date(string column)
        {
            if (line[column].Length == 0)
            {
                return null;
            }

            if (LocalDatePattern.Iso.Parse(line[column]) is { Success: true } date)
            {
                return date.Value;
            }

            Fault($"'{column}' is '{line[column]}', not a date like 2022-12-31.");
            return null;
        }

        public int? Number(string column)
        {
            if (line[column].Length == 0)
            {
                return null;
            }

            if (int.TryParse(line[column], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return number;
            }

            Fault($"'{column}' is '{line[column]}', not a whole number.");
            return null;
        }

        public double? Degrees(string column)
        {
            if (line[column].Length == 0)
            {
                return null;
            }

            if (double.TryParse(line[column], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double degrees))
            {
                return degrees;
            }

            Fault($"'{column}' is '{line[column]}', not degrees like 51.27186.");
            return null;
        }

        public bool Flag(string column)
        {
            if (line[column] is not ("" or "true" or "false"))
            {
                Fault($"'{column}' is '{line[column]}', not true or false.");
            }

            return line[column] == "true";
        }

        public AreaLevel Level(string column)
        {
            string value = line[column];
            foreach (AreaLevel level in Enum.GetValues<AreaLevel>())
            {
                if (string.Equals(level.ToString(), value, StringComparison.OrdinalIgnoreCase))
                {
                    return level;
                }
            }

            Fault($"'{column}' is '{value}', not one of {string.Join(", ", Enum.GetNames<AreaLevel>().Select(name => name.ToLowerInvariant()))}.");
            return default;
        }
    }
}
