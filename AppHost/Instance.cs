using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Aspire.Hosting.Publishing;
using Wir.AppHost.Servers;

namespace Wir.AppHost;

/// <summary>
/// One instance of the platform: a directory with its data, its logs, and <c>instance.json</c> (mode 600) with the ports,
/// passwords and settings that were chosen for it once.
/// </summary>
internal sealed class Instance
{
    /// <summary>Every process of a running instance has the instance's directory in this environment variable.</summary>
    public const string Variable = "WIR_INSTANCE";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly State _state;

    private Instance(string directory, State state) => (Directory, _state) = (directory, state);

    public string Directory { get; }

    public static Instance Open(string directory)
    {
        System.IO.Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "instance.json");
        var state = File.Exists(path) ? JsonSerializer.Deserialize<State>(File.ReadAllText(path), s_json) : null;
        return new Instance(Path.GetFullPath(directory), state ?? new State([], [], []));
    }

    /// <summary>A path in the instance's directory.</summary>
    public string PathOf(params string[] parts) => Path.Combine([Directory, .. parts]);

    /// <summary>The port for a purpose. Chosen when first asked for, and again when somebody else has taken it.</summary>
    public int Port(string purpose) => Get(_state.Ports, purpose, () => Ports.Choose(_state.Ports.Values));

    public string Password(string name) => Get(_state.Passwords, name, () =>
        // Letters and digits only: it is part of URLs, connection strings and configuration files.
        RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24));

    /// <summary>What was asked for, or what the instance had the last time, or the default.</summary>
    public string Setting(string name, string? asked, string @default)
    {
        if (asked is not null && asked != _state.Settings.GetValueOrDefault(name))
        {
            _state.Settings[name] = asked;
            Save();
        }

        return _state.Settings.GetValueOrDefault(name, @default);
    }

    /// <summary>
    /// Where the cluster is: in the instance's directory, unless PostgreSQL's user may not pass through to it (root's own clone
    /// below /root, which nobody else may enter).
    /// </summary>
    public string PostgresDirectory(string name)
    {
        var kept = Setting($"{name}.directory", null, PathOf(name));
        if (kept != PathOf(name) || !Environment.IsPrivilegedProcess) return kept;
        using var test = Process.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "test", "-x", Directory]);
        test.WaitForExit();
        if (test.ExitCode == 0) return kept;
        var elsewhere = $"/var/lib/wir/{Guid.CreateVersion7():n}";
        System.IO.Directory.CreateDirectory(elsewhere);
        Console.WriteLine($"The system user postgres may not enter {Directory}; the databases are in {elsewhere}");
        return Setting($"{name}.directory", $"{elsewhere}/{name}", kept);
    }

    /// <summary>
    /// Makes this process the only host of the instance until the result is disposed. What a killed host left behind is
    /// waited for: the orchestrator ends it within seconds.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another host runs, or what is left does not end.</exception>
    public async Task<IDisposable> ClaimAsync()
    {
        FileStream host;
        try
        {
            // The kernel's lock goes with the process, however that ends.
            host = new FileStream(PathOf("apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"An instance already runs in {Directory}.", e);
        }

        for (var deadline = DateTime.UtcNow.AddSeconds(35); Leftovers().ToList() is { Count: > 0 } left;)
        {
            await Task.Delay(200);
            if (DateTime.UtcNow < deadline) continue;
            host.Dispose();
            throw new InvalidOperationException($"Processes of an earlier run still use {Directory}: {string.Join(", ", left)}. End them first.");
        }

        foreach (var (purpose, _) in _state.Ports.Where(p => !Ports.IsFree(p.Value)).ToList()) _state.Ports.Remove(purpose);
        Environment.SetEnvironmentVariable(Variable, Directory);
        File.WriteAllText(PathOf("apphost.pid"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return host;
    }

    /// <summary>The instance's processes, this one left out.</summary>
    public IEnumerable<int> Leftovers() => Processes.Ids().Where(id => id != Environment.ProcessId
        && $"\0{Processes.Read(id, "environ")}".Contains($"\0{Variable}={Directory}\0", StringComparison.Ordinal));

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
        // Replaced in one step: a crash leaves the old file or the new one.
        var (path, next) = (PathOf("instance.json"), PathOf("instance.json.new"));
        using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            JsonSerializer.Serialize(stream, _state, s_json);
        }

        File.Move(next, path, overwrite: true);
    }

    private sealed record State(
        Dictionary<string, int> Ports, Dictionary<string, string> Passwords, Dictionary<string, string> Settings);
}

/// <summary>The default of a parameter: a password of the instance; in a manifest, one that the deployment generates.</summary>
internal sealed class KeptPassword(Instance instance, string name) : ParameterDefault
{
    public override string GetDefaultValue() => instance.Password(name);

    public override void WriteToManifest(ManifestPublishingContext context) =>
        new GenerateParameterDefault { MinLength = 24, Special = false }.WriteToManifest(context);
}
