using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

/// <summary>What is wrong in files is found in one go: every fault of every file, with line and reason.</summary>
[Lane(Lane.Unit)]
public sealed class AreaFilesTests : IDisposable
{
    private const string Header = "key;name;level;parentKey;validFrom;validTo;successorKeys;latitude;longitude;population;populationDate\n";
    private const string CodeHeader = "postalCode;areaKey;outsideName;validFrom;validTo\n";

    private const string Good =
        "DG;Deutschland;country;;1974-01-01;;;;;;\n"
        + "06;Hessen;land;DG;1974-01-01;;;;;;\n"
        + "06635;Waldeck-Frankenberg;district;06;1974-01-01;;;;;;\n"
        + "06635001;Allendorf (Eder);municipality;06635;1974-01-01;;;51.03;8.67;5581;2019-12-31\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wir-areas-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Good_files_load()
    {
        Write("areas.csv", "# comment\n" + Header + Good);
        Write("postal-codes.csv", CodeHeader + "35108;06635001;;1993-07-01;\n");

        (AreaRegister? register, IReadOnlyList<AreaFault> faults) = AreaRegister.Read(_directory.FullName);

        Assert.Empty(faults);
        Area area = register!.Find("06635001")!;
        Assert.Equal((51.03, 8.67, 5581), (area.Latitude!.Value, area.Longitude!.Value, area.Population!.Value.Count));
        Assert.Equal("Allendorf (Eder)", area.OfficialName);
        Assert.Equal(["35108"], area.PostalCodes);
    }

    [Theory]
    [InlineData("06635002;Dorf;village;06635;1974-01-01;;;;;;", "'level' is 'village', not one of country, land, regierungsbezirk, district, municipality.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-02-30;;;;;;", "'validFrom' is '1974-02-30', not a date like 2022-12-31.")]
    [InlineData("06635002;Dorf;municipality;06635;;;;;;;", "'validFrom' is empty.")]
    [InlineData("06635002;;municipality;06635;1974-01-01;;;;;;", "'name' is empty.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;;;1.927;2019-12-31", "'population' is '1.927', not a whole number.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;;;1927;", "'population' and 'populationDate' belong together.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;51,03;8,67;;", "'latitude' is '51,03', not degrees like 51.27186.")]
    [InlineData("06635001;Dorf;municipality;06635;1974-01-01;;;;;;", "The key 06635001 stands already in areas.csv(5).")]
    [InlineData("0663502;Dorf;municipality;06635;1974-01-01;;;;;;", "The key '0663502' of the level Municipality must have 8 digits.")]
    [InlineData("06635002;Dorf;municipality;06699;1974-01-01;;;;;;", "The parent 06699 of 06635002 does not exist.")]
    [InlineData("06635002;Dorf;municipality;;1974-01-01;;;;;;", "06635002 has no parent; only the country has none.")]
    [InlineData("06635002;Dorf;municipality;06635001;1974-01-01;;;;;;", "The parent 06635001 (Municipality) of 06635002 must be above the level Municipality.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;1973-12-31;;;;;", "The validity is reversed: from 1974-01-01 to 1973-12-31.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;06635001;;;;", "06635002 has a successor but no last day of validity.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;2022-12-31;06635099;;;;", "The successor 06635099 of 06635002 does not exist.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;1970-12-31;06635001;;;;", "The successor 06635001 of 06635002 is not valid on 1971-01-01.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;2022-12-31;06635001 06635001;;;;", "The successor 06635001 of 06635002 stands twice.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;8.67;51.03;;", "Latitude 8.67 and longitude 51.03 are swapped.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;40.7;-74;;", "The centre 40.7, -74 lies outside Germany.")]
    [InlineData("06635002;Dorf;municipality;06635;1974-01-01;;;51.03;;;", "Latitude and longitude belong together.")]
    [InlineData("06635002;Dorf", "The line has 2 fields, the header 11.")]
    [InlineData("06635002;Do\"rf;municipality;06635;1974-01-01;;;;;;", "A quotation mark is out of place; the rest of the file was not read.")]
    public void A_wrong_area_is_named_with_its_line_and_the_reason(string line, string reason)
    {
        Write("areas.csv", Header + Good + line + "\n");

        Assert.Contains(new AreaFault("areas.csv", 6, reason), AreaRegister.Read(_directory.FullName).Faults);
    }

