using System.Text.RegularExpressions;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary><c>THIRD-PARTY.md</c> names every package that is restored, and none that is not.</summary>
[Lane(Lane.Unit)]
public sealed partial class ThirdPartyTests
{
    [Fact]
    public void Every_package_is_listed_and_every_listed_one_is_used()
    {
        var used = Package().Matches(File.ReadAllText(Repository.PathOf("Directory.Packages.props"))).Select(m => m.Groups[1].Value).ToList();
        // | component | `Package`, `Prefix.*` | licence | …
        var listed = File.ReadLines(Repository.PathOf("THIRD-PARTY.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(l => Quoted().Matches(l.Split('|')[2]).Select(m => m.Groups[1].Value)).Where(p => !p.EndsWith(".json", StringComparison.Ordinal)).ToList();

        Assert.True(used.Count > 30);
        Assert.All(used, package => Assert.Contains(listed, pattern => Covers(pattern, package)));
        Assert.All(listed, pattern => Assert.Contains(used, package => Covers(pattern, package)));
    }

    private static bool Covers(string pattern, string package) =>
        pattern.EndsWith('*') ? package.StartsWith(pattern[..^1], StringComparison.Ordinal) : package == pattern;

    [GeneratedRegex("PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Package();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
