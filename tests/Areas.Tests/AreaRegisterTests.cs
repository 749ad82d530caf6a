using NodaTime;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

[Lane(Lane.Unit)]
public sealed class AreaRegisterTests
{
    private static readonly LocalDate s_2000 = new(2000, 6, 1);
    private static readonly LocalDate s_2010 = new(2010, 6, 1);
    private static readonly LocalDate s_2020 = new(2020, 6, 1);

    // 001 went into 002 at the end of 2004, 002 into 003 at the end of 2014.
    private static readonly AreaRegister s_chain = Sample.Register(
        Sample.Municipality("06635001", 2004, "06635002"),
        Sample.Municipality("06635002", 2014, "06635003"),
        Sample.Municipality("06635003"));

    // 001 was split between 002 and 003 at the end of 2004.
    private static readonly AreaRegister s_split = Sample.Register(
        Sample.Municipality("06635001", 2004, "06635002", "06635003"),
        Sample.Municipality("06635002"),
        Sample.Municipality("06635003"));

    [Theory]
    [InlineData(2000, "06635001")]
    [InlineData(2010, "06635002")]
    [InlineData(2020, "06635003")]
    public void A_key_is_followed_through_its_successors_as_far_as_the_day_asked(int year, string expected)
    {
        AreaResolution resolution = s_chain.Resolve("06635001", new LocalDate(year, 6, 1));

        Assert.Equal(expected, resolution.Area!.Key);
        Assert.Equal(year > 2004, resolution is AreaResolution.Replaced);
    }

    [Fact]
    public void The_last_day_of_validity_still_counts()
    {
        Assert.IsType<AreaResolution.Found>(s_chain.Resolve("06635001", new LocalDate(2004, 12, 31)));
        Assert.IsType<AreaResolution.Replaced>(s_chain.Resolve("06635001", new LocalDate(2005, 1, 1)));
    }

    [Fact]
    public void A_split_names_all_parts_and_no_single_area()
    {
        AreaResolution.Replaced replaced = Assert.IsType<AreaResolution.Replaced>(s_split.Resolve("06635001", s_2020));

        Assert.Equal(["06635002", "06635003"], replaced.Successors.Select(area => area.Key));
        Assert.Null(replaced.Area);
    }

    [Fact]
    public void Before_its_first_day_or_ended_for_good_an_area_is_not_in_force()
    {
        AreaRegister register = Sample.Register(Sample.Municipality("06635001", 2004));

        Assert.IsType<AreaResolution.NotInForce>(register.Resolve("06635001", new LocalDate(1960, 1, 1)));
        Assert.IsType<AreaResolution.NotInForce>(register.Resolve("06635001", s_2010));
    }

    [Fact]
    public void An_unknown_key_is_answered_with_the_nearest_known_ones()
    {
        AreaResolution.Unknown byKey = Assert.IsType<AreaResolution.Unknown>(s_chain.Resolve("06635030", s_2000));
        AreaResolution.Unknown nothingLikeIt = Assert.IsType<AreaResolution.Unknown>(s_chain.Resolve("Honolulu", s_2000));

        Assert.Contains(byKey.Nearest, area => area.Key == "06635003");
        Assert.Empty(nothingLikeIt.Nearest);
    }

    [Theory]
    [InlineData("Gemuenden", "Gemünden")]
    [InlineData("Gmeünden", "Gemünden")]
    [InlineData("groß", "Grossalmerode")]
    [InlineData("KORBAHC", "Korbach")]
    public void Names_are_found_in_spite_of_spelling(string asked, string expected)
    {
        AreaRegister register = Sample.Register(
            Sample.Municipality("06635001") with { Name = "Gemünden" },
            Sample.Municipality("06635002") with { Name = "Grossalmerode" },
            Sample.Municipality("06635003") with { Name = "Korbach" });

        Assert.Equal(expected, register.Nearest(asked, 1).Single().Name);
    }

    [Fact]
    public void Oversized_and_empty_questions_have_no_neighbours()
    {
        Assert.Empty(s_chain.Nearest(new string('0', 1_000_000)));
        Assert.Empty(s_chain.Nearest("…"));
    }

