using System.Net.Http.Json;
using System.Net.Sockets;
using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>The engine with real processes, but without the servers, which <see cref="CrashTests"/> has.</summary>
[Lane(Lane.Functional)]
public sealed class EngineTests : IAsyncDisposable
{
    private static readonly HttpClient s_http = new();

    private readonly TestInstance _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task Services_start_after_migrations_and_stop_after_their_dependants()
    {
        var migration = _test.AddMigration("migration");
        var inner = _test.AddService("inner").WaitForCompletion(migration);
        _test.AddService("outer").WaitFor(inner);

        _test.Start();
        await _test.BecomesAsync("outer", "Running");

        Assert.Equal("Completed", (await _test.StatusAsync("migration"))!.State);
        Assert.Equal("Running", (await _test.StatusAsync("inner"))!.State);
        Assert.True(TimeOf("migrated", "migration") < TimeOf("started", "inner"));
        Assert.True(TimeOf("started", "inner") < TimeOf("started", "outer"));
        Assert.Equal(0, await _test.StopAsync());
        Assert.True(TimeOf("stopped in order", "outer") < TimeOf("stopped in order", "inner"));
    }

    [Fact]
    public async Task What_waits_for_a_start_alone_does_not_wait_for_health_but_stops_first()
    {
        var inner = _test.AddService("inner").WithEnvironment("Sample__Healthy", "false");
        _test.AddService("outer").WaitForStart(inner);

        _test.Start();
        await _test.BecomesAsync("outer", "Running");

        Assert.Equal("Starting", (await _test.StatusAsync("inner"))!.State);
        Assert.Equal(0, await _test.StopAsync());
        Assert.True(TimeOf("stopped in order", "outer") < TimeOf("stopped in order", "inner"));
    }

    [Fact]
    public async Task A_migration_that_fails_keeps_its_dependants_from_starting()
    {
        var migration = _test.AddMigration("migration").WithEnvironment("Sample__ExitCode", "7");
        var inner = _test.AddService("inner").WaitForCompletion(migration);
        _test.AddService("outer").WaitFor(inner);

        _test.Start();
        var outer = await _test.BecomesAsync("outer", "Failed");

        Assert.Equal("inner failed", outer.Message);
        Assert.Equal("migration failed", (await _test.StatusAsync("inner"))!.Message);
        Assert.Equal("ended with exit code 7", (await _test.StatusAsync("migration"))!.Message);
        Assert.Equal(1, await _test.StopAsync());
    }

    [Fact]
    public async Task A_crashed_service_comes_back_at_its_address()
    {
        _test.AddService("service");
        _test.Start();
        var before = await _test.BecomesAsync("service", "Running");

        ChildProcess.Kill(before.Pid!.Value, Signal.Kill);

        await Eventually.TrueAsync(async () => (await _test.StatusAsync("service"))!.Restarts == 1, "the crash is noticed");
        var after = await _test.BecomesAsync("service", "Running");
        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal(before.Address, after.Address);
    }

    [Fact]
    public void Pauses_between_restarts_double_up_to_half_a_minute() => Assert.Equal(
        [1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 7).Select(failures => ResourceRun.Pause(failures).TotalSeconds));

    [Fact]
    public async Task A_service_that_never_becomes_healthy_is_given_up_after_three_attempts()
    {
        _test.AddService("service").WithArgs("migrate");
        _test.AddService("outer").WaitFor(_test.AddService("inner").WithArgs("migrate"));

        _test.Start();

        Assert.Contains("did not become healthy in 3 attempts", (await _test.BecomesAsync("service", "Failed")).Message, StringComparison.Ordinal);
        Assert.Equal("inner failed", (await _test.BecomesAsync("outer", "Failed")).Message);
    }

    [Fact]
    public async Task A_service_that_runs_and_does_not_become_healthy_in_time_is_stopped_and_tried_again()
    {
        _test.AddService("service").WithEnvironment("Sample__Healthy", "false").Resource.StartDeadline = TimeSpan.FromSeconds(2);

        _test.Start();

        var given = await _test.BecomesAsync("service", "Failed");
        Assert.Contains("did not become healthy in 3 attempts", given.Message, StringComparison.Ordinal);
        Assert.Null(given.Pid);
    }

    [Fact]
    public async Task Replicas_run_side_by_side_and_one_of_them_is_restarted_alone()
    {
        _test.AddService("service").WithReplicas(2);
        _test.Start();
        var first = await _test.BecomesAsync("service.0", "Running");
        var second = await _test.BecomesAsync("service.1", "Running");

        Assert.Equal("ok", await _test.AskAsync("restart service.1"));

        var again = await _test.BecomesAsync("service.1", "Running");
        Assert.NotEqual(first.Address, second.Address);
        Assert.Equal(second.Address, again.Address);
        Assert.NotEqual(second.Pid, again.Pid);
        Assert.Equal(first.Pid, (await _test.StatusAsync("service.0"))!.Pid);
    }

