using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Wir.Monitor.Data;
using Wir.Monitor.Data.Configurations;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Formulas;

namespace Wir.Monitor.Features.Derived;

/// <summary>How an indicator is described from an instant on.</summary>
/// <param name="From">The first instant.</param>
/// <param name="Draft">The draft by which it was changed; null for what is in force.</param>
/// <param name="Content">The description.</param>
internal sealed record Method(DateTimeOffset From, Guid? Draft, IndicatorContent Content)
{
    /// <summary>Null for an indicator that is measured, and for a formula that cannot be read: such are refused when
    /// they are put.</summary>
    public Formula? Formula { get; } = Content.Formula is { } text
        && FormulaParser.TryParse(text, out var formula, out _) ? formula : null;
}

/// <summary>The description in force, and those released for a later instant (embargo), in the order in which they
/// begin.</summary>
internal sealed class Methods
{
    public Methods(Indicator indicator, IReadOnlyList<PendingMethod> pending)
    {
        Indicator = indicator;
        All = Follow(indicator.Content, pending);
        Inputs = All.SelectMany(method => method.Formula?.Inputs() ?? new HashSet<string>())
            .ToHashSet(StringComparer.Ordinal);
    }

    public Indicator Indicator { get; }

    public string Code => Indicator.Code;

    public IReadOnlyList<Method> All { get; }

    /// <summary>As it will be when all that was released is in force.</summary>
    public IndicatorContent Last => All[^1].Content;

    /// <summary>The first instant at which it has a formula; null when it has none.</summary>
    public DateTimeOffset? ComputedFrom => All.FirstOrDefault(method => method.Formula is not null)?.From;

    public bool IsComputed => ComputedFrom is not null;

    /// <summary>Everything that any of its formulas reads.</summary>
    public IReadOnlySet<string> Inputs { get; }

    public Method At(DateTimeOffset instant) => All.Last(method => method.From <= instant);

    /// <summary>The change that begins exactly then.</summary>
    public Method? BeginningAt(DateTimeOffset instant) => All.LastOrDefault(method => method.From == instant);

    public static async Task<Methods> OfAsync(Indicator indicator, NpgsqlConnection connection,
        NpgsqlTransaction? transaction, CancellationToken ct) =>
        new(indicator, [.. await PendingMethod.ReadAsync(connection, transaction, indicator.Code, ct)]);

    public static async Task<List<Methods>> AllAsync(MonitorDb db, NpgsqlConnection connection,
        NpgsqlTransaction transaction, CancellationToken ct)
    {
        var pending = (await PendingMethod.ReadAsync(connection, transaction, null, ct)).ToLookup(one => one.Indicator);
        return [.. (await db.Indicators.AsNoTracking().ToListAsync(ct))
            .Select(indicator => new Methods(indicator, [.. pending[indicator.Code]]))];
    }

    private static List<Method> Follow(IndicatorContent now, IReadOnlyList<PendingMethod> pending)
    {
        var all = new List<Method> { new(DateTimeOffset.MinValue, null, now) };
        foreach (var one in pending)
        {
            all.Add(new(one.From, one.Draft, MethodMembers.Apply(all[^1].Content, one.Changes)));
        }

        return all;
    }
}

/// <summary>A change of a description that was released and is not yet in force.</summary>
internal sealed record PendingMethod(
    string Indicator, Guid Draft, DateTimeOffset From, IReadOnlyDictionary<string, MemberChange> Changes)
{
    /// <summary>As the partial index says it.</summary>
    private const string IsPending =
        "state = 'released' and jsonb_typeof(record->'changes') = 'object' and record->>'applied' is null";

    /// <summary>All that are pending, of one indicator or of all, by the instant from which they count.</summary>
    public static async Task<List<PendingMethod>> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction,
        string? indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            select indicator, id, (record->>'releasedAt')::timestamptz, record->'changes' from monitor.import
            where {IsPending}{(indicator is null ? "" : " and indicator = @indicator")} order by 3, id
            """, connection, transaction);
        if (indicator is not null) command.Parameters.AddWithValue("indicator", indicator);
        var pending = new List<PendingMethod>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            pending.Add(new(row.GetString(0), row.GetGuid(1), row.GetFieldValue<DateTimeOffset>(2),
                JsonSerializer.Deserialize<Dictionary<string, MemberChange>>(row.GetString(3), JsonColumn.Options)!));
        }

        return pending;
    }

    /// <summary>Puts into force what counts by an instant; the caller holds the indicator's row.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Indicator indicator,
        DateTimeOffset until, CancellationToken ct)
    {
        foreach (var one in (await ReadAsync(connection, transaction, indicator.Code, ct))
            .Where(one => one.From <= until))
        {
            indicator.Content = MethodMembers.Apply(indicator.Content, one.Changes);
            await using var command = new NpgsqlCommand(
                "update monitor.import set record = jsonb_set(record, '{applied}', 'true') where id = @id", connection,
                    transaction);
            command.Parameters.AddWithValue("id", NpgsqlDbType.Uuid, one.Draft);
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}
