using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsvHelper;
using NodaTime;
using NodaTime.Text;

namespace Wir.Areas;

/// <summary>What a Gemeindeverzeichnis says about one day.</summary>
/// <param name="ReferenceDate">Gebietsstand: the day the areas were like this; <see langword="null"/> only with a fault.</param>
/// <param name="Areas">Germany and every Land, Regierungsbezirk, district and municipality, valid from the reference date.</param>
/// <param name="PostalCodes">The postal code of each municipality's administration, valid from the reference date.</param>
/// <param name="Faults">Lines that could not be read; with any, the rest must not be used.</param>
public sealed record GemeindeverzeichnisContent(
    LocalDate? ReferenceDate,
    IReadOnlyList<Area> Areas,
    IReadOnlyList<PostalCodeAssignment> PostalCodes,
    IReadOnlyList<AreaFault> Faults);

/// <summary>
/// Reads the quarterly or yearly extract of the official Gemeindeverzeichnis (Destatis, <c>AuszugGV4QAktuell.xlsx</c>,
/// <c>31122024_Auszug_GV.xlsx</c>): its sheet of municipalities, saved as CSV with semicolons, in UTF-8 or Windows-1252.
/// <para>
/// The extract knows one day: no former areas and no successors. Municipal associations (Satzart 50) and the regions of
/// Baden-Württemberg (30) have no AGS and are left out, as are unincorporated territories (Textkennzeichen 65, 66), which
/// are no municipalities.
/// </para>
/// </summary>
public static partial class GemeindeverzeichnisReader
{
    /// <summary>Reads an extract to its end.</summary>
    /// <param name="stream">The CSV; stays open.</param>
    /// <param name="file">The name that faults carry.</param>
    /// <param name="referenceDate">Gebietsstand, when the heading of the sheet was cut off; otherwise the date stands there.</param>
    /// <param name="populationDate">Day of the population figures (often a year before the Gebietsstand), likewise; without any, the Gebietsstand.</param>
    public static GemeindeverzeichnisContent Read(Stream stream, string file, LocalDate? referenceDate = null, LocalDate? populationDate = null)
    {
        Extract extract = ReadRows(stream, file, referenceDate, populationDate);
        return new GemeindeverzeichnisContent(
            extract.ReferenceDate, [.. extract.Areas.Select(row => row.Value)], [.. extract.PostalCodes.Select(row => row.Value)], extract.Faults);
    }

    internal static Extract ReadRows(Stream stream, string file, LocalDate? referenceDate, LocalDate? populationDate)
    {
        string text = Decode(stream);
        Extract extract = new(file) { ReferenceDate = referenceDate, PopulationDate = populationDate };
        using CsvParser parser = new(new StringReader(text), CsvTable.Configuration(text.Contains(';', StringComparison.Ordinal) ? ';' : ','));
        List<string[]> heading = [];
        try
        {
            while (parser.Read())
            {
                string[] fields = parser.Record!;
                if (!SatzartPattern.IsMatch(fields[0]))
                {
                    // Title, column heads (some span lines) before the data; footnotes after it.
                    heading.Add(fields);
                    continue;
                }

                if (extract.Areas.Count == 0)
                {
                    extract.Begin(heading);
                }

                extract.Add(fields, parser.RawRow);
            }
        }
        catch (BadDataException)
        {
            extract.Fault(parser.RawRow, "A quotation mark is out of place; the rest of the file was not read.");
        }

        if (extract.Areas.Count == 0)
        {
            extract.Fault(0, "There is no line of a Land, district or municipality (Satzart 10 to 60 in the first column).");
        }

        return extract;
    }

    [GeneratedRegex("^[0-9]{2}$")]
    private static partial Regex SatzartPattern { get; }

    [GeneratedRegex(@"\b[0-9]{2}\.[0-9]{2}\.[0-9]{4}\b")]
    private static partial Regex DatePattern { get; }

