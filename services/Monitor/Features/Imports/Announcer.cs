using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Monitor.Data;

namespace Wir.Monitor.Features.Imports;

/// <summary>Tells of vintages whose embargo has ended. Readers see them at the instant itself; this is about event and feed.</summary>
internal sealed partial class Announcer(IServiceScopeFactory scopes, TimeProvider time, ILogger<Announcer> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>One vintage; false when there is none left.</summary>
    public async Task<bool> AnnounceNextAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        string code;
        int number;
        DateTimeOffset visibleAt;
        await using (var command = new NpgsqlCommand("""
            select indicator, number, visible_at from monitor.vintage where not announced and visible_at <= @now order by visible_at, number limit 1 for update skip locked
            """, connection, inner))
        {
            command.Parameters.AddWithValue("now", time.GetUtcNow());
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct)) return false;
            (code, number, visibleAt) = (row.GetString(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2));
        }

        await scope.ServiceProvider.GetRequiredService<ReleaseVintage>().AnnounceAsync(connection, inner, code, number, visibleAt, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await AnnounceNextAsync(stoppingToken))
                {
                }
            }
#pragma warning disable CA1031 // Tried again in the next round.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.Failed(logger, exception);
            }

            await Task.Delay(s_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "Announcing a release failed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
