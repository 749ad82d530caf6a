using System.Globalization;
using NodaTime;
using Wir.Areas;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Reading;
using Wir.Monitor.Numbers;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Unit)]
public sealed class CubeTests
{
    private static readonly AreaRegister s_areas = AreaRegister.Load(Path.Combine(MonitorService.Seed, "areas"));
    private static readonly string[] s_codes = [.. s_areas.All.Select(area => area.Key)];

    [Fact]
    public void A_thousand_random_questions_equal_brute_force()
    {
        const int seed = 20261123;
        var random = new Random(seed);
        var cube = RandomCube(random);
        for (var question = 0; question < 1000; question++)
        {
            var (expressions, rules) = (new string[3], new Func<string, int, bool>[3]);
            for (var i = 0; i < 3; i++) (expressions[i], rules[i]) = RandomQuestions.Filter(random, cube.Dimensions[i], s_areas);
            var positions = cube.Dimensions.Select((dimension, i) => new Filter(dimension, s_areas, "year", null).Select(expressions[i])).ToArray();

            var found = new Table(null!, cube, positions).Indexes().Select(index => (string.Join('|', cube.CodesOf(index)), cube.Values[index])).ToArray();

            var expected = new List<(string, double)>();
            for (var a = 0; a < cube.Dimensions[0].Count; a++)
            {
                for (var b = 0; b < cube.Dimensions[1].Count; b++)
                {
                    for (var c = 0; c < cube.Dimensions[2].Count; c++)
                    {
                        string[] codes = [cube.Dimensions[0].Codes[a], cube.Dimensions[1].Codes[b], cube.Dimensions[2].Codes[c]];
                        if (rules[0](codes[0], a) && rules[1](codes[1], b) && rules[2](codes[2], c)) expected.Add((string.Join('|', codes), cube.At(codes).Value));
                    }
                }
            }

            Assert.True(expected.SequenceEqual(found), $"seed {seed}, question {question}: {string.Join(" & ", expressions)}: {expected.Count} cells expected, {found.Length} found");
        }
    }

    [Fact]
    public void A_packed_cube_is_the_same_cube()
    {
        var cube = RandomCube(new Random(1));

        var unpacked = Slab.Unpack(Slab.Pack(cube));

        Assert.Equal(Slab.Hash(cube), Slab.Hash(unpacked));
        Assert.Equal(cube.Values, unpacked.Values);
        Assert.Equal(cube.Dimensions.Select(dimension => dimension.Id), unpacked.Dimensions.Select(dimension => dimension.Id));
    }

    [Fact]
    public void Another_territory_keeps_every_sum()
    {
        var random = new Random(7);
        var cube = RandomCube(random);

        Assert.True(CubeSums.ToTerritory(cube, "percent", s_areas, new LocalDate(2026, 1, 1)).TryGet(out var current, out _));

        Assert.Equal(cube.Dimensions[0].Count - 1, current.Dimensions[0].Count);
        for (var other = 0; other < cube.Strides[0]; other++)
        {
            double Sum(Cube of) => Enumerable.Range(0, of.Dimensions[0].Count).Sum(area => of.Numerators![(area * of.Strides[0]) + other]);
            Assert.Equal(Sum(cube), Sum(current));
        }
    }

    [Fact]
    public void What_was_not_delivered_is_a_gap_in_the_successor_and_what_did_not_exist_is_none()
    {
        var cube = new Cube([new("area", ["06635001", "06635005"]), new("year", ["2021", "2022", "2023"])], withCounts: true);
        for (var year = 0; year < 3; year++) cube[year] = new(10, ObservationStatus.Normal, 10, 100);
        cube[3] = new(50, ObservationStatus.Normal, 15, 30);

        Assert.True(CubeSums.ToTerritory(cube, "percent", s_areas, new LocalDate(2026, 1, 1)).TryGet(out var current, out _));

        Assert.Equal(["06635001"], current.Dimensions[0].Codes);
        Assert.Equal(new Cell(100.0 * 25 / 130, ObservationStatus.Normal, 25, 130), current[0]);
        Assert.Equal(ObservationStatus.Missing, current[1].Status);
        Assert.Equal(new Cell(10, ObservationStatus.Normal, 10, 100), current[2]);
    }

