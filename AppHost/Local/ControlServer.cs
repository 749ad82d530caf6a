using System.Net.Sockets;
using System.Text.Json;

namespace Wir.AppHost.Local;

/// <summary>One row of the status.</summary>
internal sealed record ResourceStatus(
    string Name, string State, int? Pid, string? Address, long Memory, string Health, int Restarts, string? Message);

/// <summary>Takes orders at a socket in the instance's directory: a line with the order, an answer in JSON.</summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>After <c>status</c>.</summary>
    public const string WithoutMemory = "without-memory";

    private readonly string _path;
    private readonly Engine _engine;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ControlServer(string path, Engine engine)
    {
        _path = path;
        _engine = engine;
        // The host's lock is held, so a socket that is there belongs to nobody.
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>Gives an order to the host of an instance; null when none answers.</summary>
    public static async Task<string?> AskAsync(string path, string order)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await using var stream = new NetworkStream(socket);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            await writer.WriteLineAsync(order);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The host ends.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            var order = (await reader.ReadLineAsync() ?? "").Split(' ', 2);
            await writer.WriteAsync(await AnswerAsync(order[0], order.ElementAtOrDefault(1)));
        }
        catch (IOException)
        {
            // The client went away.
        }
    }

    private async Task<string> AnswerAsync(string verb, string? name)
    {
        switch (verb)
        {
            case "status":
                // Reading memory is dear: who only waits for health does without.
                return JsonSerializer.Serialize(Status(name == WithoutMemory ? null : new ProcessMemory()), JsonSerializerOptions.Web);
            case "stop":
                _engine.Stop();
                return $"{Environment.ProcessId}";
            case "restart" when _engine.Runs.FirstOrDefault(r => r.Name == name) is { } run:
                await run.RestartAsync();
                return "ok";
            default:
                return $"unknown: {verb} {name}".TrimEnd();
        }
    }

    private List<ResourceStatus> Status(ProcessMemory? memory)
    {
        var own = new ResourceStatus(
            "apphost", "Running", Environment.ProcessId, null, memory is null ? 0 : ProcessMemory.Of(Environment.ProcessId), "healthy", 0, null);
        return _engine.Runs.Select(r => new ResourceStatus(
            r.Name,
            $"{r.State}",
            r.Child?.Id,
            r.Address,
            r.Child is { } child ? memory?.OfTree(child.Id) ?? 0 : 0,
            r.IsHealthy ? "healthy" : r.State is RunState.Running ? "unhealthy" : "-",
            r.Restarts,
            r.Message)).Append(own).ToList();
    }
}
