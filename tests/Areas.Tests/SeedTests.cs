using NodaTime;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

/// <summary>The start data as it is shipped: read from the output folder, where the build put it.</summary>
[Lane(Lane.Unit)]
public sealed class SeedTests
{
    private static readonly LocalDate s_before = new(2022, 12, 31);
    private static readonly LocalDate s_since = new(2023, 1, 1);
    private static readonly AreaRegister s_register = AreaRegister.Load(Path.Combine(AppContext.BaseDirectory, "areas"));

    [Fact]
    public void The_district_has_22_municipalities_until_2022_and_21_since()
    {
        Assert.Equal(22, s_register.Municipalities("06635", s_before).Count);
        Assert.Equal(21, s_register.Municipalities("06635", s_since).Count);
    }

    [Fact]
    public void Bromskirchen_is_replaced_by_Allendorf_from_2023()
    {
        AreaResolution before = s_register.Resolve("06635005", s_before);
        AreaResolution since = s_register.Resolve("06635005", s_since);

        Assert.Equal("Bromskirchen", Assert.IsType<AreaResolution.Found>(before).Asked.Name);
        AreaResolution.Replaced replaced = Assert.IsType<AreaResolution.Replaced>(since);
        Assert.Equal("Bromskirchen", replaced.Asked.Name);
        Assert.Equal("06635001", replaced.Successor.Key);
        Assert.Equal("06635001", since.Area!.Key);
    }

    [Fact]
    public void A_municipality_that_joined_another_stays_within_its_own_parent()
    {
        Assert.True(s_register.IsWithin("06635005", "06635"));
        Assert.False(s_register.IsWithin("06635005", "06635001"));
    }

    [Fact]
    public void The_way_up_goes_from_the_municipality_to_Germany()
    {
        string[] keys = [.. s_register.AncestorsAndSelf("06635015").Select(area => area.Key)];

        Assert.Equal(["06635015", "06635", "066", "06", "DG"], keys);
    }

    [Fact]
    public void The_postal_code_59969_leads_to_Bromskirchen_until_2022_and_outside_since()
    {
        PostalCodeAnswer before = s_register.ByPostalCode("59969", s_before);
        PostalCodeAnswer since = s_register.ByPostalCode("59969", s_since);

        Assert.Equal(["06635005"], before.Areas.Select(area => area.Key));
        Assert.False(before.IsOutside);
        Assert.Empty(since.Areas);
        Assert.True(since.IsOutside);
        Assert.Equal(["Hallenberg"], since.OutsideNames);
    }

    [Fact]
    public void Every_municipality_of_today_has_a_postal_code_a_centre_and_a_population()
    {
        Assert.All(s_register.Municipalities("DG", new LocalDate(2026, 1, 1)), area =>
        {
            Assert.NotEmpty(area.PostalCodes);
            Assert.NotNull(area.Latitude);
            Assert.NotNull(area.Longitude);
            Assert.NotNull(area.Population);
        });
    }

    [Fact]
    public void The_population_of_a_district_is_the_sum_of_its_municipalities()
    {
        foreach (string district in (string[])["06635", "06699"])
        {
            AreaPopulation whole = s_register.Find(district)!.Population!.Value;

            Assert.Equal(whole.Count, s_register.Municipalities(district, whole.Date).Sum(area => area.Population!.Value.Count));
            Assert.All(s_register.Municipalities(district, whole.Date), area => Assert.Equal(whole.Date, area.Population!.Value.Date));
        }
    }

    [Fact]
    public void The_population_of_Allendorf_includes_Bromskirchen_since_they_are_one()
    {
        Assert.Equal(5581, s_register.PopulationOn("06635001", s_before)!.Value.Count);
        Assert.Equal(5581 + 1927, s_register.PopulationOn("06635001", s_since)!.Value.Count);
        Assert.Equal(
            s_register.Find("06635")!.Population!.Value.Count,
            s_register.Municipalities("06635", s_since).Sum(area => s_register.PopulationOn(area.Key, s_since)!.Value.Count));
    }

    [Fact]
    public void The_fictitious_district_lies_in_the_same_Regierungsbezirk_and_all_of_it_is_marked()
    {
        Assert.True(s_register.IsWithin("06699", "066"));
        Assert.Equal(3, s_register.Municipalities("06699", s_since).Count);
        Assert.All(s_register.DescendantsAndSelf("06699"), area => Assert.True(area.IsDemo));
        Assert.All(s_register.All.Where(area => area.IsDemo), area => Assert.True(s_register.IsWithin(area.Key, "06699")));
    }

    [Fact]
    public void The_regional_key_of_a_municipality_holds_its_district_and_its_own_number()
    {
        Assert.All(s_register.All.Where(area => area.Level == AreaLevel.Municipality), area =>
        {
            Assert.StartsWith(area.Key[..5], area.Ars, StringComparison.Ordinal);
            Assert.EndsWith(area.Key[5..], area.Ars, StringComparison.Ordinal);
        });
    }
}
