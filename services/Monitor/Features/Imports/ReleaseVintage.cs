using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Indicators;

namespace Wir.Monitor.Features.Imports;

/// <summary>Makes a vintage public, and in the same transaction everything that is computed from it.</summary>
internal sealed class ReleaseVintage(MonitorDb db, DeriveVintages derive, TimeProvider time)
{
    /// <summary>From when on the vintage is visible.</summary>
    public async Task<DateTimeOffset> ReleaseAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, int number, DateTimeOffset? embargoUntil, CancellationToken ct)
    {
        DateTimeOffset visibleAt;
        await using (var command = new NpgsqlCommand("""
            update monitor.vintage set visible_at = greatest(@wanted, (select max(visible_at) from monitor.vintage where indicator = @indicator))
            where indicator = @indicator and number = @number returning visible_at
            """, connection, transaction))
        {
            command.Parameters.AddWithValue("indicator", indicator);
            command.Parameters.AddWithValue("number", number);
            var now = time.GetUtcNow();
            command.Parameters.AddWithValue("wanted", NpgsqlDbType.TimestampTz, (embargoUntil > now ? embargoUntil.Value : now).UtcDateTime);
            visibleAt = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
        }

        var released = await derive.FromAsync(connection, transaction, indicator, visibleAt, ct);
        if (visibleAt <= time.GetUtcNow())
        {
            foreach (var (code, vintage) in released.Prepend((indicator, number))) await AnnounceAsync(connection, transaction, code, vintage, visibleAt, ct);
        }

        return visibleAt;
    }

    /// <summary>Tells everybody: event, feed, and the indicator's own version. Saving is left to the caller.</summary>
    public async Task AnnounceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string code, int number, DateTimeOffset visibleAt, CancellationToken ct)
    {
        await using (var command = new NpgsqlCommand("""
            with told as (update monitor.vintage set announced = true where indicator = @code and number = @number)
            select 1 from monitor.indicator where code = @code for update
            """, connection, transaction))
        {
            command.Parameters.AddWithValue("code", code);
            command.Parameters.AddWithValue("number", number);
            await command.ExecuteNonQueryAsync(ct);
        }

        var indicator = await db.Indicators.SingleAsync(candidate => candidate.Code == code, ct);
        (indicator.Version, indicator.UpdatedAt) = (indicator.Version + 1, time.GetUtcNow());
        db.Emit(new IndicatorReleased { IndicatorId = indicator.Id, Code = code, Vintage = number, ReleasedAt = visibleAt });
        db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, number, visibleAt)));
    }
}
