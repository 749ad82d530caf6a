using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Wir.AppHost.Local;

/// <summary>
/// One instance of the platform: a directory with its data, its log files, and <c>instance.json</c> with the ports and
/// passwords that were chosen for it once.
/// </summary>
internal sealed class Instance
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly State _state;

    private Instance(string directory, State state) => (Directory, _state) = (directory, state);

    public string Directory { get; }

    /// <summary>The socket at which the running host takes orders; elsewhere when its path would be too long for a socket.</summary>
    public static string ControlSocket(string directory)
    {
        var path = Path.Combine(directory, "control.sock");
        return path.Length <= 100 ? path : $"/tmp/wir-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(path)))[..24]}.sock";
    }

    public static string LogPath(string directory, string name) => Path.Combine(directory, "log", name + ".log");

    public static string? Remembered(string directory, string setting) => Read(directory)?.Settings.GetValueOrDefault(setting);

    public static Instance Open(string directory, IConfiguration configuration)
    {
        System.IO.Directory.CreateDirectory(directory);
        var instance = new Instance(directory, Read(directory) ?? new State([], [], []));
        if (configuration["port"] is { } port)
        {
            instance._state.Settings["port"] = port;
        }

        return instance;
    }

    /// <summary>The port for a purpose, chosen when first asked for.</summary>
    public int Port(string purpose) => Get(_state.Ports, purpose, Ports.Choose);

    public string Password(string name) => Get(_state.Passwords, name, Passwords.Create);

    /// <summary>
    /// Where the cluster lies: in the instance's directory, unless PostgreSQL's user may not pass through to it
    /// (root's own clone lies below /root, which nobody else may enter).
    /// </summary>
    public string PostgresDirectory(string name) => _state.Settings.GetValueOrDefault(name + ".directory") ?? Path.Combine(Directory, name);

    /// <summary>Settles what depends on the machine's state; called once per start, by the only host of the instance.</summary>
    public async Task PrepareAsync(IEnumerable<IResource> resources, CancellationToken cancellation)
    {
        // A port that somebody else took meanwhile is chosen anew; nothing outside the instance knows it.
        foreach (var (purpose, port) in _state.Ports.ToArray())
        {
            if (!Ports.IsFree(port))
            {
                _state.Ports.Remove(purpose);
            }
        }

        foreach (var server in resources.OfType<PostgresServerResource>())
        {
            if (!_state.Settings.ContainsKey(server.Name + ".directory") && !await PostgresServer.CanEnterAsync(Directory, cancellation))
            {
                var elsewhere = $"/var/lib/wir/{Guid.CreateVersion7():n}/{server.Name}";
                System.IO.Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
                _state.Settings[server.Name + ".directory"] = elsewhere;
                Console.WriteLine($"The system user postgres may not enter {Directory}; the databases lie in {elsewhere}");
            }
        }

        Save();
    }

    private T Get<T>(Dictionary<string, T> values, string name, Func<T> create)
    {
        lock (_state)
        {
            if (!values.TryGetValue(name, out var value))
            {
                values[name] = value = create();
                Save();
            }

            return value;
        }
    }

    private void Save()
    {
        // Replaced in one step, and readable by its owner only: it holds passwords.
        var path = Path.Combine(Directory, "instance.json");
        using (var stream = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, _state, s_json);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    private static State? Read(string directory)
    {
        var path = Path.Combine(directory, "instance.json");
        return File.Exists(path) ? JsonSerializer.Deserialize<State>(File.ReadAllText(path), s_json) : null;
    }

    private sealed record State(Dictionary<string, int> Ports, Dictionary<string, string> Passwords, Dictionary<string, string> Settings);
}
