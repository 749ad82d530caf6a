using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Wir.AppHost.Backup;

namespace Wir.AppHost.Control;

/// <summary>What this program does beside hosting an instance: <c>status</c>, <c>wait</c>, <c>restart NAME</c>, <c>backup FILE</c>, <c>restore FILE</c>.</summary>
internal static class Verbs
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(10);

    /// <summary>The work that the first argument names, with its exit code; null when the arguments are those of a host.</summary>
    public static Func<Task<int>>? Find(string[] args)
    {
        if (args is not [var verb, ..] || verb.StartsWith('-')) return null;
        var words = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = new ConfigurationBuilder().AddCommandLine([.. args.Skip(words.Length)]).Build();
        var data = Path.GetFullPath(options["data"] ?? ".wir");
        var argument = words.ElementAtOrDefault(1) ?? "";
        return verb switch
        {
            "status" => () => ShowAsync(data),
            "wait" => () => WaitAsync(data, only: null, argument),
            "restart" => () => RestartAsync(data, argument),
            "backup" => () => GuardAsync(() => BackupCommand.RunAsync(argument, data, CancellationToken.None)),
            "restore" => () => GuardAsync(() => RestoreCommand.RunAsync(argument, data, CancellationToken.None)),
            _ => null,
        };
    }

    /// <summary>Failures that a person can do something about are one line, not a stack trace.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    public static async Task<IReadOnlyList<ResourceStatus>?> AskAsync(string data, bool memory = false)
    {
        using var http = Connect(data);
        try
        {
            return await http.GetFromJsonAsync<List<ResourceStatus>>($"status?memory={(memory ? "true" : "false")}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return null;
        }
    }

    private static HttpClient Connect(string data) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlEndpoint.SocketOf(data)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://localhost/") };

    /// <summary>0: all is healthy. 3: nothing runs. 1: something else.</summary>
    private static async Task<int> ShowAsync(string data)
    {
        if (await AskAsync(data, memory: true) is not { } rows)
        {
            Console.WriteLine($"No instance runs in {data}");
            return 3;
        }

        const string format = "{0,-24} {1,-11} {2,8} {3,-24} {4,9}  {5,-10} {6}";
        void Row(params object?[] columns) => Console.WriteLine(string.Format(CultureInfo.InvariantCulture, format, columns).TrimEnd());
        static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0} MiB");
        Row("RESOURCE", "STATE", "PID", "ADDRESS", "MEMORY", "HEALTH", "");
        foreach (var r in rows)
        {
            var note = string.Join("; ", new[] { r.Restarts > 0 ? $"{r.Restarts} restarts" : null, r.Message }.OfType<string>());
            Row(r.Name, r.State.ToLowerInvariant(), r.Pid, r.Address ?? "-", r.Memory == 0 ? "-" : Megabytes(r.Memory), r.Health, note);
        }

        Row("total", "", "", "", Megabytes(rows.Sum(r => r.Memory)), "", "");
        return rows.All(r => r.IsUp) ? 0 : 1;
    }

    /// <summary>Prints the progress until all is healthy (0), or something failed (1) and its log is shown.</summary>
    private static async Task<int> WaitAsync(string data, string? only, string? host)
    {
        var clock = Stopwatch.StartNew();
        var printed = new HashSet<string>();
        ResourceStatus? missing = null;
        while (clock.Elapsed < s_startDeadline)
        {
            if (await AskAsync(data) is not { } rows)
            {
                // The socket is not open yet, or the host has ended.
                if (!string.IsNullOrEmpty(host) && !Directory.Exists($"/proc/{host}")) return Fail(data, "apphost", null);
                await Task.Delay(100);
                continue;
            }

            foreach (var r in rows.Where(r => r.IsUp && (only ?? r.Name) == r.Name && printed.Add(r.Name)))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {clock.Elapsed.TotalSeconds,5:0.0} s  {r.Name,-24} {r.Address ?? r.State.ToLowerInvariant()}"));
            }

            if (rows.FirstOrDefault(r => r.HasFailed) is { } failed) return Fail(data, failed.Name, failed.Message);
            missing = rows.FirstOrDefault(r => !r.IsUp);
            if (missing is null) return 0;
            await Task.Delay(200);
        }

        return Fail(data, missing?.Name ?? "apphost", "not healthy in time");
    }

    private static int Fail(string data, string name, string? message)
    {
        Console.Error.WriteLine(message is null ? $"{name} failed" : $"{name} failed: {message}");
        var log = Path.Combine(data, "log", $"{name}.log");
        foreach (var line in File.Exists(log) ? File.ReadLines(log).TakeLast(20) : []) Console.Error.WriteLine($"  {line}");
        return 1;
    }

    private static async Task<int> RestartAsync(string data, string name)
    {
        if (await AskAsync(data) is not { } rows)
        {
            await Console.Error.WriteLineAsync($"No instance runs in {data}");
            return 1;
        }

        using var http = Connect(data);
        http.Timeout = TimeSpan.FromMinutes(2);
        using var answer = await http.PostAsync(new Uri($"restart/{Uri.EscapeDataString(name)}", UriKind.Relative), null);
        if (answer.IsSuccessStatusCode) return await WaitAsync(data, name, host: null);
        await Console.Error.WriteLineAsync($"There is no resource '{name}'. There are: {string.Join(", ", rows.Select(r => r.Name))}");
        return 1;
    }
}
