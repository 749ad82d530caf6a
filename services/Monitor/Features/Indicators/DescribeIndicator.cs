using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Imports;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Indicators;

/// <param name="Indicator">As it is; null when it is new.</param>
/// <param name="Code">Its code.</param>
/// <param name="Content">As it is to be.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who says so.</param>
internal sealed record Description(Indicator? Indicator, string Code, IndicatorContent Content, string? Reason,
    string By);

/// <param name="Indicator">As it is afterwards.</param>
/// <param name="Released">What became public with it.</param>
/// <param name="Draft">The change that waits for a second person.</param>
internal sealed record Described(Indicator Indicator, CurrentVintage? Released, ImportRecord? Draft);

/// <summary>Saves a description within the caller's transaction, which holds the lock of the indicator.</summary>
internal sealed class DescribeIndicator(MonitorDb db, DraftMethod draft, DeriveVintages derive, ReleaseVintage release,
    VintageReader vintages, IOptions<MonitorOptions> options, TimeProvider time)
{
    /// <exception cref="DbUpdateException">Somebody else changed the indicator meanwhile.</exception>
    public async Task<Outcome<Described>> HandleAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        Description order, CancellationToken ct)
    {
        var content = order.Content;
        if (content.Formula is { } text)
        {
            var all = await Methods.AllAsync(db, connection, transaction, ct);
            var most = options.Value.ComputedPerArea;
            if (FormulaCheck.Check(all, order.Code, content, text, most) is { } invalid) return invalid;
            if (await derive.ExcessAsync(connection, transaction, text, ct) is { } excess) return excess;
        }

        if (order.Indicator is not { } indicator)
        {
            return await SaveAsync(connection, transaction, Add(order), isReleased: false, ct);
        }

        var changes = MethodMembers.Between(indicator.Content, content);
        var isReleased = await IsReleasedAsync(connection, transaction, order.Code, ct);
        if (isReleased && MethodMembers.IsShape(changes))
        {
            return Problems.WrongState.With(new(
                "Gliederung und Periodizität ändern sich nicht, solange es Zahlen gibt.",
                    "Breakdown and periodicity cannot change while there are numbers."));
        }

        if (isReleased && MethodMembers.IsMethod(changes))
        {
            var methods = await Methods.OfAsync(indicator, connection, transaction, ct);
            return (await draft.ProposeAsync(connection, transaction, methods, changes, order.Reason, order.By, ct))
                .TryGet(out var proposed, out var problem)
                ? new Described(indicator, null, proposed) : problem;
        }

        if (MethodMembers.IsReading(changes))
        {
            await RunImport.SupersedeFilesAsync(connection, transaction, order.Code, ct);
        }

        (indicator.Version, indicator.Content, indicator.UpdatedAt) = (indicator.Version + 1, content,
            time.GetUtcNow());
        return await SaveAsync(connection, transaction, indicator, isReleased, ct);
    }

    /// <summary>Waits until what became public with it is visible.</summary>
    public Task UntilVisibleAsync(Described described, CancellationToken ct) =>
        described.Released is { } released ? release.UntilVisibleAsync(released.VisibleAt, ct) : Task.CompletedTask;

    private Indicator Add(Description order)
    {
        var indicator = new Indicator { Id = Guid.CreateVersion7(), Code = order.Code, Version = 1,
            Content = order.Content, UpdatedAt = time.GetUtcNow() };
        db.Indicators.Add(indicator);
        return indicator;
    }

    /// <summary>An indicator without released numbers has the first ones of its formula at once: they take the place of
    /// none.</summary>
    private async Task<Outcome<Described>> SaveAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        Indicator indicator, bool isReleased, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException
            || exception.InnerException is PostgresException { SqlState: "23505" })
        {
            return CommonProblems.PreconditionFailed.With(
                new("Der Indikator wurde soeben von anderer Seite geändert.",
                "The indicator was changed by somebody else just now."));
        }

        if (!isReleased && indicator.Content.Formula is not null
            && await release.ReleaseDerivedAsync(connection, transaction, indicator, ct) is { } made)
        {
            return new Described(indicator, made, null);
        }

        var current = (await vintages.CurrentAsync(ct)).TryGetValue(indicator.Code, out var found) ? found
            : (CurrentVintage?)null;
        db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, current)));
        return new Described(indicator, null, null);
    }

    /// <summary>Under embargo counts, too: nobody changes alone what two have decided on.</summary>
    private static async Task<bool> IsReleasedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        string code, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select 1 from monitor.vintage where indicator = @code and visible_at is not null)",
            connection, transaction);
        command.Parameters.AddWithValue("code", code);
        return await command.ExecuteScalarAsync(ct) is true;
    }
}