    /// <summary>Text that is no valid UTF-8 is Windows-1252: Excel writes that by default on German machines.</summary>
    private static string Decode(Stream stream)
    {
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        ReadOnlySpan<byte> bytes = copy.GetBuffer().AsSpan(0, (int)copy.Length);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);
        }
    }

    /// <summary>
    /// The areas as they are read. Columns: Satzart, Textkennzeichen, Land, RB, Kreis, VB, Gem, Gemeindename, Fläche km²,
    /// Bevölkerung insgesamt, männlich, weiblich, je km², Postleitzahl, Längengrad, Breitengrad, then tourism and density.
    /// </summary>
    internal sealed class Extract(string file)
    {
        private static readonly LocalDatePattern s_german = LocalDatePattern.CreateWithInvariantCulture("dd.MM.uuuu");

        private readonly HashSet<string> _regierungsbezirke = new(StringComparer.Ordinal);

        public LocalDate? ReferenceDate { get; set; }

        public LocalDate? PopulationDate { get; set; }

        public List<Sourced<Area>> Areas { get; } = [];

        public List<Sourced<PostalCodeAssignment>> PostalCodes { get; } = [];

        public List<AreaFault> Faults { get; } = [];

        public void Fault(int line, string reason) => Faults.Add(new AreaFault(file, line, reason));

        // ;;Gebietsstand am 31.12.2020;;;;;;31.12.2020;31.12.2019;;;;31.12.2020;…
        public void Begin(IReadOnlyList<string[]> heading)
        {
            // The population is often a year older than the areas; then it has a date of its own above its columns.
            ReferenceDate ??= DateIn(heading, ..8);
            PopulationDate ??= DateIn(heading, 9..13) ?? ReferenceDate;
            if (ReferenceDate is null)
            {
                Fault(0, "The heading names no date (Gebietsstand) like 31.12.2024.");
            }

            Areas.Add(new Sourced<Area>(
                new Area
                {
                    Key = Area.GermanyKey,
                    Name = "Deutschland",
                    OfficialName = "Bundesrepublik Deutschland",
                    Level = AreaLevel.Country,
                    ValidFrom = ReferenceDate ?? default,
                },
                file,
                0));
        }

        // 10;;06;;;;;Hessen;;;;;;;;;;;;
        // 20;;06;6;;;;Reg.-Bez. Kassel;;;;;;;;;;;;
        // 40;44;06;6;35;;;Waldeck-Frankenberg;;;;;;;;;;;;
        // 60;63;06;6;35;0015;015;Korbach, Hansestadt, Kreisstadt;124,11;23 458;11 460;11 998;189;34497;8,873194;51,27186;I02;Waldecker Land;02;mittlere Besiedlungsdichte
        public void Add(string[] fields, int line)
        {
            if (fields.Length < 8)
            {
                Fault(line, $"The line has {fields.Length} columns; at least 8 are needed.");
                return;
            }

            string land = Digits(fields[2], 2);
            string bezirk = land + Digits(fields[3], 1);
            string district = bezirk + Digits(fields[4], 2);
            switch (fields[0])
            {
                case "10":
                    Add(fields, line, AreaLevel.Land, land, Area.GermanyKey);
                    break;
                case "20":
                    _regierungsbezirke.Add(bezirk);
                    Add(fields, line, AreaLevel.Regierungsbezirk, bezirk, land);
                    break;
                case "40":
                    // A Land without Regierungsbezirke has the digit 0 and no line of Satzart 20.
                    Add(fields, line, AreaLevel.District, district, _regierungsbezirke.Contains(bezirk) ? bezirk : land);
                    break;
                case "60" when fields[1] is not ("65" or "66"):
                    Add(fields, line, AreaLevel.Municipality, district + Digits(fields[6], 3), district);
                    break;
                case "30" or "50" or "60":
                    break;
                default:
                    Fault(line, $"The Satzart '{fields[0]}' is unknown.");
                    break;
            }
        }

        private static string Digits(string field, int width) => field.Length == 0 ? "" : field.PadLeft(width, '0');

        private static LocalDate? DateIn(IEnumerable<string[]> heading, Range columns)
        {
            foreach (string cell in heading.SelectMany(row => row.Take(columns)))
            {
                if (DatePattern.Match(cell) is { Success: true } match && s_german.Parse(match.Value) is { Success: true } date)
                {
                    return date.Value;
                }
            }

            return null;
        }

        private void Add(string[] fields, int line, AreaLevel level, string key, string parentKey)
        {
            string Field(int index) => index < fields.Length ? fields[index] : "";
            string official = fields[7].Replace("Reg.-Bez. ", "Regierungsbezirk ", StringComparison.Ordinal);
            int? population = Population(Field(9), line);
            Area area = new()
            {
                Key = key,
                Ars = level == AreaLevel.Municipality ? parentKey + Digits(Field(5), 4) + Digits(Field(6), 3) : null,
                Name = official.Split(", ")[0].Replace("Regierungsbezirk ", "", StringComparison.Ordinal),
                OfficialName = official,
                Level = level,
                ParentKey = parentKey,
                ValidFrom = ReferenceDate ?? default,
                Latitude = Degrees(Field(15), line),
                Longitude = Degrees(Field(14), line),
                Population = population is { } count && PopulationDate is { } date ? new AreaPopulation(count, date) : null,
            };
            Areas.Add(new Sourced<Area>(area, file, line));
            if (level == AreaLevel.Municipality && Field(13).Length > 0)
            {
                PostalCodeAssignment code = new(Digits(Field(13), 5), key, null, ReferenceDate ?? default, null);
                PostalCodes.Add(new Sourced<PostalCodeAssignment>(code, file, line));
            }
        }

        /// <summary>Thousands are parted by a space of any width or by a point.</summary>
        private int? Population(string field, int line)
        {
            string digits = string.Concat(field.Where(c => !char.IsWhiteSpace(c) && c != '.'));
            if (digits.Length == 0)
            {
                return null;
            }

            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                return count;
            }

            Fault(line, $"The population '{field}' is not a number.");
            return null;
        }

        private double? Degrees(string field, int line)
        {
            if (field.Length == 0)
            {
                return null;
            }

            if (double.TryParse(field.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double degrees))
            {
                return degrees;
            }

            Fault(line, $"The coordinate '{field}' is not in degrees like 8,873194.");
            return null;
        }
    }
}
