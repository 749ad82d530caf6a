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
    public int Port(string purpose) => Get(_state.Ports, purpose, Ports.Choose);

    public string Password(string name) => Get(_state.Passwords, name, NewPassword);

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
            if (DateTime.UtcNow > deadline)
            {
                host.Dispose();
                throw new InvalidOperationException(
                    $"Processes of an earlier run still use {Directory}: {string.Join(", ", left)}. End them first.");
            }

            await Task.Delay(200);
        }

        foreach (var (purpose, _) in _state.Ports.Where(p => !Ports.IsFree(p.Value)).ToList())
        {
            _state.Ports.Remove(purpose);
        }

        Environment.SetEnvironmentVariable(Variable, Directory);
        File.WriteAllText(PathOf("apphost.pid"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return host;
    }

    /// <summary>The instance's processes, this one left out.</summary>
    public IEnumerable<int> Leftovers() => ProcessesOf(Directory).Where(id => id != Environment.ProcessId);

    public static IEnumerable<int> ProcessesOf(string directory)
    {
        var wanted = $"\0{Variable}={directory}\0";
        foreach (var path in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id)) continue;
            string variables;
            try
            {
                variables = $"\0{File.ReadAllText($"{path}/environ")}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (variables.Contains(wanted, StringComparison.Ordinal)) yield return id;
        }
    }

    /// <summary>Letters and digits only: it is part of URLs, connection strings and configuration files.</summary>
    private static string NewPassword() =>
        RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24);

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
        using (var stream = new FileStream(PathOf("instance.json.new"), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, _state, s_json);
        }

        File.Move(PathOf("instance.json.new"), PathOf("instance.json"), overwrite: true);
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