    [Fact]
    public void The_hierarchy_decides_and_not_the_spelling_of_keys()
    {
        // A district that changed its Land keeps its key for a while: 06635 under 05.
        AreaRegister register = AreaRegister.Create(
        [
            Sample.Germany,
            Sample.Land,
            Sample.Of("05", AreaLevel.Land, "DG"),
            Sample.Of("06635", AreaLevel.District, "05"),
            Sample.Municipality("06635001"),
        ]);

        Assert.True(register.IsWithin("06635001", "05"));
        Assert.False(register.IsWithin("06635001", "06"));
        Assert.Empty(register.Municipalities("06", s_2000));
        Assert.Single(register.Municipalities("05", s_2000));
    }

    [Fact]
    public void Nothing_lies_within_an_unknown_area_and_unknown_areas_lie_nowhere()
    {
        Assert.False(s_chain.IsWithin("99999999", "DG"));
        Assert.False(s_chain.IsWithin("06635001", "99999"));
        Assert.False(s_chain.IsWithin("99999", "99999"));
        Assert.Empty(s_chain.Children("99999", s_2000));
        Assert.Empty(s_chain.DescendantsAndSelf("99999"));
        Assert.Empty(s_chain.AncestorsAndSelf("99999"));
        Assert.Null(s_chain.Find(null));
    }

    [Fact]
    public void Children_and_descendants_follow_the_day()
    {
        Assert.Equal(["06635002", "06635003"], s_chain.Children("06635", s_2010).Select(area => area.Key));
        Assert.Equal(["06635", "06635003"], s_chain.DescendantsAndSelf("06635", s_2020).Select(area => area.Key));
        Assert.Equal(["06635", "06635001", "06635002", "06635003"], s_chain.DescendantsAndSelf("06635").Select(area => area.Key));
    }

    [Fact]
    public void A_postal_code_may_lead_to_several_places_inside_and_outside()
    {
        AreaRegister register = AreaRegister.Create(
            [Sample.Germany, Sample.Land, Sample.District, Sample.Municipality("06635001"), Sample.Municipality("06635002")],
            [
                new PostalCodeAssignment("35001", "06635002", null, Sample.Begin, null),
                new PostalCodeAssignment("35001", "06635001", null, Sample.Begin, new LocalDate(2004, 12, 31)),
                new PostalCodeAssignment("35001", null, "Anderswo", Sample.Begin, null),
                new PostalCodeAssignment("35002", "06635001", null, Sample.Begin, null),
            ]);

        PostalCodeAnswer before = register.ByPostalCode("35001", s_2000);
        PostalCodeAnswer since = register.ByPostalCode("35001", s_2010);

        Assert.Equal(["06635001", "06635002"], before.Areas.Select(area => area.Key));
        Assert.Equal(["06635002"], since.Areas.Select(area => area.Key));
        Assert.Equal(["Anderswo"], since.OutsideNames);
        Assert.False(since.IsOutside);
        Assert.True(register.ByPostalCode("99999", s_2000).IsUnknown);
        Assert.Equal(["35002"], register.Find("06635001")!.PostalCodes);
        Assert.Equal(["35001"], register.Find("06635002")!.PostalCodes);
    }

    [Fact]
    public void Counts_go_to_the_successor_and_what_was_split_stays_apart()
    {
        Dictionary<string, long> counts = new() { ["06635001"] = 1927, ["06635003"] = 5581, ["unknown"] = 3 };

        TerritoryConversion<long> merged = s_chain.ToTerritory(counts, s_2020);
        TerritoryConversion<long> split = s_split.ToTerritory(counts, s_2020);

        Assert.Equal(7508, Assert.Single(merged.Counts).Value);
        Assert.Equal(3, Assert.Single(merged.Unassigned).Value);
        Assert.Equal(5581, split.Counts["06635003"]);
        Assert.Equal(1927, split.Unassigned["06635001"]);
    }

    [Fact]
    public void A_split_whose_parts_met_again_is_named_but_its_counts_stay_apart()
    {
        AreaRegister register = Sample.Register(
            Sample.Municipality("06635001", 2004, "06635002", "06635003"),
            Sample.Municipality("06635002", 2014, "06635003"),
            Sample.Municipality("06635003"));

        Assert.Equal("06635003", register.Resolve("06635001", s_2020).Area!.Key);
        Assert.Equal(9, register.ToTerritory(new Dictionary<string, int> { ["06635001"] = 9 }, s_2020).Unassigned["06635001"]);
    }
}
