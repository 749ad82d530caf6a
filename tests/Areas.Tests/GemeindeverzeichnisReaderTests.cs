using System.Text;
using NodaTime;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

/// <summary>A small extract in the form of the official one, with all kinds of lines it has.</summary>
[Lane(Lane.Unit)]
public sealed class GemeindeverzeichnisReaderTests
{
    private const string Extract =
        """
        Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl;;;;;;;;;;;;;;;;;;;
        ;;;;;;;;;;;;;;;;;;;
        Satz-art;"Text-
        kenn-
        zeichen";Amtlicher Regionalschlüssel (ARS);;;;;Gemeindename;Fläche km2 1);Bevölkerung2);;;;Post-leit-zahl3);Geografische Mittelpunktkoordinaten;;Reisegebiete;;Grad der Verstädterung;
        ;;Land;RB;Kreis;VB;Gem;;;insgesamt;männlich;weiblich;je km2;;Längengrad;Breitengrad;Schlüssel;Bezeichnung;Schlüssel;Bezeichnung
        ;;Gebietsstand am 31.12.2020;;;;;;31.12.2020;31.12.2019;;;;31.12.2020;;;;;;
        10;;02;;;;;Hamburg;;;;;;;;;;;;
        40;41;02;0;00;;;Hamburg, Freie und Hansestadt;;;;;;;;;;;;
        50;50;02;0;00;0000;;Hamburg, Freie und Hansestadt;;;;;;;;;;;;
        60;61;02;0;00;0000;000;Hamburg, Freie und Hansestadt;755,09;1 847 253;904 176;943 077;2 446;20038;10,014;53,550;G01;Hamburg;01;dicht besiedelt
        10;;06;;;;;Hessen;;;;;;;;;;;;
        20;;06;6;;;;Reg.-Bez. Kassel;;;;;;;;;;;;
        40;44;06;6;33;;;Kassel;;;;;;;;;;;;
        50;50;06;6;33;9200;;Gutsbezirk Reinhardswald;;;;;;;;;;;;
        60;66;06;6;33;9200;200;Gutsbezirk Reinhardswald;182,58;0;0;0;0;;9,53;51,55;I01;Kurhessisches Bergland;03;gering besiedelt
        40;44;06;6;35;;;Waldeck-Frankenberg;;;;;;;;;;;;
        50;50;06;6;35;0015;;Korbach, Hansestadt, Kreisstadt;;;;;;;;;;;;
        60;63;06;6;35;0015;015;Korbach, Hansestadt, Kreisstadt;124,11;23 458;11 460;11 998;189;34497;8,873194;51,27186;I02;Waldecker Land;02;mittlere Besiedlungsdichte
        10;;08;;;;;Baden-Württemberg;;;;;;;;;;;;
        20;;08;1;;;;Reg.-Bez. Stuttgart;;;;;;;;;;;;
        30;;08;1;1;;;Region Stuttgart;;;;;;;;;;;;

        1) Fläche in Quadratkilometern.;;;;;;;;;;;;;;;;;;;
        """;

    private static readonly LocalDate s_reference = new(2020, 12, 31);

    [Fact]
    public void Every_level_is_read_and_what_has_no_key_or_is_no_municipality_is_left_out()
    {
        GemeindeverzeichnisContent content = Read(Extract);

        Assert.Empty(content.Faults);
        Assert.Equal(
            ["DG", "02", "02000", "02000000", "06", "066", "06633", "06635", "06635015", "08", "081"],
            content.Areas.Select(area => area.Key));
        Assert.Equal(
            [null, "DG", "02", "02000", "DG", "06", "066", "066", "06635", "DG", "08"],
            content.Areas.Select(area => area.ParentKey));
    }

    [Fact]
    public void A_municipality_has_all_its_facts()
    {
        Area korbach = Read(Extract).Areas.Single(area => area.Key == "06635015");

        Assert.Equal(("Korbach", "Korbach, Hansestadt, Kreisstadt", "066350015015"), (korbach.Name, korbach.OfficialName, korbach.Ars));
        Assert.Equal((51.27186, 8.873194), (korbach.Latitude!.Value, korbach.Longitude!.Value));
        Assert.Equal(new AreaPopulation(23_458, new LocalDate(2019, 12, 31)), korbach.Population);
        Assert.Equal(s_reference, korbach.ValidFrom);
    }

