using Microsoft.AspNetCore.Routing.Patterns;

namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    /// <summary>The row for a route. Parameters match by position, whatever their names; <c>{service}</c> in a row stands for any service.</summary>
    public static AccessRule? Find(string method, string path) => Find(Rules, method, path);

    internal static AccessRule? Find(IReadOnlyList<AccessRule> rules, string method, string path)
    {
        var asked = Segments(path);
        return rules.FirstOrDefault(rule => string.Equals(rule.Method, method, StringComparison.OrdinalIgnoreCase) && Matches(Segments(rule.Path), asked));
    }

    /// <summary>A route pattern without constraints, defaults and the like: <c>/pages/{id:guid}</c> is <c>/pages/{id}</c>.</summary>
    internal static string PathOf(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => throw new NotSupportedException(part.GetType().Name),
        }))));

    private static string[] Segments(string path) => path.Trim('/').Split('/');

    private static bool Matches(string[] rule, string[] asked) =>
        rule.Length == asked.Length && rule.Zip(asked).All(pair => pair.First == pair.Second || pair.First == "{service}" || Shape(pair.First) == Shape(pair.Second));

    /// <summary><c>{area}.pdf</c> is <c>{}.pdf</c>: what is left when names are taken out.</summary>
    private static string Shape(string segment)
    {
        if (!segment.Contains('{', StringComparison.Ordinal)) return segment.ToLowerInvariant();
        var shape = new System.Text.StringBuilder();
        var inside = false;
        foreach (var character in segment)
        {
            if (character is '}') inside = false;
            if (!inside) shape.Append(character);
            if (character is '{') inside = true;
        }

        return shape.ToString();
    }
}
