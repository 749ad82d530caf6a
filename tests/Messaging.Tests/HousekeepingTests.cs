using Microsoft.Extensions.DependencyInjection;
using Wir.Messaging.Storage;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class HousekeepingTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task The_inbox_forgets_after_seven_days()
    {
        await Toys.ExecuteAsync(_toys.CopySource, """
            insert into copy.inbox_message select 'copy.things', gen_random_uuid(), now() - interval '8 days' from generate_series(1, 12000);
            insert into copy.inbox_message select 'copy.things', gen_random_uuid(), now() - interval '6 days' from generate_series(1, 10);
            """);

        await RunAsync();

        Assert.Equal(10, await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.inbox_message"));
    }

    [Fact]
    public async Task Partitions_are_made_ahead_and_dropped_after_thirteen_months()
    {
        var now = DateTimeOffset.UtcNow;
        await Partitions.EnsureAsync(_toys.CopySource, "copy", now.AddMonths(-20), default);
        await Partitions.EnsureAsync(_toys.CopySource, "copy", now.AddMonths(-13), default);

        await RunAsync();

        var months = await Toys.ScalarAsync<string>(_toys.CopySource, """
            select string_agg(right(relname, 6), ',' order by relname) from pg_class join pg_inherits on oid = inhrelid
            where inhparent = 'copy.event_log'::regclass and relname <> 'event_log_default'
            """);
        var kept = new[] { -13, -12, -11, -10, 0, 1, 2, 3 }.Select(m => new DateOnly(now.Year, now.Month, 1).AddMonths(m).ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(string.Join(',', kept), months);
    }

    [Fact]
    public async Task Rows_that_came_before_their_partition_move_into_it()
    {
        var later = DateTimeOffset.UtcNow.AddMonths(7);
        await Toys.ExecuteAsync(_toys.CopySource, $$"""
            insert into copy.event_log (position, logged_at, id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at, created_at)
            select n, '{{later:O}}', gen_random_uuid(), 'thing', gen_random_uuid(), 1, 'urn', '{}', now(), now() from generate_series(1, 50) n
            """);

        await Partitions.EnsureAsync(_toys.CopySource, "copy", later, default);

        Assert.Equal(50, await Toys.ScalarAsync<long>(_toys.CopySource, $"select count(*) from copy.event_log_{later.UtcDateTime:yyyyMM}"));
        Assert.Equal(0, await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.event_log_default"));
    }

    [Fact]
    public async Task Old_tombstones_go_and_the_feeds_floor_says_up_to_where()
    {
        await Toys.ExecuteAsync(_toys.CopySource, """
            insert into copy.feed (type, thing_id, position, version, data, at) values
                ('thing', gen_random_uuid(), 1, 1, null, now() - interval '15 months'),
                ('thing', gen_random_uuid(), 2, 1, '{}', now() - interval '15 months'),
                ('thing', gen_random_uuid(), 3, 1, null, now() - interval '14 months'),
                ('thing', gen_random_uuid(), 4, 1, null, now());
            update copy.messaging_counter set value = 4 where name = 'feed';
            """);

        await RunAsync();

        Assert.Equal("2,4", await Toys.ScalarAsync<string>(_toys.CopySource, "select string_agg(position::text, ',' order by position) from copy.feed"));
        Assert.Equal(3, await Toys.ScalarAsync<long>(_toys.CopySource, "select value from copy.messaging_counter where name = 'feed_floor'"));
    }

    private async Task RunAsync()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        await copy.Services.GetRequiredService<Housekeeper>().RunAsync(default);
    }
}