    [Fact]
    public void The_postal_code_of_the_administration_is_read()
    {
        Assert.Contains(new PostalCodeAssignment("34497", "06635015", null, s_reference, null), Read(Extract).PostalCodes);
    }

    [Fact]
    public void Windows_1252_and_UTF8_with_or_without_mark_read_alike()
    {
        byte[] windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(Extract);
        byte[] marked = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Extract)];

        string[] names = [.. Read(Extract).Areas.Select(area => area.Name)];

        Assert.Contains("Baden-Württemberg", names);
        Assert.Equal(names, Read(windows).Areas.Select(area => area.Name));
        Assert.Equal(names, Read(marked).Areas.Select(area => area.Name));
    }

    [Theory]
    [InlineData("23\u00A0458")]
    [InlineData("23\u202F458")]
    [InlineData("23.458")]
    [InlineData("23458")]
    public void Thousands_are_understood_however_they_are_parted(string population)
    {
        GemeindeverzeichnisContent content = Read(Extract.Replace("23 458", population, StringComparison.Ordinal));

        Assert.Equal(23_458, content.Areas.Single(area => area.Key == "06635015").Population!.Value.Count);
    }

    [Fact]
    public void Leading_zeros_that_a_spreadsheet_dropped_are_put_back()
    {
        GemeindeverzeichnisContent content = Read(Extract.Replace("60;63;06;6;35;0015;015;", "60;63;6;6;35;15;15;", StringComparison.Ordinal));

        Assert.Equal("066350015015", content.Areas.Single(area => area.Key == "06635015").Ars);
    }

    [Fact]
    public void Lines_that_cannot_be_read_are_named()
    {
        string text = Extract
            .Replace("23 458", "viele", StringComparison.Ordinal)
            .Replace("8,873194", "8°52'", StringComparison.Ordinal)
            .Replace("30;;08", "35;;08", StringComparison.Ordinal);

        Assert.Equal(
            [
                new AreaFault("gv.csv", 19, "The population 'viele' is not a number."),
                new AreaFault("gv.csv", 19, "The coordinate '8°52'' is not in degrees like 8,873194."),
                new AreaFault("gv.csv", 22, "The Satzart '35' is unknown."),
            ],
            Read(text).Faults.OrderBy(fault => fault.Line).ThenByDescending(fault => fault.Reason, StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_date_or_without_any_line_of_an_area_the_file_is_refused()
    {
        string undated = Extract.Replace("Gebietsstand am 31.12.2020", "Gebietsstand", StringComparison.Ordinal);

        Assert.Contains(Read(undated).Faults, fault => fault.Reason.Contains("names no date", StringComparison.Ordinal));
        Assert.Contains(Read("a;b\n").Faults, fault => fault.Reason.Contains("no line", StringComparison.Ordinal));
    }

    [Fact]
    public void An_extract_in_the_directory_fills_up_what_the_own_files_leave_out()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("wir-areas-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "areas.csv"), "key;name;level;parentKey;validFrom\nDG;Deutschland;country;;1974-01-01\n06635015;Korbach (eigen);municipality;06635;1974-01-01\n");
            File.WriteAllText(Path.Combine(directory.FullName, "31122020_Auszug_GV.csv"), Extract);

            AreaRegister register = AreaRegister.Load(directory.FullName);

            Assert.Equal("Korbach (eigen)", register.Find("06635015")!.Name);
            Assert.True(register.IsWithin("06635015", "066"));
            Assert.Equal("Hamburg", Assert.Single(register.ByPostalCode("20038", s_reference).Areas).Name);
            Assert.True(register.ByPostalCode("34497", s_reference).IsUnknown);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static GemeindeverzeichnisContent Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static GemeindeverzeichnisContent Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return GemeindeverzeichnisReader.Read(stream, "gv.csv");
    }
}
