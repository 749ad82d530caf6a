using System.Diagnostics;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wir.Messaging.Outbox;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>Storage is bounded: a million rows go through the outbox.</summary>
internal sealed class OutboxMillionBenchmark : IBenchmark
{
    private const int Each = 10;
    private static readonly int s_things = Report.Size(100_000);

    public string Name => "outbox-million";

    public string Description => FormattableString.Invariant($"{s_things * Each:N0} events ({s_things:N0} things with {Each} each) go through the outbox with one relay; the claim's plan, and sizes of tables and indexes, before, at the most, and after.");

    public async Task RunAsync(Report report)
    {
        await using var stage = await Stage.CreateAsync();
        report.Say($"| | pending rows | outbox table | its indexes | event log | claim of 200 things |");
        report.Say($"|---|---|---|---|---|---|");
        await SizesAsync(report, stage, "empty");
        await stage.FillAsync(s_things, Each);
        await Stage.ExecuteAsync(stage.Toy, "analyze toy.outbox_message");
        await SizesAsync(report, stage, "full");
        var plan = await PlanAsync(stage);

        await using var sink = await SinkAsync(stage);
        stage.Launch("toy");
        var clock = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => await stage.LoggedAsync() >= s_things * Each / 2, "half is sent", TimeSpan.FromMinutes(60));
        await SizesAsync(report, stage, "half sent");
        await Eventually.TrueAsync(async () => !await stage.IsPendingAsync(), "all is sent", TimeSpan.FromMinutes(60));
        var seconds = clock.Elapsed.TotalSeconds;
        await SizesAsync(report, stage, "all sent");
        await Eventually.TrueAsync(
            async () => await Stage.ScalarAsync<long>(stage.Toy, "select n_dead_tup from pg_stat_user_tables where schemaname = 'toy' and relname = 'outbox_message'") < 50_000,
            "autovacuum has caught up", TimeSpan.FromMinutes(5));
        await SizesAsync(report, stage, "after autovacuum");
        report.Say($"");
        report.Say($"Sent in {seconds:0} s, {s_things * Each / seconds:0} events/s. Plan of the claim with {s_things * Each:N0} rows pending:");
        report.Say($"");
        report.Say($"```");
        foreach (var line in plan) report.Say($"{line}");
        report.Say($"```");
        if (plan.Any(line => line.Contains("Seq Scan", StringComparison.Ordinal))) throw new InvalidOperationException("The claim scans the whole table.");
    }

    private static async Task SizesAsync(Report report, Stage stage, string when)
    {
        var sizes = await Stage.ScalarAsync<string>(stage.Toy, """
            select (select count(*) from toy.outbox_message) || ' | ' || pg_size_pretty(pg_table_size('toy.outbox_message')) || ' | '
                || pg_size_pretty(pg_indexes_size('toy.outbox_message')) || ' | '
                || (select pg_size_pretty(sum(pg_total_relation_size(inhrelid))) from pg_inherits where inhparent = 'toy.event_log'::regclass)
            """);
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await stage.Toy.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var clock = Stopwatch.StartNew();
            await new OutboxStore("toy").ClaimAsync(connection, 200, 49, TimeSpan.FromMinutes(1), default);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        report.Say($"| {when} | {sizes} | {Report.Median(times):0.0} ms |");
    }

    private static async Task<List<string>> PlanAsync(Stage stage)
    {
        await using var connection = await stage.Toy.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var store = new OutboxStore("toy");
        await store.ClaimAsync(connection, 1, 1, TimeSpan.FromMinutes(1), default); // sets what the claim sets
        await using var command = new NpgsqlCommand("explain (analyze, buffers, costs off, timing off, summary off) " + store.ClaimSql, connection)
        {
            Parameters = { new("heads", 200), new("followers", 49) },
        };
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(0));
        return plan;
    }

    /// <summary>Takes and forgets, so that a million messages do not fill the broker: this is about the outbox.</summary>
    private static async Task<IConnection> SinkAsync(Stage stage)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(stage.Broker), RequestedHeartbeat = TimeSpan.FromMinutes(5) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(channel);
        await channel.BasicConsumeAsync("copy.things", autoAck: true, consumer);
        return connection;
    }
}
