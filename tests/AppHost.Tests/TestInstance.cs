using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Wir.AppHost.Local;
using Wir.TestKit;

namespace Wir.AppHost.Tests;

/// <summary>A directory for an instance, and the engine running a model in it within this process.</summary>
internal sealed class TestInstance : IAsyncDisposable
{
    public const string Project = "../tests/SampleService/SampleService.csproj";

    private Task<int>? _host;

    /// <param name="openForPostgres">The databases lie in the directory also when the tests run as root, and end with it.</param>
    public TestInstance(bool openForPostgres = false)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("wir-instance-").FullName;
        if (openForPostgres) File.SetUnixFileMode(Directory, File.GetUnixFileMode(Directory) | UnixFileMode.OtherExecute);
        Builder = DistributedApplication.CreateBuilder(["--data", Directory]);
    }

    public string Directory { get; }

    public IDistributedApplicationBuilder Builder { get; }

    public Instance Open() => Instance.Open(Directory, new ConfigurationManager());

    public IResourceBuilder<ProjectResource> AddService(string name) =>
        Builder.AddProject(name, Project).WithHttpEndpoint().WithHttpHealthCheck("/health/ready");

    public IResourceBuilder<ProjectResource> AddMigration(string name) => Builder.AddProject(name, Project).WithArgs("migrate");

    public void Start() => _host = Engine.RunAsync(Open(), Builder.Resources);

    public async Task<ResourceStatus?> StatusAsync(string name) => (await AllAsync()).FirstOrDefault(r => r.Name == name);

    public async Task<List<ResourceStatus>> AllAsync() =>
        await AskAsync("status") is { Length: > 0 } answer ? JsonSerializer.Deserialize<List<ResourceStatus>>(answer, JsonSerializerOptions.Web)! : [];

    public Task<string?> AskAsync(string order) => ControlServer.AskAsync(Instance.ControlSocket(Directory), order);

    /// <summary>Waits until the resource is in a state (<c>Running</c> means healthy, too).</summary>
    public Task<ResourceStatus> BecomesAsync(string name, string state) => Eventually.ValueAsync(
        async () => await StatusAsync(name) is { } status && status.State == state && (state != "Running" || status.Health == "healthy") ? status : null,
        $"{name} is {state}",
        TimeSpan.FromSeconds(60));

    public string Log(string name) => Instance.LogPath(Directory, name);

    /// <summary>Stops everything in order; the engine's exit code.</summary>
    public async Task<int> StopAsync()
    {
        await AskAsync("stop");
        return await _host!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is { IsCompleted: false })
        {
            await Eventually.TrueAsync(async () => await AskAsync("stop") is { Length: > 0 }, "the host takes orders");
            await _host;
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
