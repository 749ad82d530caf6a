using System.Diagnostics;
using System.Globalization;

namespace Wir.Bench;

/// <summary>The load generator <c>wrk</c>: it takes little of the two processors that the measured service needs.</summary>
internal static class Wrk
{
    private static readonly Lazy<Task> s_installed = new(InstallAsync);

    /// <summary>Answers per second; every answer has to be a 2xx or a 3xx.</summary>
    public static async Task<double> RunAsync(Uri address, int clients, int seconds, params string[] headers)
    {
        await s_installed.Value;
        var (exitCode, output) = await RunAsync("wrk", [$"-t{Math.Min(clients, 2)}", $"-c{clients}", $"-d{seconds}s", "--timeout", "30s", .. headers.SelectMany(header => new[] { "-H", header }), address.ToString()]);
        if (exitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal)) throw new InvalidOperationException($"{address}: {output}");
        var line = output.Split('\n').First(row => row.StartsWith("Requests/sec:", StringComparison.Ordinal));
        return double.Parse(line.Split(':')[1].Trim(), CultureInfo.InvariantCulture);
    }

    private static async Task InstallAsync()
    {
        if (File.Exists("/usr/bin/wrk")) return;
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("wrk is missing: apt-get install -y --no-install-recommends wrk");
        await RunAsync("apt-get", ["update"]);
        var (exitCode, output) = await RunAsync("apt-get", ["install", "-y", "--no-install-recommends", "wrk"]);
        if (exitCode != 0) throw new InvalidOperationException(output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
