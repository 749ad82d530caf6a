using Wir.Jobs;
using Wir.Messaging;
using Wir.Registry.Data;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// Takes contacts out of events that a program of the release before wrote while an upgrade was under way; each night,
/// as long as that release may run beside this one. Its progress counts events.
/// </summary>
public sealed class ForgetContacts(RegistryDb db, TimeProvider time) : IJobHandler
{
    public const string Kind = "forget-contacts";

    private const string Published = "urn:message:wir:registry:association-published:v1";

    /// <summary>Longer than any roll-out takes, with nights on which the job did not run.</summary>
    internal const int Days = 7;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var since = time.GetUtcNow().AddDays(-Days);
        var events = await db.RemoveFromEventsAsync(Published, ["snapshot", "contacts"], since, ct);
        await transaction.CommitAsync(ct);
        await job.CheckpointAsync(events, events, ct);
    }
}
