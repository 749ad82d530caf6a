using System.Text.Json.Nodes;

namespace Wir.Api.Tests;

/// <summary>What stands in <c>docs/api</c> is what the programs do; a change of an API is a change of a file, and one that breaks clients says so.</summary>
[Lane(Lane.Functional)]
public sealed class DocumentTests
{
    public static TheoryData<string> Names => Documents.Names;

    /// <summary>A line per breaking change since the last release, as this test words them.</summary>
    private static string Recorded => Path.Combine(Documents.Folder, "breaking-changes.txt");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_committed_description_is_the_programs_own(string name)
    {
        var file = Path.Combine(Path.GetTempPath(), $"wir-openapi-{Guid.CreateVersion7():N}.json");
        await using var program = ServiceProcess.Start(Documents.Programs[name], new Dictionary<string, string?>(), "openapi", file);
        await program.WaitForExitAsync();
        Assert.True(program.ExitCode == 0, program.Output);
        var actual = Documents.Read(file);
        File.Delete(file);

        var committed = File.Exists(Documents.FileOf(name)) ? Documents.Read(Documents.FileOf(name)) : [];

        var breaks = committed.ContainsKey("paths") ? ApiComparison.Breaks(committed, actual) : [];
        Assert.True(
            JsonNode.DeepEquals(committed, actual),
            $"docs/api/{name}.json is not what the program says of itself. Refresh it: ./wir openapi\n{Difference(committed, actual, "")}\n"
            + (breaks.Count == 0 ? "Nothing of it breaks a client." : $"This breaks clients:\n  {string.Join("\n  ", breaks)}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_breaks_clients_of_the_last_release_is_recorded(string name)
    {
        var breaks = ApiComparison.Breaks(Documents.Read(Path.Combine(Documents.Folder, "baseline", name + ".json")), Documents.Read(Documents.FileOf(name)))
            .Select(line => $"{name}: {line}").ToList();
        var recorded = File.ReadAllLines(Recorded).Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).ToList();

        Assert.True(
            breaks.ToHashSet().SetEquals(recorded),
            $"Breaking changes have to stand in docs/api/breaking-changes.txt, one a line, and only those that are.\nNot recorded:\n  {string.Join("\n  ", breaks.Except(recorded))}\nRecorded, but not so:\n  {string.Join("\n  ", recorded.Except(breaks))}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_operation_has_a_name_a_summary_described_parameters_and_examples(string name)
    {
        var lacks = new List<string>();
        foreach (var (operation, about) in Documents.Operations(Documents.Read(Documents.FileOf(name))))
        {
            if (about["operationId"] is null) lacks.Add($"{operation}: a name");
            if (string.IsNullOrEmpty((string?)about["summary"])) lacks.Add($"{operation}: a summary");
            foreach (var parameter in about["parameters"]?.AsArray() ?? [])
            {
                if (string.IsNullOrEmpty((string?)parameter!["description"])) lacks.Add($"{operation}: a description of {parameter["name"]}");
                if (parameter["example"] is null) lacks.Add($"{operation}: an example of {parameter["name"]}");
            }

            lacks.AddRange(WithoutExample(about["requestBody"]).Select(type => $"{operation}: an example of its body ({type})"));
            lacks.AddRange((about["responses"]?.AsObject() ?? []).Where(answer => answer.Key[0] == '2')
                .SelectMany(answer => WithoutExample(answer.Value).Select(type => $"{operation}: an example of its answer {answer.Key} ({type})")));
        }

        Assert.True(lacks.Count == 0, $"{name} lacks\n  {string.Join("\n  ", lacks)}");
    }

    private static IEnumerable<string> WithoutExample(JsonNode? body) =>
        (body?["content"]?.AsObject() ?? [])
        .Where(media => media.Key.EndsWith("json", StringComparison.Ordinal) && media.Value!["schema"] is not null && !media.Value.AsObject().ContainsKey("example"))
        .Select(media => media.Key);

    /// <summary>The first places that differ, as JSON Pointers.</summary>
    private static string Difference(JsonNode? left, JsonNode? right, string pointer)
    {
        if (JsonNode.DeepEquals(left, right)) return "";
        if (left is JsonObject known && right is JsonObject other)
        {
            return string.Join('\n', known.Select(member => member.Key).Union(other.Select(member => member.Key))
                .Select(member => Difference(known[member], other[member], $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"))
                .Where(line => line.Length > 0).Take(8));
        }

        return $"  {pointer}: {Shown(left)} → {Shown(right)}";
    }

    private static string Shown(JsonNode? node) => node?.ToJsonString() switch
    {
        null => "nothing",
        { Length: > 80 } text => text[..80] + "…",
        var text => text,
    };
}
