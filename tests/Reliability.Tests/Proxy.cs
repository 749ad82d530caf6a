using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wir.Reliability.Tests;

/// <summary>Stands between a service and a server, and can swallow what the server answers, or cut all connections.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _swallowing;
    private volatile bool _refusing;

    public Proxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes of the server that no client has seen.</summary>
    public long Swallowed { get; private set; }

    /// <summary>True: the server gets everything, the clients get nothing any more.</summary>
    public bool SwallowAnswers
    {
        set => _swallowing = value;
    }

    /// <summary>A name that a client says of its connection: from then on that connection gets nothing any more.</summary>
    public string? SwallowAnswersTo { get; set; }

    /// <summary>How many connections were asked for.</summary>
    public int Accepted { get; private set; }

    /// <summary>True: every new connection is closed at once.</summary>
    public bool Refuse
    {
        set => _refusing = value;
    }

    public void Cut()
    {
        foreach (var connection in _connections.Keys) connection.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Accepted++;
            if (_refusing) client.Close();
            else _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            _connections[client] = _connections[server] = true;
            var connection = new Connection();
            await Task.WhenAny(CopyAsync(client, server, connection, answers: false), CopyAsync(server, client, connection, answers: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The server is away, so is the connection.
        }
        finally
        {
            _connections.TryRemove(client, out _);
            _connections.TryRemove(server, out _);
            client.Close();
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, Connection connection, bool answers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                if (!answers && SwallowAnswersTo is { } name) connection.IsMeant |= Encoding.Latin1.GetString(buffer, 0, count).Contains(name, StringComparison.Ordinal);
                if (answers && (_swallowing || (connection.IsMeant && SwallowAnswersTo is not null))) Swallowed += count;
                else await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Cut.
        }
    }

    private sealed class Connection
    {
        public bool IsMeant { get; set; }
    }
}
