using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Jobs;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Submissions;
using Wir.Registry.Mail;

namespace Wir.Registry.Features.Confirmations;

/// <summary>
/// Once a year an association is asked whether its entry is still right: by mail on days 0, 14 and 28, each with a link of its own.
/// Who does not answer becomes a task of the municipality; the entry stays public and says that it is unconfirmed.
/// </summary>
public sealed class RemindOfConfirmation(
    RegistryDb db, Mailbox mailbox, ConfirmationMail links, IOptions<RegistryOptions> options, TimeProvider time) : IJobHandler
{
    public const string Kind = "confirmation";

    /// <summary>Days after the first mail: further mails, and at last the task.</summary>
    private static readonly int[] s_days = [14, 28, 42];

    public sealed record Order;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        await StartAsync(ct);
        var now = time.GetUtcNow();
        var due = await db.ConfirmationRequests.AsNoTracking().Where(request => request.NextAt <= now).OrderBy(request => request.NextAt)
            .Select(request => request.Id).ToListAsync(ct);
        foreach (var id in due)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var request = await db.ConfirmationRequests.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
            if (request is not null) await AdvanceAsync(request, now, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            db.ChangeTracker.Clear();
        }
    }

    private async Task StartAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var before = now - options.Value.ConfirmEvery;
        // Made-up entries have nobody who could answer.
        var entries = await db.Associations.AsNoTracking()
            .Where(entry => entry.Status == AssociationStatus.Published && !entry.Demo && entry.ConfirmedAt < before)
            .Where(entry => !db.ConfirmationRequests.Any(request => request.AssociationId == entry.Id))
            .Select(entry => entry.Id).ToListAsync(ct);
        foreach (var id in entries)
        {
            db.ConfirmationRequests.Add(new() { Id = Guid.CreateVersion7(), AssociationId = id, StartedAt = now, NextAt = now });
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task AdvanceAsync(ConfirmationRequest request, DateTimeOffset now, CancellationToken ct)
    {
        var entry = await db.Associations.AsNoTracking().SingleAsync(candidate => candidate.Id == request.AssociationId, ct);
        // After a year without an answer the round is over; the next run begins another one.
        if (entry.Status != AssociationStatus.Published || entry.ConfirmedAt >= request.StartedAt || now >= request.StartedAt + options.Value.ConfirmEvery)
        {
            db.ConfirmationRequests.Remove(request);
            return;
        }

        var recipient = entry.Content.Contacts.OrderBy(contact => contact.Visibility).Select(contact => contact.Email).FirstOrDefault(email => email is not null);
        if (request.Reminders >= s_days.Length || recipient is null)
        {
            await AddTaskAsync(request, entry, ct);
            // The last link stays good until the next round.
            request.NextAt = request.StartedAt + options.Value.ConfirmEvery;
            return;
        }

        var (token, hash) = OneTimeToken.Create();
        await mailbox.AddAsync(recipient, "Ist Ihr Eintrag noch richtig? / Is your entry still right?",
            BodyOf(entry, links.LinkTo(request.Id, token)), MailCause.Register, ct);
        request.TokenHash = hash;
        request.NextAt = request.StartedAt.AddDays(s_days[request.Reminders]);
        request.Reminders++;
    }

    private async Task AddTaskAsync(ConfirmationRequest request, Association entry, CancellationToken ct)
    {
        if (await db.Tasks.AnyAsync(task => task.Kind == TaskKind.Confirmation && task.SourceId == request.Id, ct)) return;
        db.Tasks.Add(new()
        {
            Id = Guid.CreateVersion7(),
            Kind = TaskKind.Confirmation,
            SourceId = request.Id,
            AssociationId = entry.Id,
            Area = entry.Area,
            CreatedAt = time.GetUtcNow(),
            DueOn = WorkingDays.Add(time.Today(), options.Value.ReviewWorkingDays).ToDateOnly(),
        });
    }

    private static string BodyOf(Association entry, string link) => $"""
        Guten Tag,

        im Vereinsverzeichnis steht der Eintrag {entry.Number}: {entry.Name}.
        Bitte bestätigen Sie einmal im Jahr, dass er noch stimmt:

        {link}

        Stimmt etwas nicht mehr, melden Sie es bitte Ihrer Gemeinde oder reichen Sie eine Änderung ein.

        The register of associations holds the entry named above. Please confirm once a year that it is still right,
        by the link above. If something has changed, please tell your municipality or submit a change.
        """;
}
