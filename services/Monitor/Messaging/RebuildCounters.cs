using Microsoft.EntityFrameworkCore;
using Wir.Monitor.Data;

namespace Wir.Monitor.Messaging;

/// <summary>
/// Counts anew: from what is left of frozen months, and from the journal after them. Events wait meanwhile; reads show
/// the counters as they were until the new ones are complete.
/// </summary>
internal static class RebuildCounters
{
    /// <summary>First argument of the program.</summary>
    public const string Command = "rebuild";

    private const string Start = """
        delete from monitor.live_association;
        delete from monitor.live_submission;
        delete from monitor.live_package;
        insert into monitor.live_association select * from monitor.frozen_association;
        insert into monitor.live_submission select * from monitor.frozen_submission;
        insert into monitor.live_package select * from monitor.frozen_package;
        """;

    /// <summary>Counts anew and ends, beside the processes that serve.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(WebApplication app)
    {
        await using (app)
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await RunAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), CancellationToken.None);
        }

        return 0;
    }

    public static async Task RunAsync(MonitorDb db, CancellationToken ct)
    {
        // A million events take longer than a request may.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlRawAsync(ForgetJournal.Lock, ct);
        await db.Database.ExecuteSqlRawAsync(Start, ct);
        foreach (var statement in LiveCounters.All)
        {
            await db.Database.ExecuteSqlRawAsync(LiveCounters.Of(statement, "true"), ct);
        }

        await transaction.CommitAsync(ct);
    }
}
