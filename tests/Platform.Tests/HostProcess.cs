using Wir.AppHost;
using Wir.AppHost.Control;
using Wir.Demo;
using Wir.TestKit.Servers;
using Ports = Wir.TestKit.Servers.Ports;

namespace Wir.Platform.Tests;

/// <summary>An instance whose host is a process of its own, as <c>./wir up</c> starts it: to be killed, and to be asked by <c>./wir</c>.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Watcher _watcher = new();
    private ChildProcess? _process;

    public string Directory { get; } = ServerDirectory.Create("wir-host-");

    public int Port { get; } = Ports.Choose();

    public int Id => _process!.Id;

    /// <summary>Aspire's command line finds running hosts by a file in the user's home: with this one it finds exactly this host.</summary>
    public Dictionary<string, string?> HomeOfItsOwn => new()
    {
        ["HOME"] = Directory,
        ["DOTNET_CLI_HOME"] = Environment.GetEnvironmentVariable("DOTNET_CLI_HOME") ?? UserHome,
        ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(UserHome, ".nuget", "packages"),
        ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true",
        ["DOTNET_NOLOGO"] = "1",
    };

    public RunningInstance Running => RunningInstance.Open(Directory);

    public Instance Kept => Instance.Open(Directory);

    public async Task UpAsync(params string[] options)
    {
        _process = ChildProcess.Start(
            new ProcessSpec("dotnet", [Repository.ProgramOf("AppHost"), "--data", Directory, "--port", $"{Port}", .. options])
            {
                StopDeadline = TimeSpan.FromSeconds(90),
                Environment = HomeOfItsOwn,
            },
            Log, _watcher);
        await ChildProcess.RunAsync(
            new ProcessSpec("dotnet", Repository.ProgramOf("AppHost"), "wait", $"{_process.Id}", "--data", Directory), TestContext.Current.CancellationToken);
    }

    /// <summary>SIGKILL for the host alone.</summary>
    public async Task KillAsync()
    {
        ChildProcess.Kill(Id, Signal.Kill);
        await _process!.Exited;
    }

    public async Task<ResourceStatus> StatusAsync(string name) => (await Verbs.AskAsync(Directory))!.Single(r => r.Name == name);

    /// <summary><c>./wir COMMAND --data DIR</c>: what it printed; an exit code other than 0 fails.</summary>
    public static Task<string> WirAsync(string directory, params string[] command) => ChildProcess.RunAsync(
        new ProcessSpec("bash", [Repository.PathOf("wir"), .. command, "--data", directory]), TestContext.Current.CancellationToken);

    public async Task DownAsync()
    {
        await _process!.StopAsync();
        _process = null;
        await GoneAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Waits until no process of the instance is left.</summary>
    public Task GoneAsync(TimeSpan deadline) => WholePlatform.GoneAsync(Kept, deadline);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await DownAsync();
        _watcher.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string UserHome => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string Log => Path.Combine(Directory, "log", "apphost.log");
}