    [Fact]
    public async Task What_a_crash_left_in_the_directory_is_recognised_and_nobody_elses_process_is_touched()
    {
        // A process of somebody else that has a number from the old run, and a socket and a lock that nobody holds.
        using var somebody = System.Diagnostics.Process.Start("sleep", "60");
        var stale = new RunFile.Entry("service", somebody.Id, ChildProcess.StartTicks(somebody.Id)!.Value - 1);
        await File.WriteAllTextAsync(
            Path.Combine(_test.Directory, "run.json"), System.Text.Json.JsonSerializer.Serialize(new[] { stale }, System.Text.Json.JsonSerializerOptions.Web));
        await File.WriteAllTextAsync(Instance.ControlSocket(_test.Directory), "");
        await File.WriteAllTextAsync(Path.Combine(_test.Directory, "apphost.lock"), "");
        _test.AddService("service");

        _test.Start();
        await _test.BecomesAsync("service", "Running");

        Assert.False(somebody.HasExited);
        somebody.Kill();
    }

    [Fact]
    public async Task One_resource_is_restarted_alone_and_the_others_run_on()
    {
        _test.AddService("first");
        _test.AddService("second");
        _test.Start();
        var first = await _test.BecomesAsync("first", "Running");
        var second = await _test.BecomesAsync("second", "Running");

        Assert.Equal("ok", await _test.AskAsync("restart first"));

        var again = await _test.BecomesAsync("first", "Running");
        Assert.NotEqual(first.Pid, again.Pid);
        Assert.Equal(second.Pid, (await _test.StatusAsync("second"))!.Pid);
        Assert.Contains("stopped in order", await File.ReadAllTextAsync(_test.Log("first")), StringComparison.Ordinal);
        Assert.StartsWith("unknown", await _test.AskAsync("restart nobody"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unhealthy_service_is_shown_as_such_and_left_running()
    {
        _test.AddService("service");
        _test.Start();
        var before = await _test.BecomesAsync("service", "Running");

        using var told = await s_http.PostAsync(new Uri($"{before.Address}/health?value=false"), null);

        await Eventually.TrueAsync(async () => (await _test.StatusAsync("service"))!.Health == "unhealthy", "the health check sees it");
        Assert.Equal(before.Pid, (await _test.StatusAsync("service"))!.Pid);
    }

    [Fact]
    public async Task The_child_really_has_the_variables_and_the_status_its_memory()
    {
        _test.AddService("service").WithReference(_test.AddService("other"));
        _test.Start();
        var status = await _test.BecomesAsync("service", "Running");

        var variables = await s_http.GetFromJsonAsync<Dictionary<string, string>>($"{status.Address}/environment");

        Assert.Equal((await _test.StatusAsync("other"))!.Address, variables!["services__other__http__0"]);
        Assert.Equal("service", variables["OTEL_SERVICE_NAME"]);
        Assert.InRange(status.Memory, 5_000_000, 500_000_000);
    }

    [Fact]
    public async Task A_second_host_of_the_same_instance_is_refused_and_of_another_welcome()
    {
        await using var another = new TestInstance();
        _test.AddService("service");
        another.AddService("service");
        _test.Start();
        another.Start();
        var first = await _test.BecomesAsync("service", "Running");
        var second = await another.BecomesAsync("service", "Running");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Engine.RunAsync(_test.Open(), _test.Builder.Resources));

        Assert.Contains("runs already", refusal.Message, StringComparison.Ordinal);
        Assert.NotEqual(first.Address, second.Address);
        Assert.Equal(first.Pid, (await _test.StatusAsync("service"))!.Pid);
    }

    [Fact]
    public async Task A_private_port_that_somebody_took_is_chosen_anew()
    {
        var project = _test.AddService("service").Resource;
        var port = _test.Open().Port(project.Name);
        using var somebody = new TcpListener(System.Net.IPAddress.Loopback, port);
        somebody.Start();

        _test.Start();

        Assert.NotEqual($"http://127.0.0.1:{port}", (await _test.BecomesAsync("service", "Running")).Address);
    }

    [Fact]
    public async Task A_public_port_that_somebody_took_is_told()
    {
        using var somebody = new TcpListener(System.Net.IPAddress.Loopback, 0);
        somebody.Start();
        var port = ((System.Net.IPEndPoint)somebody.LocalEndpoint).Port;
        _test.Builder.AddProject("service", TestInstance.Project).WithHttpEndpoint(port).WithHttpHealthCheck("/health/ready");

        _test.Start();

        Assert.Contains($"Port {port} on 127.0.0.1 is taken", (await _test.BecomesAsync("service", "Failed")).Message, StringComparison.Ordinal);
    }

    /// <summary>The sample writes: stopped in order at 2026-11-22T12:00:00.0000000Z</summary>
    private DateTime TimeOf(string what, string name) => DateTime.Parse(
        File.ReadLines(_test.Log(name)).Single(l => l.StartsWith($"{what} at ", StringComparison.Ordinal))[$"{what} at ".Length..],
        System.Globalization.CultureInfo.InvariantCulture);
}
