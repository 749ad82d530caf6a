using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Formulas;

namespace Wir.Monitor.Features.Derived;

/// <summary>Saves a description; a formula has its numbers in the same transaction.</summary>
internal sealed class DeriveIndicator(MonitorDb db, ReleaseVintage release)
{
    /// <summary>The vintage that is public afterwards.</summary>
    /// <exception cref="DbUpdateException">Somebody else changed the indicator meanwhile.</exception>
    public async Task<CurrentVintage?> SaveAsync(Indicator indicator, CurrentVintage? current, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        // As releases do: first the lock of the indicator, then its row.
        await RunImport.LockAsync(connection, inner, indicator.Code, ct);
        await db.SaveChangesAsync(ct);
        if (indicator.Content.Formula is { } text && FormulaParser.TryParse(text, out var formula, out _)
            && await release.ReleaseDerivedAsync(connection, inner, indicator, formula, ct) is { } made)
        {
            current = made;
        }
        else db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, current)));

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        if (current is { } visible) await release.UntilVisibleAsync(visible.VisibleAt, ct);
        return current;
    }
}
