using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.WelcomePackage.Data;

namespace Wir.WelcomePackage.Features.Counters;

/// <summary>
/// Counts page reads per day, page, language, area and channel; nothing of the reader is looked at. Counts are gathered in memory and
/// written every few seconds and at the stop; what a killed process had gathered is lost, which a count of readers can bear and a read that
/// waits for a write cannot.
/// </summary>
internal sealed partial class PageCounter(NpgsqlDataSource source, IOptions<WelcomeOptions> options, TimeProvider time, ILogger<PageCounter> logger) : BackgroundService
{
    public const string Web = "web";
    public const string Api = "api";

    private ConcurrentDictionary<Cell, long> _counts = new();

    public void Count(Guid page, string lang, string area, string channel) =>
        _counts.AddOrUpdate(new(time.Today().ToDateOnly(), page, lang, area, channel), 1, (_, count) => count + 1);

    /// <summary>Writes what was counted since the last time.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var counts = Interlocked.Exchange(ref _counts, new()).Where(pair => pair.Value > 0).OrderBy(pair => pair.Key.PageId).ThenBy(pair => pair.Key.Lang, StringComparer.Ordinal).ToArray();
        if (counts.Length == 0) return;
        try
        {
            await using var command = source.CreateCommand($"""
                insert into {WelcomeDb.SchemaName}.page_count as known (day, page_id, lang, area, channel, count)
                select * from unnest(@days, @pages, @langs, @areas, @channels, @counts)
                on conflict (day, page_id, lang, area, channel) do update set count = known.count + excluded.count
                """);
            Add(command, "days", NpgsqlDbType.Date, counts.Select(pair => pair.Key.Day).ToArray());
            Add(command, "pages", NpgsqlDbType.Uuid, counts.Select(pair => pair.Key.PageId).ToArray());
            Add(command, "langs", NpgsqlDbType.Text, counts.Select(pair => pair.Key.Lang).ToArray());
            Add(command, "areas", NpgsqlDbType.Text, counts.Select(pair => pair.Key.Area).ToArray());
            Add(command, "channels", NpgsqlDbType.Text, counts.Select(pair => pair.Key.Channel).ToArray());
            Add(command, "counts", NpgsqlDbType.Bigint, counts.Select(pair => pair.Value).ToArray());
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (NpgsqlException exception)
        {
            // The database is away: they count with the next ones.
            foreach (var (cell, count) in counts) _counts.AddOrUpdate(cell, count, (_, more) => more + count);
            Log.NotWritten(logger, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CountInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }

        await FlushAsync(CancellationToken.None);
    }

    private static void Add<T>(NpgsqlCommand command, string name, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new(name, NpgsqlDbType.Array | type) { Value = values });

    private readonly record struct Cell(DateOnly Day, Guid PageId, string Lang, string Area, string Channel);

    private static partial class Log
    {
        [LoggerMessage(3002, LogLevel.Warning, "Counts of page reads could not be written yet: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
