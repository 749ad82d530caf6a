using System.Text.Json;
using Wir.Areas;
using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Features.Reading;

/// <summary>
/// With what an area is compared: its district, its Land, Germany, and districts like its own. Which those are says
/// <c>monitor/similar-districts.json</c>; for others it is the nearest in population, from half to double.
/// </summary>
internal sealed class ComparisonAreas(AreaRegister areas, IReadOnlyDictionary<string, IReadOnlyList<string>> similar)
{
    public const string Function = "benchmark";
    private const int MostSimilar = 5;

    public static ComparisonAreas Load(string file, AreaRegister areas)
    {
        using var stream = File.OpenRead(file);
        return new(areas, JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<string>>>(stream, CodeLists.Strict)!);
    }

    /// <summary>Role per area: <c>own</c>, <c>district</c>, <c>land</c>, <c>country</c> or <c>similar</c>.</summary>
    public IReadOnlyDictionary<string, string> Of(string key)
    {
        var roles = new Dictionary<string, string> { [key] = "own" };
        foreach (var area in areas.AncestorsAndSelf(key))
        {
            var role = area.Level switch { AreaLevel.District => "district", AreaLevel.Land => "land", AreaLevel.Country => "country", _ => null };
            if (role is not null) roles.TryAdd(area.Key, role);
            if (area.Level != AreaLevel.District) continue;
            foreach (var other in SimilarTo(area)) roles.TryAdd(other, "similar");
        }

        return roles;
    }

    /// <summary>The roles of the areas that an expression names with <c>benchmark(…)</c>, as far as there are numbers.</summary>
    public IReadOnlyDictionary<string, string>? RolesOf(string? expression, Cube cube)
    {
        if (expression is null || !expression.StartsWith(Function + "(", StringComparison.Ordinal) || !expression.EndsWith(')')) return null;
        var roles = Of(expression[(Function.Length + 1)..^1]);
        return cube.Dimension("area") is { } dimension ? roles.Where(role => dimension.PositionOf(role.Key) >= 0).ToDictionary() : null;
    }

    private IEnumerable<string> SimilarTo(Area district)
    {
        if (similar.TryGetValue(district.Key, out var named)) return named.Where(key => areas.Find(key) is not null);
        if (district.Population is not { Count: > 0 } own) return [];
        return areas.All.Where(other => other.Level == AreaLevel.District && other.Key != district.Key && other.ValidTo is null && other.Population is { Count: > 0 })
            .Select(other => (other.Key, Distance: Math.Abs(Math.Log2((double)other.Population!.Value.Count / own.Count))))
            .Where(one => one.Distance <= 1).OrderBy(one => one.Distance).ThenBy(one => one.Key, StringComparer.Ordinal).Take(MostSimilar).Select(one => one.Key);
    }
}
