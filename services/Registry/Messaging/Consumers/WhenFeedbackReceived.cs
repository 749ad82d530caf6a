using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Registry.Data;
using Wir.Registry.Domain;

namespace Wir.Registry.Messaging.Consumers;

/// <summary>Feedback on an entry becomes a task of its municipality. The text stays with the service that took it.</summary>
public sealed class WhenFeedbackReceived(RegistryDb db, IOptions<RegistryOptions> options, TimeProvider time) : IEventHandler<FeedbackReceived>
{
    public async Task HandleAsync(Received<FeedbackReceived> received, CancellationToken ct)
    {
        var feedback = received.Event;
        if (feedback.SubjectType != "association") return;
        // The entry's own area counts: feedback may name the reader's.
        var area = await db.Associations.Where(entry => entry.Id == feedback.SubjectId).Select(entry => entry.Area).SingleOrDefaultAsync(ct);
        if (area is null || await db.Tasks.AnyAsync(task => task.Kind == TaskKind.Feedback && task.SourceId == feedback.FeedbackId, ct)) return;
        db.Tasks.Add(new()
        {
            Id = Guid.CreateVersion7(),
            Kind = TaskKind.Feedback,
            SourceId = feedback.FeedbackId,
            AssociationId = feedback.SubjectId,
            Area = area,
            CreatedAt = received.Envelope.OccurredAt,
            DueOn = WorkingDays.Add(time.Today(), options.Value.ReviewWorkingDays).ToDateOnly(),
        });
    }
}
