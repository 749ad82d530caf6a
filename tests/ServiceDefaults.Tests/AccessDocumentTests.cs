using System.Globalization;
using System.Text;
using Wir.ServiceDefaults.Access;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>Who may call what is written once, in the table of routes; <c>docs/api/access.md</c> is made from it.</summary>
public sealed class AccessDocumentTests
{
    private const string Head = """
        # Who may call what

        Made from `ServiceDefaults/Access`, the table without which no route is served; `WIR_WRITE_ACCESS=1 ./wir test unit` rewrites this page.
        A route needs any one of its scopes. "own areas": the scope counts for the caller's areas and all below; `read:events` and `platform:admin`
        count for the whole platform. "four eyes": nobody decides on their own. Who holds which scopes: [keys.md](../operations/keys.md).

        """;

    [Fact]
    public void The_committed_document_is_the_tables_own()
    {
        var file = Path.Combine(Root(), "docs/api/access.md");
        var made = Make();
        if (Environment.GetEnvironmentVariable("WIR_WRITE_ACCESS") == "1") File.WriteAllText(file, made);

        Assert.Equal(made, File.Exists(file) ? File.ReadAllText(file) : "");
    }

    [Fact]
    public void Every_scope_opens_something_and_counts_for_areas_or_for_the_platform()
    {
        Assert.Empty(Scopes.All.Except(AccessTable.Rules.SelectMany(rule => rule.Scopes)));
        Assert.Equal(Scopes.All.Order(), Scopes.OfAreas.Concat(Scopes.OfThePlatform).Order());
        // What shows or changes something of an area is asked for with the area.
        var careless = AccessTable.Rules.Where(rule => !rule.ByArea && !s_ofNoArea.Contains(rule.Path)
            && rule.Scopes.Intersect([Scopes.ReadInternal, Scopes.ClientsManage]).Any());
        Assert.Empty(careless.Select(rule => rule.Path));
    }

    /// <summary>Shows the rules to everybody with the scope, and numbers only to who reads all areas.</summary>
    private static readonly string[] s_ofNoArea = ["/api/registry/v1/privacy/retention"];

    private static string Make()
    {
        var text = new StringBuilder(Head);
        foreach (var group in AccessTable.Rules.GroupBy(rule => PartOf(rule.Path.Split('/'))))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\n| route | needs | |\n|---|---|---|\n");
            foreach (var rule in group)
            {
                var needs = rule.Scopes.Count == 0 ? "–" : string.Join(", ", rule.Scopes.Select(scope => $"`{scope}`"));
                string?[] notes = [rule.ByArea ? "own areas" : null, rule.FourEyes ? "four eyes" : null];
                var further = string.Join(", ", notes.OfType<string>());
                text.Append(CultureInfo.InvariantCulture, $"| `{rule.Method} {rule.Path}` | {needs} | {further} |\n");
            }
        }

        return text.ToString();
    }

    private static string PartOf(string[] segments) => segments is [_, "api", var api, ..] ? api : segments[1];

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Wir.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