    [Fact]
    public void None_of_none_is_no_rate_and_no_gap_in_a_sum()
    {
        var cube = new Cube([new("area", ["06635002", "06635003"]), new("year", ["2021"])], withCounts: true);
        (cube[0], cube[1]) = (new(10, ObservationStatus.Normal, 10, 100), new(double.NaN, ObservationStatus.NotApplicable, 0, 0));

        Assert.True(CubeSums.Together(cube, "area", [0, 1], "percent", s_areas).TryGet(out var sum, out _));

        Assert.Equal(new Cell(10, ObservationStatus.Normal, 10, 100), sum[0]);
    }

    [Theory]
    [InlineData("2024", "year", "2024")]
    [InlineData("2024 / 2005", "year", null)]
    [InlineData("2024/2005", "school-year", null)]
    [InlineData("2024/2025", "school-year", "2024/25")]
    [InlineData("2024/25", "school-year", "2024/25")]
    [InlineData("2099/00", "school-year", "2099/00")]
    [InlineData("2024-08-01/P1Y", "school-year", "2024/25")]
    [InlineData("2024/25", "year", null)]
    [InlineData("2024-S2", "half", "2024-H2")]
    [InlineData("2024-H3", "half", null)]
    [InlineData("2024-Q4", "quarter", "2024-Q4")]
    [InlineData("2024-07", "month", "2024-07")]
    [InlineData("2024-13", "month", null)]
    [InlineData("WS2024/25", "winter-semester", "WS2024/25")]
    [InlineData("WS2024/26", "winter-semester", null)]
    [InlineData("1066", "year", null)]
    [InlineData("", "year", null)]
    public void Periods_have_one_spelling(string text, string periodicity, string? expected) => Assert.Equal(expected, Periods.Parse(text, periodicity));

    [Theory]
    [InlineData("2024", -1, "2023")]
    [InlineData("2024-Q1", -1, "2023-Q4")]
    [InlineData("2024-H2", 1, "2025-H1")]
    [InlineData("2024-01", -12, "2023-01")]
    [InlineData("2024-12", 1, "2025-01")]
    [InlineData("1999/00", 1, "2000/01")]
    [InlineData("WS2024/25", -2, "WS2022/23")]
    public void Periods_can_be_counted(string period, int steps, string expected) => Assert.Equal(expected, Periods.Plus(period, steps));

    [Fact]
    public void Wilson_agrees_with_published_bounds()
    {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
        var (lower, upper) = Wilson.Interval(81, 263);
        Assert.Equal((0.2553, 0.3662), (Math.Round(lower, 4), Math.Round(upper, 4)));
        Assert.Equal((0, 0.1611), (Math.Round(Wilson.Interval(0, 20).Lower, 4), Math.Round(Wilson.Interval(0, 20).Upper, 4)));
    }

    private static Cube RandomCube(Random random)
    {
        var cube = new Cube(
            [
                new("area", [.. s_codes.Order(StringComparer.Ordinal)]), new("year", [.. Enumerable.Range(2012, 12).Select(year => year.ToString(CultureInfo.InvariantCulture))]),
                new("age", ["total", "0-5", "6-17", "18-24", "25-44"]),
            ], withCounts: true);
        for (var i = 0; i < cube.Size; i++)
        {
            var denominator = random.Next(1, 1000);
            var numerator = random.Next(0, denominator + 1);
            cube[i] = new(100.0 * numerator / denominator, ObservationStatus.Normal, numerator, denominator);
        }

        return cube;
    }
}
