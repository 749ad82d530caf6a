using System.Globalization;
using Wir.Registry.Codes;

namespace Wir.Registry.Seed;

/// <summary>One kind of association that the demo district has.</summary>
/// <param name="Category">Code of the register's own categories.</param>
/// <param name="Weight">How many there are, in relation to the others.</param>
/// <param name="Kind">Code of the kind.</param>
/// <param name="Names">Patterns with <c>{place}</c> and <c>{year}</c>.</param>
/// <param name="De">What it does, in German.</param>
/// <param name="En">The same in English.</param>
/// <param name="Offers">German and English names of what it offers.</param>
/// <param name="TargetGroups">Whom it is for.</param>
public sealed record DemoActivity(
    string Category, int Weight, string Kind, IReadOnlyList<string> Names, string De, string En,
    IReadOnlyList<(string De, string En)> Offers, IReadOnlyList<string> TargetGroups);

/// <summary>What the demo entries are made of, from <c>demo/*.csv</c>.</summary>
public sealed class DemoFiles
{
    public required IReadOnlyList<DemoActivity> Activities { get; init; }

    /// <summary>Places by key of the municipality; the first is the largest.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Places { get; init; }

    /// <param name="directory">Holds <c>activities.csv</c> and <c>places.csv</c>.</param>
    public static DemoFiles Load(string directory) => new()
    {
        Activities = [.. CodeLists.Rows(Path.Combine(directory, "activities.csv")).Select(row => new DemoActivity(
            row["category"], int.Parse(row["weight"], CultureInfo.InvariantCulture), row["kind"], row["names"].Split('|'), row["de"], row["en"],
            [.. row["offers"].Split('|').Select(Pair)], row["targetGroups"].Split('|')))],
        Places = CodeLists.Rows(Path.Combine(directory, "places.csv"))
            .ToDictionary(row => row["area"], row => (IReadOnlyList<string>)row["places"].Split('|')),
    };

    private static (string De, string En) Pair(string text) => text.Split('~') is [var de, var en]
        ? (de, en)
        : throw new InvalidDataException($"activities.csv: '{text}' is not a German and an English name.");
}
