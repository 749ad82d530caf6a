using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Wir.Demo;
using Wir.TestKit.Servers;

namespace Wir.Bench;

/// <summary>A whole instance of the platform with its start data, and callers who come from addresses of their own.</summary>
internal sealed class DoorsStage : IAsyncDisposable
{
    private const int Rate = 30;

    // What newcomers, volunteers and other systems read most.
    private static readonly string[] s_reads =
    [
        "/api/registry/v1/associations?limit=20", "/api/welcome/v1/pages?lang=ar&limit=20", "/api/monitor/v1/indicators?limit=20",
        "/api/monitor/v1/overview?area=06635", "/hsds/services?per_page=20", "/api/welcome/v1/associations?area=06635015&limit=20",
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("wir-bench-").FullName;
    private readonly ConcurrentDictionary<(string Address, string? Key), HttpClient> _shared = new();
    private RunningInstance _instance = null!;

    public Uri Address => _instance.Address;

    public string KeyOf(string name) => _instance.Keys[name];

    public static async Task<DoorsStage> StartAsync()
    {
        var stage = new DoorsStage();
        var port = Wir.TestKit.Servers.Ports.Choose().ToString(CultureInfo.InvariantCulture);
        await stage.WirAsync("up", "--detach", "--no-dashboard", "--port", port);
        stage._instance = RunningInstance.Open(stage._directory);
        return stage;
    }

    /// <summary>A client whose connections come from one of the machine's loopback addresses.</summary>
    public HttpClient ClientFrom(string address, string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) => new NetworkStream(await ConnectAsync(address, context.DnsEndPoint.Port, ct), ownsSocket: true),
        })
        { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null) client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }

    /// <summary>One that keeps its connections: whoever attacks spends as little as possible on it.</summary>
    public HttpClient SharedClientFrom(string address, string? key) =>
        _shared.GetOrAdd((address, key), one => ClientFrom(one.Address, one.Key));

    public static async Task<Socket> ConnectAsync(string from, int port, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port, ct);
        return socket;
    }

    /// <summary>A request as bytes, and the first line of its answer.</summary>
    public async Task<string> RawAsync(string from, string request, CancellationToken ct)
    {
        using var socket = await ConnectAsync(from, Address.Port, ct);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), ct);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(ct) ?? "";
    }

    /// <summary>What an honest reader experiences: so many reads a second, each as soon as it is due.</summary>
    public async Task<Experience> ReadAsync(int seconds)
    {
        using var client = ClientFrom("127.0.0.2");
        var (taken, refused, memory) = (new double[Rate * seconds], 0, 0L);
        var pending = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < taken.Length; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / Rate);
            if (Stopwatch.GetElapsedTime(start) is var now && now < due) await Task.Delay(due - now);
            if (i % (5 * Rate) == 0) memory = Math.Max(memory, Memory());
            var n = i;
            pending.Add(Task.Run(async () =>
            {
                var clock = Stopwatch.GetTimestamp();
                using var response = await client.GetAsync(s_reads[n % s_reads.Length]);
                await response.Content.ReadAsByteArrayAsync();
                taken[n] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
                if (!response.IsSuccessStatusCode) Interlocked.Increment(ref refused);
            }));
        }

        await Task.WhenAll(pending);
        return new(Report.Median(taken), Report.Percentile(taken, 0.99), refused, Math.Max(memory, Memory()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _shared.Values) client.Dispose();
        await WirAsync("down");
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Proportional memory of all the instance's processes, bytes.</summary>
    private long Memory()
    {
        var sum = 0L;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (!File.ReadAllText($"{process}/environ").Contains($"WIR_INSTANCE={_directory}\0", StringComparison.Ordinal)) continue;
                var line = File.ReadLines($"{process}/smaps_rollup").First(one => one.StartsWith("Pss:", StringComparison.Ordinal));
                sum += 1024 * long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // No process, or one that has ended meanwhile.
            }
        }

        return sum;
    }

    private Task<string> WirAsync(string command, params string[] arguments) => ChildProcess.RunAsync(
        new ProcessSpec(Repository.PathOf("wir"), [command, .. arguments, "--data", _directory]), CancellationToken.None);
}

/// <param name="P50">Median, milliseconds.</param>
/// <param name="P99">Of a hundred reads the slowest, milliseconds.</param>
/// <param name="Refused">Answers that were no success.</param>
/// <param name="Memory">The most that the whole instance took, bytes.</param>
internal sealed record Experience(double P50, double P99, int Refused, long Memory);