    [Theory]
    [InlineData("3510;06635001;;1993-07-01;", "The postal code '3510' must have five digits.")]
    [InlineData("35108;06635099;;1993-07-01;", "The area 06635099 of the postal code 35108 does not exist.")]
    [InlineData("35108;06635;;1993-07-01;", "The postal code 35108 must lead to a municipality; 06635 is a District.")]
    [InlineData("35108;;;1993-07-01;", "The postal code 35108 needs either an area or the name of a place outside.")]
    [InlineData("35108;06635001;Hallenberg;1993-07-01;", "The postal code 35108 needs either an area or the name of a place outside.")]
    [InlineData("35108;06635001;;1993-07-01;1990-01-01", "The validity is reversed: from 1993-07-01 to 1990-01-01.")]
    [InlineData("35107;06635001;;2000-01-01;", "The postal code 35107 overlaps postal-codes.csv(2).")]
    public void A_wrong_postal_code_is_named_with_its_line_and_the_reason(string line, string reason)
    {
        Write("areas.csv", Header + Good);
        Write("postal-codes.csv", CodeHeader + "35107;06635001;;1993-07-01;\n" + line + "\n");

        Assert.Equal([new AreaFault("postal-codes.csv", 3, reason)], AreaRegister.Read(_directory.FullName).Faults);
    }

    [Fact]
    public void Successors_that_lead_in_a_circle_are_named()
    {
        Write("areas.csv", Header + Good
            + "06635002;A;municipality;06635;1974-01-01;2000-12-31;06635003;;;;\n"
            + "06635003;B;municipality;06635;1974-01-01;2001-12-31;06635002;;;;\n");

        IReadOnlyList<AreaFault> faults = AreaRegister.Read(_directory.FullName).Faults;

        Assert.Contains(new AreaFault("areas.csv", 6, "The successors of 06635002 lead back to it."), faults);
        Assert.Contains(new AreaFault("areas.csv", 7, "The successors of 06635003 lead back to it."), faults);
    }

    [Fact]
    public void All_faults_of_all_files_come_together_in_order()
    {
        Write("areas.csv", Header + Good + "06635002;Dorf;village;06635;1974-01-01;;;;;;\n06635003;Dorf;municipality;06699;1974-01-01;1970-01-01;;;;;\n");
        Write("areas-more.csv", Header + "06635001;Doppelt;municipality;06635;1974-01-01;;;;;;\n");
        Write("postal-codes.csv", CodeHeader + "3510;06635001;;1993-07-01;\n");

        AreaLoadException exception = Assert.Throws<AreaLoadException>(() => AreaRegister.Load(_directory.FullName));

        Assert.Equal(
            [("areas-more.csv", 2), ("areas.csv", 6), ("areas.csv", 7), ("areas.csv", 7), ("postal-codes.csv", 2)],
            exception.Faults.Select(fault => (fault.File, fault.Line)).Order());
        Assert.Contains("areas.csv(6): 'level' is 'village'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_missing_unknown_or_double_is_named()
    {
        Write("areas.csv", "key;name;level;parentKey;from;name\n");

        string[] reasons = [.. AreaRegister.Read(_directory.FullName).Faults.Select(fault => fault.Reason)];

        Assert.Equal(3, reasons.Length);
        Assert.Equal("The column 'validFrom' is missing.", reasons[0]);
        Assert.StartsWith("The column 'from' is unknown.", reasons[1], StringComparison.Ordinal);
        Assert.Equal("The column 'name' stands twice.", reasons[2]);
    }

    [Fact]
    public void A_file_that_is_not_UTF8_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_directory.FullName, "areas.csv"), Encoding.Latin1.GetBytes(Header + Good.Replace("Hessen", "Thüringen", StringComparison.Ordinal)));

        Assert.Contains(new AreaFault("areas.csv", 0, "The file is not UTF-8."), AreaRegister.Read(_directory.FullName).Faults);
    }

    [Fact]
    public void A_missing_directory_or_file_is_named()
    {
        string nowhere = Path.Combine(_directory.FullName, "nowhere");

        Assert.Equal("The directory does not exist.", AreaRegister.Read(nowhere).Faults.Single().Reason);
        Assert.Equal("areas.csv", AreaRegister.Read(_directory.FullName).Faults.Single().File);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_directory.FullName, file), text);
}
