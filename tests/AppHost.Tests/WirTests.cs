using System.Diagnostics;
using Wir.AppHost.Local;
using Wir.TestKit;
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

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] arguments, Dictionary<string, string>? environment = null)
    {
        var wir = Path.Combine(Path.GetDirectoryName(DistributedApplication.CreateBuilder([]).AppHostDirectory)!, "wir");
        var info = new ProcessStartInfo("/usr/bin/bash", [wir, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
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
