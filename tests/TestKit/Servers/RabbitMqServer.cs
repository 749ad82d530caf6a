using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Wir.TestKit.Servers;

/// <summary>The ports of a private RabbitMQ node, all on 127.0.0.1.</summary>
internal sealed record RabbitMqPorts(int Amqp, int Management, int Distribution, int Epmd)
{
    public static RabbitMqPorts Choose() => new(Ports.Choose(), Ports.Choose(), Ports.Choose(), Ports.Choose());
}

/// <summary>A private RabbitMQ node on loopback with its own port mapper (epmd), run by the platform's own script.</summary>
/// <param name="directory">Holds data, configuration and the node's cookie; created when missing.</param>
/// <param name="ports">Where it listens.</param>
/// <param name="password">Of the user <c>guest</c>; taken when the node starts for the first time.</param>
/// <param name="durable">False for throw-away nodes, which are ended by force.</param>
internal sealed class RabbitMqServer(string directory, RabbitMqPorts ports, string password, bool durable = true) : IServer
{
    private const string UserName = "guest";

    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public string AmqpUri => $"amqp://{UserName}:{password}@127.0.0.1:{ports.Amqp}";

    /// <summary>Base address of the management API, with user and password in it.</summary>
    public string ManagementUri => $"http://{UserName}:{password}@127.0.0.1:{ports.Management}";

    public ProcessSpec Spec => Script("exec") with
    {
        StopSignal = durable ? Signal.Term : Signal.Kill,
        StopDeadline = TimeSpan.FromSeconds(60),
    };

    /// <summary><c>rabbitmqctl</c> on this node.</summary>
    public ProcessSpec Control(params string[] command) => Script("ctl", command);

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

    private ProcessSpec Script(string verb, params string[] more) => new(
        "sh",
        [
            Repository.PathOf("AppHost/Servers/rabbitmq.sh"), verb, directory,
            .. new[] { ports.Amqp, ports.Management, ports.Distribution, ports.Epmd }.Select(p => p.ToString(CultureInfo.InvariantCulture)),
            .. more,
        ])
    {
        Environment = new Dictionary<string, string?> { ["RABBITMQ_PASSWORD"] = password },
    };
}
