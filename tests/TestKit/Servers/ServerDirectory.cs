namespace Wir.TestKit.Servers;

/// <summary>Temporary directories for private servers.</summary>
public static class ServerDirectory
{
    /// <summary>
    /// A new one that the user <c>postgres</c> may pass through, as whom PostgreSQL runs when the tests run as root.
    /// </summary>
    public static string Create(string prefix)
    {
        var directory = Directory.CreateTempSubdirectory(prefix).FullName;
        if (Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherExecute);
        }

        return directory;
    }

    /// <summary>How a cluster that does not run was left: <c>shut down</c>, or something that needs recovery.</summary>
    /// <param name="data">The cluster's data directory.</param>
    public static async Task<string> ClusterStateAsync(string data)
    {
        var version = (await File.ReadAllTextAsync(Path.Combine(data, "PG_VERSION"))).Trim();
        var control = new ProcessSpec($"/usr/lib/postgresql/{version}/bin/pg_controldata", data)
        {
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
        };
        var output = await ChildProcess.RunAsync(control, CancellationToken.None);
        return output.Split('\n')
            .Single(l => l.StartsWith("Database cluster state:", StringComparison.Ordinal)).Split(':')[1].Trim();
    }
}
