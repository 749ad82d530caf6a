using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Features.Reading;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Unit)]
public sealed class FormulaTests
{
    private static readonly string[] s_years = ["2019", "2020", "2021", "2022", "2023"];

    [Theory]
    [InlineData("A01 + A02 * 2", new[] { 21.0, 42, 63, 84, 105 })]
    [InlineData("(A01 + A02) × 2", new[] { 22.0, 44, 66, 88, 110 })]
    [InlineData("A02 ÷ A01 − 1", new[] { 9.0, 9, 9, 9, 9 })]
    [InlineData("-A01", new[] { -1.0, -2, -3, -4, -5 })]
    [InlineData("A01-A02", new[] { -9.0, -18, -27, -36, -45 })]
    [InlineData("per(A01, A02, 1000)", new[] { 100.0, 100, 100, 100, 100 })]
    [InlineData("lag(A01, 2)", new[] { double.NaN, double.NaN, 1, 2, 3 })]
    [InlineData("yoy(A01)", new[] { double.NaN, 100, 50, 100.0 / 3, 25 })]
    [InlineData("trend(A01, 3)", new[] { double.NaN, double.NaN, 1, 1, 1 })]
    [InlineData("trend(A03, 3)", new[] { double.NaN, double.NaN, 1, 3, 2.5 })]
    [InlineData("A01 / (A02 - 20)", new[] { -0.1, double.NaN, 0.3, 0.2, 5.0 / 30 })]
    public void Formulas_compute_what_they_say(string text, double[] expected) => Assert.Equal(expected, Evaluate(text).Values.Select(value => Math.Round(value, 12)), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-9);

    [Fact]
    public void A_group_gap_is_told_in_points_as_ratio_and_with_its_trend()
    {
        Assert.Equal([-8, -9, -10, -11, -12], Evaluate("gap(B01, group, non-german, german)").Values);
        Assert.Equal([0.2, 0.25], Evaluate("ratio(B01, group, non-german, german)").Values[..2].Select(value => Math.Round(value, 9)));
        Assert.Equal([double.NaN, double.NaN, -1, -1, -1], Evaluate("trend(gap(B01, group, non-german, german), 3)").Values.Select(value => Math.Round(value, 9)));
        Assert.Equal(["area", "year"], Evaluate("gap(B01, group, non-german, german)").Dimensions.Select(dimension => dimension.Id));
    }

    [Fact]
    public void What_cannot_be_computed_is_null_and_says_why()
    {
        var hidden = Evaluate("A04 / A01");

        Assert.Equal([ObservationStatus.Confidential, ObservationStatus.Missing, ObservationStatus.NotApplicable, ObservationStatus.Normal, ObservationStatus.Estimated], hidden.Status.Select(status => (ObservationStatus)status));
        Assert.Equal(ObservationStatus.NotApplicable, (ObservationStatus)Evaluate("A01 / (A02 - 20)").Status[1]);
        Assert.Equal(ObservationStatus.Confidential, (ObservationStatus)Evaluate("trend(A04, 2)").Status[1]);
    }

    [Fact]
    public void A_trend_across_a_break_is_null()
    {
        var broken = Evaluate("trend(A01, 3)", new SeriesBreak("2021", new("Bruch", "Break")));

        Assert.Equal([ObservationStatus.Missing, ObservationStatus.Missing, ObservationStatus.NotApplicable, ObservationStatus.NotApplicable, ObservationStatus.Normal], [ObservationStatus.Missing, ObservationStatus.Missing, .. broken.Status[2..].Select(status => (ObservationStatus)status)]);
    }

