using NodaTime;
using Wir.Areas;
using Wir.Monitor.Features.Reading;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>With which districts one is compared that nobody has named any for.</summary>
[Lane(Lane.Unit)]
public sealed class ComparisonTests
{
    private static readonly AreaRegister s_areas = AreaRegister.Create(
    [
        Of("DG", AreaLevel.Country, null), Of("06", AreaLevel.Land, "DG"), Of("066", AreaLevel.Regierungsbezirk, "06"),
        Of("06601", AreaLevel.District, "066", 100_000), Of("06602", AreaLevel.District, "066", 110_000), Of("06603", AreaLevel.District, "066", 90_000),
        Of("06604", AreaLevel.District, "066", 200_000), Of("06605", AreaLevel.District, "066", 200_001), Of("06606", AreaLevel.District, "066", 49_999),
        Of("06607", AreaLevel.District, "066"), Of("06608", AreaLevel.District, "066", 100_000, ended: true),
        Of("06609", AreaLevel.District, "066", 60_000), Of("06610", AreaLevel.District, "066", 120_000), Of("06611", AreaLevel.District, "066", 130_000),
    ]);

    [Fact]
    public void The_five_nearest_in_population_from_half_to_double_that_still_exist() =>
        Assert.Equal(["06602", "06603", "06609", "06610", "06611"], SimilarTo("06601"));

    [Fact]
    public void Who_has_no_population_is_like_nobody() => Assert.Empty(SimilarTo("06607"));

    [Fact]
    public void Named_ones_come_before_computed_ones_and_what_does_not_exist_is_left_out() =>
        Assert.Equal(["06605"], SimilarTo("06601", new() { ["06601"] = ["06605", "09999"] }));

    private static string[] SimilarTo(string key, Dictionary<string, IReadOnlyList<string>>? named = null) =>
        [.. new ComparisonAreas(s_areas, named ?? []).Of(key).Where(role => role.Value == "similar").Select(role => role.Key).Order(StringComparer.Ordinal)];

    private static Area Of(string key, AreaLevel level, string? parent, int? population = null, bool ended = false) => new()
    {
        Key = key,
        Name = key,
        OfficialName = key,
        Level = level,
        ParentKey = parent,
        ValidFrom = new LocalDate(1974, 1, 1),
        ValidTo = ended ? new LocalDate(2020, 12, 31) : null,
        Population = population is { } count ? new AreaPopulation(count, new LocalDate(2024, 12, 31)) : null,
    };
}
