using System.Net;
using System.Net.Sockets;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>What an instance keeps in its directory.</summary>
[Lane(Lane.Functional)]
public sealed class InstanceTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // As version 0.1.0 wrote it.
    private const string Earlier = """
        {
          "ports": { "postgres": 21001, "rabbitmq": 21002, "registry.internal": 21003 },
          "passwords": { "postgres": "abcdefghijkmnpqrstuvwxyz", "registrypassword": "ABCDEFGHJKLMNPQRSTUVWXYZ" },
          "settings": { "port": "8123", "postgres.directory": "/var/lib/wir/1/postgres" }
        }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("wir-instance-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Ports_and_passwords_are_chosen_once_and_only_their_owner_may_read_them()
    {
        var first = Instance.Open(_directory);
        var (port, password) = (first.Port("postgres"), first.Password("postgres"));

        var second = Instance.Open(_directory);

        Assert.Equal((port, password), (second.Port("postgres"), second.Password("postgres")));
        Assert.NotEqual(port, second.Port("rabbitmq"));
        Assert.Matches("^[A-Za-z0-9]{24}$", password);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(_directory, "instance.json")));
    }

    [Fact]
    public void No_port_is_given_for_two_purposes()
    {
        var instance = Instance.Open(_directory);

        var ports = Enumerable.Range(0, 400).Select(n => instance.Port($"purpose{n}")).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Fact]
    public void A_setting_is_remembered_until_another_one_is_asked_for()
    {
        Assert.Equal("8080", Instance.Open(_directory).Setting("port", null, "8080"));
        Assert.Equal("8123", Instance.Open(_directory).Setting("port", "8123", "8080"));
        Assert.Equal("8123", Instance.Open(_directory).Setting("port", null, "8080"));
    }

    [Fact]
    public void What_an_earlier_version_kept_is_kept()
    {
        File.WriteAllText(Path.Combine(_directory, "instance.json"), Earlier);

        var instance = Instance.Open(_directory);

        Assert.Equal(21001, instance.Port("postgres"));
        Assert.Equal("ABCDEFGHJKLMNPQRSTUVWXYZ", instance.Password("registrypassword"));
        Assert.Equal("8123", instance.Setting("port", null, "8080"));
        Assert.Equal("/var/lib/wir/1/postgres", instance.PostgresDirectory("postgres"));
    }

    [Fact]
    public async Task A_directory_has_one_host_at_a_time()
    {
        using (await Instance.Open(_directory).ClaimAsync())
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Instance.Open(_directory).ClaimAsync());
            Assert.Equal($"An instance already runs in {_directory}.", refusal.Message);
        }

        using var next = await Instance.Open(_directory).ClaimAsync();
    }

    [Fact]
    public async Task A_port_that_somebody_else_has_taken_is_chosen_again()
    {
        var port = Instance.Open(_directory).Port("monitor");
        using var somebody = new TcpListener(IPAddress.Loopback, port);
        somebody.Start();

        using var claim = await Claim(out var instance);

        Assert.NotEqual(port, instance.Port("monitor"));
    }

    [Fact]
    public async Task A_start_waits_for_what_a_killed_host_left_behind()
    {
        using var left = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sleep", ["2"])
        {
            Environment = { [Instance.Variable] = _directory },
        })!;

        using var claim = await Claim(out _);

        Assert.True(left.HasExited);
    }

    private Task<IDisposable> Claim(out Instance instance) => (instance = Instance.Open(_directory)).ClaimAsync();
}
