using System.Text.RegularExpressions;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary><c>docs/operations/metrics.md</c> names every instrument of our own meters, and none that is no more.</summary>
[Lane(Lane.Unit)]
public sealed partial class MetricsTests
{
    private static readonly string[] s_sources = ["libs", "services", "gateway", "portal", "ServiceDefaults", "renderer"];

    [Fact]
    public void Every_instrument_is_documented_and_everything_documented_is_an_instrument()
    {
        var repository = Repository.Root;
        var made = s_sources.Select(s => Path.Combine(repository, s)).Where(Directory.Exists)
            .SelectMany(s => Directory.EnumerateFiles(s, "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value)).ToHashSet();

        var documented = DocumentedNames(File.ReadAllLines(Path.Combine(repository, "docs/operations/metrics.md"))).ToHashSet();

        Assert.Contains("wir.outbox.depth", made);
        Assert.Contains("wir.jobs.finished", made);
        Assert.Equal(made.Order(), documented.Order());
    }

    /// <summary>The second column. A name that begins with a dot goes on from the one before it: <c>`wir.jobs.waiting`, `.running`</c>.</summary>
    private static IEnumerable<string> DocumentedNames(IEnumerable<string> lines)
    {
        foreach (var column in lines.Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')[2]))
        {
            var last = "";
            foreach (var name in Name().Matches(column).Select(m => m.Groups[1].Value))
            {
                last = name.StartsWith('.') ? last[..last.LastIndexOf('.')] + name : name;
                if (last.StartsWith("wir.", StringComparison.Ordinal)) yield return last;
            }
        }
    }

    /// <summary>The name of one of our instruments where it is made; units are in braces, descriptions begin with a capital letter.</summary>
    [GeneratedRegex("(?:Create[A-Za-z]+(?:<[a-z]+>)?|Gauge)\\(\\s*\"(wir\\.[a-z_.]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex("`([a-z_.]+)`")]
    private static partial Regex Name();
}