    [Fact]
    public void A_rate_of_counts_shows_what_it_is_made_of()
    {
        var rate = Evaluate("per(A01, A02, 100)");

        Assert.Equal((1.0, 10.0), (rate.Numerators![0], rate.Denominators![0]));
        Assert.Null(Evaluate("A01 + A02").Numerators);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A01 +")]
    [InlineData("(A01")]
    [InlineData("A01)")]
    [InlineData("mean(A01)")]
    [InlineData("lag(A01, 0)")]
    [InlineData("lag(A01, x)")]
    [InlineData("trend(A01, 1)")]
    [InlineData("gap(A01, group, german)")]
    [InlineData("1,5 * A01")]
    public void A_broken_formula_is_refused_with_the_place(string text)
    {
        Assert.False(FormulaParser.TryParse(text, out _, out var fault));
        Assert.StartsWith("Character ", fault!.En, StringComparison.Ordinal);
    }

    /// <summary>Choosing first computes less and gives the same, whatever looks back in time or at other categories.</summary>
    [Theory]
    [InlineData("A01 + A02 * B01")]
    [InlineData("lag(A01, 1) - B01")]
    [InlineData("yoy(A02)")]
    [InlineData("trend(A03, 3) / A01")]
    [InlineData("gap(B01, group, non-german, german) * A01")]
    [InlineData("B01 - ratio(B01, group, german, non-german)")]
    [InlineData("per(A01, A02, 100)")]
    public void A_choice_before_the_formula_gives_what_it_gives_after(string text)
    {
        Assert.True(FormulaParser.TryParse(text, out var formula, out _));
        Assert.True(Computed.Of(formula, Inputs([]).ToDictionary(input => input.Key, input => (input.Value.About, (Calculation)new Published(input.Value.Cube)))).TryGet(out var numbers, out _));
        var whole = Evaluate(text);
        foreach (var year in s_years)
        {
            var choice = new Choice(new Dictionary<string, IReadOnlySet<string>>
            {
                ["year"] = new HashSet<string> { year, "2023" }, ["group"] = new HashSet<string> { "german" },
            });

            Assert.True(numbers.Compute(choice, CancellationToken.None).TryGet(out var first, out _));

            var after = choice.Of(whole);
            Assert.Equal(after.Dimensions.Select(dimension => (dimension.Id, string.Join(',', dimension.Codes))), first.Dimensions.Select(dimension => (dimension.Id, string.Join(',', dimension.Codes))));
            Assert.Equal(Enumerable.Range(0, after.Size).Select(index => after[index]), Enumerable.Range(0, first.Size).Select(index => first[index]));
            Assert.InRange(numbers.OperationsFor(choice), 1, numbers.OperationsFor(Choice.Everything));
        }
    }

    [Fact]
    public void What_a_formula_costs_is_counted_with_every_step()
    {
        Assert.True(FormulaParser.TryParse("A01 + A01 + yoy(A01)", out var formula, out _));
        Assert.True(FormulaPlan.Of(formula, code => Inputs([])[code].Cube.Dimensions).TryGet(out var plan, out _));

        // Five cells: added up twice, and three times for the growth.
        Assert.Equal(5 * (1 + 3 + 1), plan.Operations);
    }

    [Fact]
    public void Who_has_gone_is_not_computed_for()
    {
        Assert.True(FormulaParser.TryParse("A01 + A02", out var formula, out _));
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.Throws<OperationCanceledException>(() => new FormulaEvaluator(Inputs([]), gone.Token).Evaluate(formula));
    }

    private static Cube Evaluate(string text, params SeriesBreak[] breaks)
    {
        Assert.True(FormulaParser.TryParse(text, out var formula, out var fault), fault?.En);
        Assert.True(new FormulaEvaluator(Inputs(breaks)).Evaluate(formula).TryGet(out var cube, out var problem), problem?.Detail?.En);
        return cube;
    }

    private static Dictionary<string, (VintageAbout About, Cube Cube)> Inputs(SeriesBreak[] breaks)
    {
        var inputs = new Dictionary<string, (VintageAbout, Cube)>
        {
            ["A01"] = (About("A01", "count", breaks), Of([1, 2, 3, 4, 5])),
            ["A02"] = (About("A02", "count", breaks), Of([10, 20, 30, 40, 50])),
            ["A03"] = (About("A03", "percent", breaks), Of([1, 2, 3, 8, 8])),
            ["A04"] = (About("A04", "percent", breaks), Of([double.NaN, double.NaN, double.NaN, 4, 5])),
            ["B01"] = (About("B01", "percent", breaks), new Cube([new("area", ["06635"]), new("year", s_years), new("group", ["german", "non-german"])], withCounts: false)),
        };
        var marked = inputs["A04"].Item2;
        (marked.Status[0], marked.Status[1], marked.Status[2], marked.Status[4]) = ((byte)ObservationStatus.Confidential, (byte)ObservationStatus.Missing, (byte)ObservationStatus.NotApplicable, (byte)ObservationStatus.Estimated);
        for (var year = 0; year < 5; year++)
        {
            inputs["B01"].Item2[year * 2] = new(10 + (2 * year), ObservationStatus.Normal, double.NaN, double.NaN);
            inputs["B01"].Item2[(year * 2) + 1] = new(2 + year, ObservationStatus.Normal, double.NaN, double.NaN);
        }

        return inputs;
    }

    private static Cube Of(double[] values)
    {
        var cube = new Cube([new("area", ["06635"]), new("year", s_years)], withCounts: false);
        for (var i = 0; i < values.Length; i++) cube[i] = new(values[i], ObservationStatus.Normal, double.NaN, double.NaN);
        return cube;
    }

    private static VintageAbout About(string code, string unit, SeriesBreak[] breaks) => new()
    {
        Code = code, Name = new("", ""), Unit = unit, UnitName = new("", ""), Source = new("", ""), Licence = new("", ""), Periodicity = "year", Direction = "context", Breaks = breaks, Dimensions = [],
    };
}

[Lane(Lane.Unit)]
public sealed class PlausibilityTests
{
    private static readonly CodeLists s_lists = CodeLists.Load(Path.Combine(MonitorService.Seed, "monitor", "codelists.json"));
    private static readonly Wir.Areas.AreaRegister s_areas = Wir.Areas.AreaRegister.Load(Path.Combine(MonitorService.Seed, "areas"));

