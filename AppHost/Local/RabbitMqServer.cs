using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Wir.AppHost.Local;

/// <summary>The ports of a private RabbitMQ node, all on 127.0.0.1.</summary>
internal sealed record RabbitMqPorts(int Amqp, int Management, int Distribution, int Epmd)
{
    public static RabbitMqPorts Choose() => new(Ports.Choose(), Ports.Choose(), Ports.Choose(), Ports.Choose());
}

/// <summary>A private RabbitMQ node on loopback with its own port mapper (epmd) and the management plug-in.</summary>
/// <param name="directory">Holds data, configuration and the node's cookie; made when missing.</param>
/// <param name="ports">Where it listens.</param>
/// <param name="password">Of the user <c>guest</c>; taken when the node starts for the first time.</param>
/// <param name="durable">False for throw-away nodes of tests, which are ended by force.</param>
internal sealed class RabbitMqServer(string directory, RabbitMqPorts ports, string password, bool durable = true) : IRunnable
{
    public const string UserName = "guest";

    // The script, not the wrapper in /usr/sbin, which would change to the user rabbitmq.
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public string AmqpUri => $"amqp://{UserName}:{password}@127.0.0.1:{ports.Amqp}";

    /// <summary>Base address of the management API, with user and password in it.</summary>
    public string ManagementUri => $"http://{UserName}:{password}@127.0.0.1:{ports.Management}";

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Script))
        {
            throw new InvalidOperationException($"RabbitMQ is not installed ({Script} is missing). On Debian: apt-get install rabbitmq-server");
        }

        Directory.CreateDirectory(Path.Combine(directory, "home"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await WriteAsync("env.conf", "", cancellation);
        await WriteAsync("advanced.config", "[].\n", cancellation);
        await WriteAsync("enabled_plugins", "[rabbitmq_management].\n", cancellation);
        await WriteAsync("rabbitmq.conf", $"""
            listeners.tcp.1 = 127.0.0.1:{ports.Amqp}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {ports.Management}
            default_user = {UserName}
            default_pass = {password}
            log.console = true
            log.console.level = info
            log.file = false
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 200MB
            collect_statistics_interval = 10000

            """, cancellation);

        // epmd runs in the broker's process group and ends with it; left to itself, the VM would start one that outlives it.
        const string start = """
            epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" &
            until epmd -port "$ERL_EPMD_PORT" -names > /dev/null 2>&1; do sleep 0.05; done
            exec "$1"
            """;
        return new ProcessSpec("sh", "-c", start, "sh", Script)
        {
            WorkingDirectory = directory,
            Environment = EnvironmentVariables(),
            StopSignal = durable ? Signal.Term : Signal.Kill,
            StopDeadline = TimeSpan.FromSeconds(60),
        };
    }

    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{ports.Management}/api/whoami");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{password}")));
        using var response = await s_http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode && await GreetsAsync(cancellation);
    }

    /// <summary>AMQP's greeting: the client names the protocol, the broker answers with its first method (a frame of type 1).</summary>
    private async Task<bool> GreetsAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(3));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", ports.Amqp, deadline.Token);
        await client.GetStream().WriteAsync("AMQP\0\0\t\u0001"u8.ToArray(), deadline.Token);
        var answer = new byte[1];
        return await client.GetStream().ReadAsync(answer, deadline.Token) == 1 && answer[0] == 1;
    }

    private Dictionary<string, string?> EnvironmentVariables()
    {
        string In(string name) => Path.Combine(directory, name);
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(n => n.StartsWith("RABBITMQ_", StringComparison.Ordinal) || n.StartsWith("ERL_", StringComparison.Ordinal))
            .ToDictionary(n => n, _ => (string?)null);
        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", In("home")), ("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"),
            ("RABBITMQ_CONF_ENV_FILE", In("env.conf")), ("RABBITMQ_CONFIG_FILE", In("rabbitmq.conf")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", In("advanced.config")), ("RABBITMQ_ENABLED_PLUGINS_FILE", In("enabled_plugins")),
            ("RABBITMQ_MNESIA_BASE", In("mnesia")), ("RABBITMQ_LOG_BASE", In("log")), ("RABBITMQ_SCHEMA_DIR", In("schema")),
            ("RABBITMQ_GENERATED_CONFIG_DIR", In("config")), ("RABBITMQ_PID_FILE", In("rabbit.pid")),
            ("RABBITMQ_NODENAME", "wir@localhost"), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODE_PORT", $"{ports.Amqp}"),
            ("RABBITMQ_DIST_PORT", $"{ports.Distribution}"), ("ERL_EPMD_PORT", $"{ports.Epmd}"), ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            // No busy waiting: an idle broker costs no processor time.
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"),
            // Makes the script execute the VM in its own place, so that the child's id is the broker's.
            ("RUNNING_UNDER_SYSTEMD", "true"),
        })
        {
            variables[name] = value;
        }

        return variables;
    }

    private async Task WriteAsync(string name, string content, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, name);
        await using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await stream.WriteAsync(Encoding.UTF8.GetBytes(content), cancellation);
    }
}
