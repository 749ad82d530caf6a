using System.Diagnostics;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>What <c>./wir</c> says when something cannot be done. That it does the rest is what every run of these tests shows.</summary>
[Lane(Lane.Functional)]
public sealed class WirTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-script-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(2, "unknown command: fly", "fly")]
    [InlineData(2, "up does not know: --fast", "up", "--fast")]
    [InlineData(2, "status does not know: gateway", "status", "gateway")]
    [InlineData(2, "--port needs a number", "up", "--port", "eighty")]
    [InlineData(2, "--port needs a number", "up", "--port", "65536")]
    [InlineData(2, "--data needs a directory", "up", "--data")]
    [InlineData(2, "unknown lane: integration", "test", "integration")]
    [InlineData(2, "restart needs the name", "restart")]
    [InlineData(2, "no benchmark named flying", "bench", "flying")]
    [InlineData(0, "Usage: ./wir COMMAND", "help")]
    public async Task A_wrong_command_line_is_explained(int code, string text, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);

        Assert.Equal(code, exitCode);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "No instance runs", "status")]
    [InlineData(0, "No instance runs", "down")]
    [InlineData(1, "No instance runs", "restart", "gateway")]
    [InlineData(1, "no healthy instance runs", "demo")]
    [InlineData(1, "keys.json", "keys")]
    [InlineData(1, "logs needs one of", "logs", "gateway")]
    public async Task Where_nothing_runs_that_is_said(int code, string text, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync([.. arguments, "--data", _directory]);

        Assert.Equal(code, exitCode);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_before_anything_is_built()
    {
        using var somebody = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        somebody.Start();
        var port = ((System.Net.IPEndPoint)somebody.LocalEndpoint).Port;

        var (exitCode, output) = await RunAsync(["up", "--detach", "--port", $"{port}", "--data", _directory]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"port {port} on 127.0.0.1 is taken", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Building", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_the_sdk_is_told_what_to_install()
    {
        // A path with the few programs that the script itself needs.
        foreach (var program in new[] { "bash", "dirname", "readlink", "cat", "realpath" })
        {
            File.CreateSymbolicLink(Path.Combine(_directory, program), $"/usr/bin/{program}");
        }

        var (exitCode, output) = await RunAsync(["up", "--data", _directory], new() { ["PATH"] = _directory, ["HOME"] = _directory, ["DOTNET_PLACES"] = _directory });

        Assert.Equal(1, exitCode);
        Assert.Contains("the .NET SDK is missing", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_told_before_anything_is_started()
    {
        // A real small disk, in a mount namespace of its own, which every user may have.
        var wir = WirScript;
        var (exitCode, output) = await ExecuteAsync(
            "unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size=16m tmpfs '{_directory}' && exec bash '{wir}' up --detach --no-build --port {FreePort()} --data '{_directory}/instance'"]);
        Assert.SkipWhen(output.Contains("unshare failed", StringComparison.Ordinal), "This machine does not let users have namespaces.");

        Assert.Equal(1, exitCode);
        Assert.Matches("the disk is nearly full: [0-9]+ MiB are free for .*, 1000 MiB are needed", output);
        Assert.DoesNotContain("Starting", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_not_install_is_told_what_somebody_else_has_to_run()
    {
        // All programs of the machine but two: the browser, and the way to other users' rights.
        foreach (var program in Directory.EnumerateFileSystemEntries("/usr/bin").Where(p => Path.GetFileName(p) is not ("chromium" or "sudo")))
        {
            File.CreateSymbolicLink(Path.Combine(_directory, Path.GetFileName(program)), program);
        }

        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var up = new[] { WirScript, "up", "--detach", "--no-build", "--port", $"{FreePort()}", "--data", Path.Combine(_directory, "instance") };
        string[] command = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "bash", .. up] : ["bash", .. up];
        var (exitCode, output) = await ExecuteAsync(
            command[0], command[1..], new() { ["PATH"] = $"{_directory}:{Path.GetDirectoryName(Environment.ProcessPath)}", ["HOME"] = _directory, ["DOTNET_CLI_HOME"] = "/tmp" });
        Assert.SkipWhen(output.Contains("Permission denied", StringComparison.Ordinal), "The clone lies where others may not look.");

        Assert.Equal(1, exitCode);
        Assert.Contains("missing: chromium. You have no right to install packages", output, StringComparison.Ordinal);
        Assert.Contains("apt-get install -y --no-install-recommends chromium", output, StringComparison.Ordinal);
    }

    private static string WirScript => Repository.PathOf("wir");

    private static int FreePort() => Ports.Choose();

    private static Task<(int ExitCode, string Output)> RunAsync(string[] arguments, Dictionary<string, string>? environment = null) =>
        ExecuteAsync("/usr/bin/bash", [WirScript, .. arguments], environment);

    private static async Task<(int ExitCode, string Output)> ExecuteAsync(string program, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? [])
        {
            info.Environment[name] = value;
        }

        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
