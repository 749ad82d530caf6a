using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Imports;

/// <summary>Makes a vintage public, and in the same transaction everything that is computed from it.</summary>
internal sealed class ReleaseVintage(MonitorDb db, DeriveVintages derive, VintageReader vintages, TimeProvider time)
{
    /// <summary>
    /// The commit has to be done before the instant that it names: otherwise somebody could read the old numbers at an instant of which
    /// they are later told that it had the new ones.
    /// </summary>
    private static readonly TimeSpan s_lead = TimeSpan.FromMilliseconds(500);

    /// <summary>From when on the vintage is visible: the instant that was asked for, or the problem that an embargo
    /// before it ends later.</summary>
    public async Task<Outcome<DateTimeOffset>> ReleaseAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, int number, Guid import, DateTimeOffset? embargoUntil, DateOnly? nextUpdate, CancellationToken ct)
    {
        var start = time.GetUtcNow();
        var isEmbargo = embargoUntil > start + s_lead;
        var wanted = isEmbargo ? embargoUntil!.Value : start + s_lead;
        // One that was released just before is visible within another lead.
        if (await HeldUntilAsync(connection, transaction, indicator, number, ct) is { } held
            && held > (isEmbargo ? wanted : wanted + s_lead)) return HeldBack(held);
        var visibleAt = await SetVisibleAsync(connection, transaction, [(indicator, number)], wanted, ct);
        var released = await derive.FromAsync(connection, transaction, indicator, visibleAt, import, ct);
        if (visibleAt > start + s_lead)
        {
            if (nextUpdate is { } due) await SetNextUpdateAsync(connection, transaction, indicator, due, ct);
            return visibleAt;
        }

        List<(string Code, int Number)> all = [(indicator, number), .. released];
        return (await AnnounceAllAsync(connection, transaction, all, nextUpdate, ct)).VisibleAt;
    }

    /// <summary>
    /// A changed method takes effect: its numbers at that instant follow from what is released then, and from now on
    /// whatever is computed for a later instant is computed by it.
    /// </summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">The caller's.</param>
    /// <param name="record">The approved draft.</param>
    /// <param name="embargoUntil">When it takes effect; at once when null or past.</param>
    /// <param name="nextUpdate">When the numbers after these are due.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<Outcome<ImportRecord>> ReleaseMethodAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImportRecord record, DateTimeOffset? embargoUntil,
        DateOnly? nextUpdate, CancellationToken ct)
    {
        var earliest = time.GetUtcNow() + s_lead;
        var from = embargoUntil > earliest ? embargoUntil.Value : earliest;
        // As exact as the database keeps instants.
        from = from.AddTicks(-(from.Ticks % TimeSpan.TicksPerMicrosecond));
        record = record with { State = "released", ReleasedAt = from };
        await ImportStore.WriteAsync(connection, transaction, record, ct);
        var indicator = await db.Indicators.AsNoTracking()
            .SingleAsync(candidate => candidate.Code == record.Indicator, ct);
        var methods = await Methods.OfAsync(indicator, connection, transaction, ct);
        var number = record.Vintage!.Value;
        if (methods.IsComputed)
        {
            await VintageStore.DeleteDraftAsync(connection, transaction, record.Indicator, number, ct);
            if (await derive.OneAsync(connection, transaction, methods, from, record.Id, ct) is not { } made)
            {
                return FormulaEvaluator.Invalid(new("Zu diesem Zeitpunkt folgen daraus keine Zahlen.",
                    "No numbers follow from it at that instant."));
            }

            number = made;
        }

        if (MethodMembers.IsReading(record.Changes!))
        {
            await RunImport.SupersedeFilesAsync(connection, transaction, record.Indicator, ct);
        }

        var outcome = await ReleaseAsync(connection, transaction, record.Indicator, number, record.Id, from,
            nextUpdate, ct);
        if (!outcome.TryGet(out var visibleAt, out var problem)) return problem;
        var isApplied = (await ImportStore.ReadAsync(connection, transaction, record.Id, ct))!.Applied;
        return record with { Vintage = number, ReleasedAt = visibleAt, Applied = isApplied };
    }

    /// <summary>Makes public what follows from a formula that was just described; null when it follows nothing new.</summary>
    public async Task<CurrentVintage?> ReleaseDerivedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        Indicator derived, CancellationToken ct)
    {
        var start = time.GetUtcNow() + s_lead;
        var methods = new Methods(derived, []);
        if (await derive.OneAsync(connection, transaction, methods, start, null, ct) is not { } number) return null;
        List<(string Code, int Number)> all = [(derived.Code, number), .. await derive.FromAsync(connection, transaction, derived.Code, start, null, ct)];
        return await AnnounceAllAsync(connection, transaction, all, null, ct);
    }

    /// <summary>Waits until what was just released is visible, so that who released it reads it.</summary>
    public async Task UntilVisibleAsync(DateTimeOffset visibleAt, CancellationToken ct)
    {
        // Timers count in coarse ticks and may end some milliseconds before the clock says so.
        while (visibleAt - time.GetUtcNow() is var left && left > TimeSpan.Zero && left <= 2 * s_lead) await Task.Delay(left + TimeSpan.FromMilliseconds(1), time, ct);
    }

    /// <summary>When the last of the vintages before this one becomes visible; null when there is none.</summary>
    private static async Task<DateTimeOffset?> HeldUntilAsync(NpgsqlConnection connection,
        NpgsqlTransaction transaction, string indicator, int number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select max(visible_at) from monitor.vintage where indicator = @indicator and number < @number",
            connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("number", number);
        return await command.ExecuteScalarAsync(ct) is DateTime held ? new DateTimeOffset(held) : null;
    }

    /// <summary>A vintage holds what was released before it, so it would end that embargo, or wait for it.</summary>
    private static ProblemCase HeldBack(DateTimeOffset until)
    {
        var instant = until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var detail = new Text(
            $"Eine frühere Fassung ist bis {instant} gesperrt. Mit embargoUntil ab diesem Zeitpunkt geht es.",
            $"An earlier vintage is under embargo until {instant}. It works with embargoUntil from that instant on.");
        return Problems.HeldBack
            .With(detail, new Fault("/embargoUntil", CommonProblems.Faults.InvalidValue, detail))
            .Add("possibleFrom", instant);
    }

    /// <summary>Never earlier than a vintage before: numbers and instants go the same way.</summary>
    private static async Task<DateTimeOffset> SetVisibleAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<(string Code, int Number)> vintages, DateTimeOffset wanted, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            with chosen as (select * from unnest(@codes, @numbers) as c(code, number)),
            instant as (select greatest(@wanted, max(v.visible_at)) as at from monitor.vintage v join chosen c on c.code = v.indicator and v.number < c.number)
            update monitor.vintage v set visible_at = i.at from chosen c, instant i where v.indicator = c.code and v.number = c.number returning v.visible_at
            """, connection, transaction);
        command.Parameters.AddWithValue("codes", vintages.Select(one => one.Code).ToArray());
        command.Parameters.AddWithValue("numbers", vintages.Select(one => one.Number).ToArray());
        command.Parameters.AddWithValue("wanted", NpgsqlDbType.TimestampTz, wanted.UtcDateTime);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
    }

    /// <summary>Tells everybody: event, feed, and the indicator's own version. Saving is left to the caller.</summary>
    public async Task AnnounceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string code, int number, DateTimeOffset visibleAt, CancellationToken ct)
    {
        var (indicator, demo) = await PrepareAsync(connection, transaction, code, number, visibleAt, null, ct);
        Tell(indicator, new CurrentVintage(number, visibleAt, demo));
    }

    /// <summary>Sets the instant as late as can be: only what tells of it, and the commit, come after.</summary>
    private async Task<CurrentVintage> AnnounceAllAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<(string Code, int Number)> vintages, DateOnly? nextUpdate, CancellationToken ct)
    {
        var prepared = new List<(Indicator Indicator, bool Demo)>();
        foreach (var (code, number) in vintages)
        {
            prepared.Add(await PrepareAsync(connection, transaction, code, number, time.GetUtcNow() + s_lead,
                prepared.Count == 0 ? nextUpdate : null, ct));
        }

        var visibleAt = await SetVisibleAsync(connection, transaction, vintages, time.GetUtcNow() + s_lead, ct);
        for (var i = 0; i < prepared.Count; i++) Tell(prepared[i].Indicator, new CurrentVintage(vintages[i].Number, visibleAt, prepared[i].Demo));
        return new(vintages[0].Number, visibleAt, prepared[0].Demo);
    }

    private async Task<(Indicator Indicator, bool Demo)> PrepareAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string code, int number, DateTimeOffset visibleAt,
        DateOnly? nextUpdate, CancellationToken ct)
    {
        bool demo;
        await using (var command = new NpgsqlCommand("update monitor.vintage set announced = true where indicator = @code and number = @number returning demo", connection, transaction))
        {
            command.Parameters.AddWithValue("code", code);
            command.Parameters.AddWithValue("number", number);
            demo = await command.ExecuteScalarAsync(ct) is true;
        }

        var indicator = await LockAsync(connection, transaction, code, nextUpdate, ct);
        await PendingMethod.ApplyAsync(connection, transaction, indicator, visibleAt, ct);
        return (indicator, demo);
    }

    private void Tell(Indicator indicator, CurrentVintage vintage)
    {
        db.Emit(new IndicatorReleased { IndicatorId = indicator.Id, Code = indicator.Code, Vintage = vintage.Number, ReleasedAt = vintage.VisibleAt });
        db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, vintage)));
    }

    /// <summary>The numbers come later; when those after them are due is known at once.</summary>
    private async Task SetNextUpdateAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string code, DateOnly nextUpdate, CancellationToken ct)
    {
        var indicator = await LockAsync(connection, transaction, code, nextUpdate, ct);
        db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, (await vintages.CurrentAsync(ct)).TryGetValue(code, out var current) ? current : null)));
    }

    private async Task<Indicator> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string code, DateOnly? nextUpdate, CancellationToken ct)
    {
        await using (var command = new NpgsqlCommand("select 1 from monitor.indicator where code = @code for update", connection, transaction))
        {
            command.Parameters.AddWithValue("code", code);
            await command.ExecuteNonQueryAsync(ct);
        }

        var indicator = await db.Indicators.SingleAsync(candidate => candidate.Code == code, ct);
        (indicator.Version, indicator.UpdatedAt) = (indicator.Version + 1, time.GetUtcNow());
        if (nextUpdate is not null) indicator.Content = indicator.Content with { NextUpdate = nextUpdate };
        return indicator;
    }
}
