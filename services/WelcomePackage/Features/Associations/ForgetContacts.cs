using Microsoft.EntityFrameworkCore;
using Wir.Jobs;
using Wir.Messaging;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Migrations;

namespace Wir.WelcomePackage.Features.Associations;

/// <summary>
/// Takes contacts out of copies and retries that a program of the release before wrote while an upgrade was under way;
/// each night, as long as that release may run beside this one. Its progress counts rows.
/// </summary>
internal sealed class ForgetContacts(WelcomeDb db, TimeProvider time) : IJobHandler
{
    public const string Kind = "forget-contacts";

    private const string Published = "urn:message:wir:registry:association-published:v1";

    /// <summary>Longer than any roll-out takes, with nights on which the job did not run.</summary>
    internal const int Days = 7;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var since = time.GetUtcNow().AddDays(-Days);
        var rows = await db.RemoveFromEventsAsync(Published, ["snapshot", "contacts"], since, ct);
        // One row per entry, whenever it was written.
        rows += await db.Database.ExecuteSqlRawAsync(EventsWithoutContacts.Copies, ct);
        await transaction.CommitAsync(ct);
        await job.CheckpointAsync(rows, rows, ct);
    }
}
