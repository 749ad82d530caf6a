using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.Messaging.Outbox;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>From the change to the claimed row; no relay runs.</summary>
[Lane(Lane.Functional)]
public sealed class OutboxTests(Toys toys) : IClassFixture<Toys>
{
    [Fact]
    public async Task What_is_rolled_back_leaves_no_event()
    {
        await using var toy = toys.BuildToy();
        var thing = Guid.CreateVersion7();
        await using (var scope = toy.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Emit(new ThingNoted { ThingId = thing });
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        await Toys.ChangeAsync(toy, thing, "committed");

        Assert.Equal("1", await SequencesAsync(thing));
    }

    [Fact]
    public async Task A_save_that_fails_and_is_repeated_emits_once()
    {
        await using var toy = toys.BuildToy();
        var thing = Guid.CreateVersion7();
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        db.Things.Add(new Thing { Id = thing, Version = 1, Text = "a\0b" }); // PostgreSQL takes no NUL
        db.Emit(new ThingNoted { ThingId = thing });

        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
        db.ChangeTracker.Entries<Thing>().Single().Entity.Text = "ab";
        await db.SaveChangesAsync();
        await db.SaveChangesAsync();

        Assert.Equal("1", await SequencesAsync(thing));
    }

    [Fact]
    public async Task Only_an_asynchronous_save_writes_events()
    {
        await using var toy = toys.BuildToy();
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        db.Emit(new ThingNoted { ThingId = Guid.CreateVersion7() });

        Assert.Throws<NotSupportedException>(() => db.SaveChanges());
    }

    [Fact]
    public async Task Writers_side_by_side_get_dense_numbers_in_the_order_of_their_commits()
    {
        await using var toy = toys.BuildToy();
        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "0");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var change = 0; change < 10;)
            {
                try
                {
                    await Toys.ChangeAsync(toy, thing, $"{writer}-{change}", note: true);
                    change++;
                }
                catch (DbUpdateConcurrencyException)
                {
                    // Somebody else was faster.
                }
            }
        }));

        Assert.Equal(161, await Toys.ScalarAsync<long>(toys.ToySource, $"select max(sequence) from toy.outbox_message where aggregate_id = '{thing}'"));
        Assert.Equal(161, await Toys.ScalarAsync<long>(toys.ToySource, $"select count(*) from toy.outbox_message where aggregate_id = '{thing}'"));
        Assert.Equal(0, await Toys.ScalarAsync<long>(toys.ToySource, $"""
            select count(*) from (
                select sequence, row_number() over (order by (payload->>'version')::int) as by_version from toy.outbox_message
                where aggregate_id = '{thing}' and type like '%thing-changed%') t
            where sequence <> greatest(1, 2 * by_version - 2)
            """));
    }

    [Fact]
    public async Task Transactions_that_emit_for_the_same_two_things_crosswise_do_not_block_each_other_for_good()
    {
        await using var toy = toys.BuildToy();
        Guid[] things = [Guid.CreateVersion7(), Guid.CreateVersion7()];

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async writer =>
        {
            await using var scope = toy.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
            db.Emit(new ThingNoted { ThingId = things[writer % 2] });
            db.Emit(new ThingNoted { ThingId = things[1 - (writer % 2)] });
            await db.SaveChangesAsync();
        }));

        foreach (var thing in things) Assert.Equal(string.Join(',', Enumerable.Range(1, 20)), await SequencesAsync(thing));
    }

    [Fact]
    public async Task The_trace_of_the_request_stands_on_the_row()
    {
        await using var toy = toys.BuildToy();
        var thing = Guid.CreateVersion7();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await Toys.ChangeAsync(toy, thing, "traced");

        var trace = await Toys.ScalarAsync<string>(toys.ToySource, $"select trace_parent from toy.outbox_message where aggregate_id = '{thing}'");
        Assert.Contains(activity.TraceId.ToHexString(), trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_no_broker_would_take_is_refused_at_once()
    {
        await using var toy = toys.BuildToy();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Toys.ChangeAsync(toy, Guid.CreateVersion7(), new string('x', OutboxWriter.MaxPayload)));

        Assert.Contains("ThingChanged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_relays_never_hold_rows_of_the_same_thing()
    {
        await using var toy = toys.BuildToy();
        await Toys.ExecuteAsync(toys.ToySource, "delete from toy.outbox_message");
        var things = Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).ToArray();
        for (var change = 0; change < 3; change++)
        {
            foreach (var thing in things) await Toys.ChangeAsync(toy, thing, $"{change}");
        }

        var store = new OutboxStore("toy");
        await using var first = await toys.ToySource.OpenConnectionAsync();
        await using var firstTransaction = await first.BeginTransactionAsync();
        await using var second = await toys.ToySource.OpenConnectionAsync();
        await using var secondTransaction = await second.BeginTransactionAsync();
        var mine = await store.ClaimAsync(first, 4, 1, TimeSpan.FromSeconds(30), default);
        var theirs = await store.ClaimAsync(second, 100, 100, TimeSpan.FromSeconds(30), default);

        Assert.Equal(8, mine.Count); // four heads, each with one follower
        Assert.Equal(6, theirs.Count); // two heads, each with two followers
        Assert.Empty(mine.Select(r => r.Envelope.AggregateId).Intersect(theirs.Select(r => r.Envelope.AggregateId)));
        Assert.All(mine.Concat(theirs).GroupBy(r => r.Envelope.AggregateId), rows => Assert.Equal(1, rows.Min(r => r.Envelope.Sequence)));
    }

    [Fact]
    public async Task A_row_that_waits_holds_back_its_thing_and_a_dead_one_does_not()
    {
        await using var toy = toys.BuildToy();
        await Toys.ExecuteAsync(toys.ToySource, "delete from toy.outbox_message");
        var thing = Guid.CreateVersion7();
        for (var change = 0; change < 3; change++) await Toys.ChangeAsync(toy, thing, $"{change}");

        await Toys.ExecuteAsync(toys.ToySource, $"update toy.outbox_message set not_before = now() + interval '1 hour' where aggregate_id = '{thing}' and sequence = 1");
        var whileWaiting = await ClaimAsync();
        await Toys.ExecuteAsync(toys.ToySource, $"update toy.outbox_message set dead_at = now() where aggregate_id = '{thing}' and sequence = 1");
        var whenDead = await ClaimAsync();

        Assert.Empty(whileWaiting);
        Assert.Equal([2L, 3L], whenDead.Select(r => r.Envelope.Sequence));
    }

    [Fact]
    public async Task The_claim_reads_by_index_only_even_by_a_plan_that_was_made_for_an_empty_queue()
    {
        await Toys.ExecuteAsync(toys.ToySource, "delete from toy.outbox_message");
        await Toys.ExecuteAsync(toys.ToySource, "vacuum (analyze) toy.outbox_message");
        await using var connection = await toys.ToySource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new OutboxStore("toy").ClaimAsync(connection, 1, 1, TimeSpan.FromSeconds(30), default); // sets what the claim sets
        await using var command = new NpgsqlCommand("explain " + new OutboxStore("toy").ClaimSql, connection) { Parameters = { new("heads", 200), new("followers", 49) } };
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(0));

        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal) || line.Contains("Sort", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("outbox_message_pkey", StringComparison.Ordinal));
        // Once for the first row of each aggregate, once for its followers.
        Assert.Equal(2, plan.Count(line => line.Contains("Index Cond: ((aggregate_type = ", StringComparison.Ordinal)));
    }

    private async Task<List<OutboxRow>> ClaimAsync()
    {
        await using var connection = await toys.ToySource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        return await new OutboxStore("toy").ClaimAsync(connection, 100, 100, TimeSpan.FromSeconds(30), default);
    }

    private Task<string?> SequencesAsync(Guid thing) => Toys.ScalarAsync<string>(
        toys.ToySource, $"select string_agg(sequence::text, ',' order by sequence) from toy.outbox_message where aggregate_id = '{thing}'");
}
