using System.Net;
using System.Net.Sockets;
using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>A monitor that takes connections and drops them, and a second registry that serves but calls itself unwell.</summary>
public sealed class FailingInstances : GatewayFixture
{
    private readonly TcpListener _dropping = new(IPAddress.Loopback, 0);
    private readonly TcpListener _unwell = new(IPAddress.Loopback, 0);
    private int _dropped;
    private int _served;

    /// <summary>Calls that reached the monitor; its health is asked for by others.</summary>
    public int Dropped => _dropped;

    /// <summary>Calls that reached the second registry.</summary>
    public int Served => _served;

    public override async ValueTask InitializeAsync()
    {
        Settings["Services:registry:http:1"] = $"http://127.0.0.1:{Listen(_unwell, AnswerAsync)}";
        Settings["Gateway:BreakDuration"] = "00:00:03";
        var dropping = Listen(_dropping, DropAsync);
        // After the base has named a port on which nobody listens.
        await base.InitializeAsync();
        Settings["Services:monitor:http:0"] = $"http://127.0.0.1:{dropping}";
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _dropping.Dispose();
        _unwell.Dispose();
        GC.SuppressFinalize(this);
    }

    private static int Listen(TcpListener listener, Func<TcpClient, Task> serve)
    {
        listener.Start();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true) _ = serve(await listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The fixture has ended.
            }
        });
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task DropAsync(TcpClient connection)
    {
        using (connection)
        {
            if (!(await ReadAsync(connection.GetStream())).Contains(" /version ", StringComparison.Ordinal)) Interlocked.Increment(ref _dropped);
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            var isHealth = (await ReadAsync(stream)).Contains(" /version ", StringComparison.Ordinal);
            if (!isHealth) Interlocked.Increment(ref _served);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(isHealth ? "503 No" : "200 OK")}\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{{}}"));
        }
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[16 * 1024];
        return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
    }
}

public sealed class FailingInstanceTests(FailingInstances fixture) : IClassFixture<FailingInstances>
{
    [Fact]
    public async Task A_service_that_keeps_failing_gets_no_calls_until_it_had_its_rest()
    {
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        await fixture.StartAsync(address);
        using var client = GatewayFixture.NewClient(address);
        async Task<HttpStatusCode> PostAsync()
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/api/monitor/v1/imports", UriKind.Relative), content);
            return response.StatusCode;
        }

        for (var i = 0; i < 40; i++) Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync());
        var before = fixture.Dropped;
        for (var i = 0; i < 40; i++) Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync());

        // Some got through until the failures were enough; then none.
        Assert.InRange(before, 20, 40);
        Assert.Equal(before, fixture.Dropped);
        await Eventually.TrueAsync(async () => await PostAsync() == HttpStatusCode.ServiceUnavailable && fixture.Dropped > before, "after its rest the service is tried again");
    }

    [Fact]
    public async Task An_instance_that_calls_itself_unwell_gets_no_more_calls()
    {
        const string Path = "/api/registry/v1/associations";
        await Eventually.TrueAsync(async () =>
        {
            var before = fixture.Served;
            for (var i = 0; i < 20; i++) await fixture.GetAsync(Path);
            return fixture.Served == before;
        }, "only the well instance is used", TimeSpan.FromSeconds(40));

        var before = fixture.Served;
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Path)).Status);
        Assert.Equal(before, fixture.Served);
    }
}