    [Fact]
    public void Values_out_of_bounds_are_found()
    {
        Assert.Equal([("bounds", 4)], Kinds("06635001;2020;101\n".Insert(0, "06635002;2020;50\n06635003;2020;0\n")).Where(one => one.Item1 == "bounds"));
        Assert.Equal([("bounds", 3), ("bounds", 4)], Kinds("06635002;2020;50\n06635003;2020;9\n06635006;2020;81\n", new ValueBounds(10, 80)).Where(one => one.Item1 == "bounds"));
    }

    [Fact]
    public void A_value_far_from_the_other_areas_is_found_by_z_and_by_modified_z()
    {
        // One outlier among twelve: the outlier itself stretches the deviation, so that z needs many areas to see it; the median does not mind.
        var rows = string.Concat(Enumerable.Range(6, 12).Select(number => FormattableString.Invariant($"066350{number:00};2020;{40 + (number % 3)}\n")));

        Assert.Empty(Kinds(rows));
        Assert.Equal(["modified-z", "z"], Kinds(rows + "06635018;2020;90\n").Select(one => one.Item1).Order());
        Assert.All(Kinds(rows + "06635018;2020;90\n"), one => Assert.Equal(14, one.Item2));
        // 0.6745 × 4.44 / 1 is below 3.0, 0.6745 × 4.46 / 1 above.
        Assert.Empty(Kinds(rows + "06635018;2020;45.44\n"));
        Assert.Equal(["modified-z"], Kinds(rows + "06635018;2020;45.46\n").Select(one => one.Item1));
    }

    [Fact]
    public void A_jump_against_the_year_before_is_found()
    {
        Assert.Empty(Kinds("06635001;2020;40\n06635001;2021;60\n06635001;2022;30\n"));
        Assert.Equal([("jump", 3), ("jump", 4)], Kinds("06635001;2020;40\n06635001;2021;61\n06635001;2022;30\n"));
        Assert.Empty(Kinds("06635001;2020;40\n06635001;2022;90\n"));
    }

    private static (string, int)[] Kinds(string rows, ValueBounds? bounds = null)
    {
        var content = new IndicatorContent
        {
            Name = new("", ""), Definition = new("", ""), Numerator = new("", ""), Denominator = new("", ""), Unit = "percent", Direction = "context", Field = "A", Source = new("", new("", "")),
            Periodicity = "year", LowestLevel = "municipality", Contact = new("", ""), Licence = new("", ""), Plausible = bounds,
        };
        var observations = new Observations(content, s_lists, s_areas, _ => true, new ImportFaults());
        new CsvImport(observations).Read(System.Text.Encoding.UTF8.GetBytes("area;year;value\n" + rows));
        Assert.Empty(observations.Faults.List);
        var cube = CubeMerge.Merge(null, observations, s_lists, content)!;
        return [.. Plausibility.Check(cube, cube, observations, content)
            .Select(finding => (finding.Kind, finding.Line))];
    }
}
