using System.Text.Json;
using Wir.TestKit.Servers;

namespace Wir.AppHost.Tests;

/// <summary>What the app model writes for deployments: Aspire's manifest, and the Compose file.</summary>
public sealed class PublishedModel : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-publish-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public async Task<string> ComposeAsync()
    {
        await RunAsync("--operation", "publish", "--step", "publish", "--output-path", _directory);
        return await File.ReadAllTextAsync(Path.Combine(_directory, "compose.yaml"));
    }

    /// <summary>
    /// The manifest's programs with their variables; a password's value is the expression that a deployment resolves.
    /// </summary>
    public async Task<Dictionary<string, Dictionary<string, string>>> ProgramsAsync() =>
        (await ManifestAsync("project.v0")).ToDictionary(
            r => r.Key,
            r => r.Value.GetProperty("env").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!));

    /// <summary>The manifest's resources of one type, by name.</summary>
    public async Task<Dictionary<string, JsonElement>> ManifestAsync(string type)
    {
        var file = Path.Combine(_directory, "manifest.json");
        if (!File.Exists(file)) await RunAsync("--publisher", "manifest", "--output-path", file);
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        return manifest.RootElement.GetProperty("resources").EnumerateObject()
            .Where(r => r.Value.GetProperty("type").GetString() == type)
            .ToDictionary(r => r.Name, r => r.Value.Clone());
    }

    private static Task<string> RunAsync(params string[] arguments) =>
        ChildProcess.RunAsync(new ProcessSpec("dotnet", [Repository.ProgramOf("AppHost"), .. arguments]), CancellationToken.None);
}
