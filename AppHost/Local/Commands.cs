using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Wir.AppHost.Local;

/// <summary>The verbs for an instance that runs: status, wait, stop, restart; and servers, for test runs.</summary>
internal static class Commands
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_stopDeadline = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(string verb, string[] arguments, string data)
    {
        var socket = Instance.ControlSocket(data);
        switch (verb)
        {
            case "status":
                return await ShowStatusAsync(socket, data);
            case "wait":
                return await WaitAsync(socket, data, only: null, host: arguments.FirstOrDefault());
            case "stop":
                return await StopAsync(socket, data);
            case "restart":
                return await RestartAsync(socket, arguments.FirstOrDefault() ?? "", data);
            case "servers":
                return await ServersAsync(arguments);
            default:
                await Console.Error.WriteLineAsync($"Unknown command: {verb}");
                return 2;
        }
    }

    private static async Task<List<ResourceStatus>?> AskStatusAsync(string socket, bool memory = false) =>
        await ControlServer.AskAsync(socket, memory ? "status" : $"status {ControlServer.WithoutMemory}") is { Length: > 0 } answer
            ? JsonSerializer.Deserialize<List<ResourceStatus>>(answer, JsonSerializerOptions.Web)
            : null;

    private static bool IsUp(ResourceStatus r) => r.Health == "healthy" || r.State == nameof(RunState.Completed);

    /// <summary>0: all is healthy. 3: nothing runs. 1: something else.</summary>
    private static async Task<int> ShowStatusAsync(string socket, string data)
    {
        if (await AskStatusAsync(socket, memory: true) is not { } resources)
        {
            Console.WriteLine($"No instance runs in {data}");
            return 3;
        }

        const string format = "{0,-24} {1,-11} {2,8} {3,-24} {4,9}  {5,-10} {6}";
        void Row(params object?[] columns) => Console.WriteLine(string.Format(CultureInfo.InvariantCulture, format, columns).TrimEnd());
        Row("RESOURCE", "STATE", "PID", "ADDRESS", "MEMORY", "HEALTH", "");
        foreach (var r in resources)
        {
            var note = string.Join("; ", new[] { r.Restarts > 0 ? $"{r.Restarts} restarts" : null, r.Message }.OfType<string>());
            Row(r.Name, r.State.ToLowerInvariant(), r.Pid, r.Address ?? "-", r.Memory == 0 ? "-" : Megabytes(r.Memory), r.Health, note);
        }

        Row("total", "", "", "", Megabytes(resources.Sum(r => r.Memory)), "", "");
        return resources.All(IsUp) ? 0 : 1;
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0} MiB");

    /// <summary>Tells the progress until all is healthy (0), or something failed (1) and its log is shown.</summary>
    private static async Task<int> WaitAsync(string socket, string data, string? only, string? host = null)
    {
        var clock = Stopwatch.StartNew();
        var told = new HashSet<string>();
        while (clock.Elapsed < s_startDeadline)
        {
            if (await AskStatusAsync(socket) is not { } resources)
            {
                // The socket is not open yet, or the host has ended.
                if (host is null || ChildProcess.StartTicks(int.Parse(host, CultureInfo.InvariantCulture)) is null)
                {
                    return Fail(null, data);
                }

                await Task.Delay(100);
                continue;
            }

            foreach (var r in resources.Where(r => IsUp(r) && told.Add(r.Name) && r.Name == (only ?? r.Name)))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {clock.Elapsed.TotalSeconds,5:0.0} s  {r.Name,-24} {(r.Address ?? r.State.ToLowerInvariant())}"));
            }

            if (resources.Where(r => r.State == nameof(RunState.Failed)).ToList() is { Count: > 0 } failed)
            {
                // Those that only waited for another's failure have nothing to tell.
                var first = failed.FirstOrDefault(r => r.Message?.EndsWith(" failed", StringComparison.Ordinal) != true) ?? failed[0];
                return Fail(first, data);
            }

            if (resources.All(IsUp))
            {
                return 0;
            }

            await Task.Delay(200);
        }

        return Fail((await AskStatusAsync(socket))?.FirstOrDefault(r => !IsUp(r)), data);
    }

    private static int Fail(ResourceStatus? resource, string data)
    {
        Console.Error.WriteLine($"{resource?.Name ?? "apphost"} failed{(resource is null ? "" : $": {resource.Message ?? "not healthy in time"}")}");
        var log = Instance.LogPath(data, resource?.Name ?? "apphost");
        foreach (var line in File.Exists(log) ? File.ReadLines(log).TakeLast(20) : [])
        {
            Console.Error.WriteLine($"  {line}");
        }

        return 1;
    }

    private static async Task<int> StopAsync(string socket, string data)
    {
        if (await ControlServer.AskAsync(socket, "stop") is not { Length: > 0 } answer)
        {
            Console.WriteLine($"No instance runs in {data}");
            if (Directory.Exists(data))
            {
                // Unless a host is just starting or ending, children that are still there are a crash's remains.
                using var alone = Engine.LockHost(data);
                await RunFile.CleanUpAsync(data);
            }

            return 3;
        }

        var host = int.Parse(answer, CultureInfo.InvariantCulture);
        var start = ChildProcess.StartTicks(host);
        for (var clock = Stopwatch.StartNew(); start is not null && ChildProcess.StartTicks(host) == start;)
        {
            if (clock.Elapsed > s_stopDeadline)
            {
                await Console.Error.WriteLineAsync($"The host (process {host}) has not ended within {s_stopDeadline.TotalMinutes} minutes.");
                return 1;
            }

            await Task.Delay(50);
        }

        return 0;
    }

    private static async Task<int> RestartAsync(string socket, string name, string data)
    {
        var answer = await ControlServer.AskAsync(socket, $"restart {name}");
        if (answer != "ok")
        {
            var names = await AskStatusAsync(socket);
            await Console.Error.WriteLineAsync(names is null
                ? $"No instance runs in {data}"
                : $"There is no resource '{name}'. There are: {string.Join(", ", names.Select(r => r.Name))}");
            return 1;
        }

        return await WaitAsync(socket, data, name);
    }

    /// <summary>Servers for a test run: <c>servers FILE PID</c> writes their addresses to the file, and lives as long as the process.</summary>
    private static async Task<int> ServersAsync(string[] arguments)
    {
        var parent = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var start = ChildProcess.StartTicks(parent);
        using var servers = new ThrowAwayServers();
        var postgres = servers.StartPostgresAsync();
        var rabbitMq = servers.StartRabbitMqAsync();
        var addresses = new ServerAddresses((await postgres).ConnectionString(), (await rabbitMq).AmqpUri, (await rabbitMq).ManagementUri);
        await File.WriteAllTextAsync(arguments[0] + ".new", JsonSerializer.Serialize(addresses, JsonSerializerOptions.Web));
        File.Move(arguments[0] + ".new", arguments[0]);
        while (start is not null && ChildProcess.StartTicks(parent) == start)
        {
            await Task.Delay(500);
        }

        return 0;
    }
}
