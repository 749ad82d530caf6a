using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Jobs;
using Wir.Registry.Data;
using Wir.Registry.Domain;

namespace Wir.Registry.Features.Privacy;

/// <summary>What is kept, why and for how long.</summary>
/// <param name="Code">Name of the class.</param>
/// <param name="Holds">The fields.</param>
/// <param name="Days">Days after which it goes; null = for good.</param>
/// <param name="From">What the days count from.</param>
/// <param name="Basis">Why it is kept that long.</param>
public sealed record RetentionClass(string Code, string Holds, int? Days, string From, string Basis);

/// <summary>Removes each night what is no longer needed, and writes down how much that was.</summary>
public sealed class Retain(RegistryDb db, TimeProvider time) : IJobHandler
{
    public const string Kind = "retention";

    public static IReadOnlyList<RetentionClass> Classes { get; } =
    [
        new("history", "entries and their versions: organisation data", null, "", "public task of the register"),
        new("person", "person_contact of those in office", null, "end of office", "legal basis named with each person"),
        new("former-person", "person_contact of those no longer in office", 180, "last day in office", "questions about the time in office"),
        new("withdrawn-person", "person_contact of withdrawn entries", 90, "withdrawal", "questions about the withdrawal"),
        new("unconfirmed-submission", "whole submission", 7, "end of the link", "none: nobody proved the address"),
        new("decided-submission-persons", "submitter, proposed persons, comment", 90, "decision", "questions about the decision"),
        new("decided-submission", "whole submission", 1095, "decision", "proof of the administration's decision"),
        new("report-contact", "text, reply address and comment of tasks", 90, "closing", "questions about the report"),
        new("task", "whole task", 1095, "closing", "figures of the municipality"),
        new("mail", "address and text", 7, "creation", "sending; address and text go when it is sent"),
        new("reader", "pseudonym of the address that a submission or report came from", 1, "day of arrival",
            "bound per address and day"),
        new("event", "events sent", 395, "sending", "other services rebuild their copies from them"),
    ];

    public sealed record Order;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.GetUtcNow();
        var removed = new Dictionary<string, int>
        {
            ["former-person"] = await FormerPersonsAsync(ct),
            ["withdrawn-person"] = await WithdrawnPersonsAsync(Before(now, "withdrawn-person"), ct),
            ["unconfirmed-submission"] = await UnconfirmedAsync(Before(now, "unconfirmed-submission"), ct),
            ["decided-submission-persons"] = await DecidedPersonsAsync(Before(now, "decided-submission-persons"), ct),
            ["decided-submission"] = await DecidedAsync(Before(now, "decided-submission"), ct),
            ["report-contact"] = await ReportContactsAsync(Before(now, "report-contact"), ct),
            ["task"] = await TasksAsync(Before(now, "task"), ct),
            ["reader"] = await ReadersAsync(ct),
            ["mail"] = await MailsAsync(Before(now, "mail"), ct),
        };
        db.RetentionRuns.Add(new() { Id = Guid.CreateVersion7(), At = now, Removed = removed });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static DateTimeOffset Before(DateTimeOffset now, string code) => now.AddDays(-DaysOf(code));

    private static int DaysOf(string code) => Classes.First(known => known.Code == code).Days!.Value;

    private Task<int> FormerPersonsAsync(CancellationToken ct)
    {
        var before = time.Today().ToDateOnly().AddDays(-DaysOf("former-person"));
        return db.Persons.Where(person => person.Until < before).ExecuteDeleteAsync(ct);
    }

    private Task<int> WithdrawnPersonsAsync(DateTimeOffset before, CancellationToken ct) =>
        db.Persons.Where(person => db.Associations.Any(entry => entry.Id == person.AssociationId && entry.Status == AssociationStatus.Withdrawn && entry.UpdatedAt < before)).ExecuteDeleteAsync(ct);

    private Task<int> UnconfirmedAsync(DateTimeOffset before, CancellationToken ct) =>
        db.Submissions.Where(submission => submission.State == SubmissionState.AwaitingConfirmation && submission.TokenExpiresAt < before).ExecuteDeleteAsync(ct);

    private Task<int> DecidedPersonsAsync(DateTimeOffset before, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        update registry.submission set persons = null, submitter = null, comment = null, version = version + 1
        where reviewed_at < {before} and (persons is not null or submitter is not null or comment is not null)
        """, ct);

    private Task<int> DecidedAsync(DateTimeOffset before, CancellationToken ct) => db.Submissions.Where(submission => submission.ReviewedAt < before).ExecuteDeleteAsync(ct);

    private Task<int> ReportContactsAsync(DateTimeOffset before, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        update registry.office_task set text = null, reply_to = null, comment = null, version = version + 1
        where closed_at < {before} and (text is not null or reply_to is not null or comment is not null)
        """, ct);

    private Task<int> TasksAsync(DateTimeOffset before, CancellationToken ct) => db.Tasks.Where(task => task.ClosedAt < before).ExecuteDeleteAsync(ct);

    /// <summary>They count on their day only.</summary>
    private async Task<int> ReadersAsync(CancellationToken ct)
    {
        var today = time.Today().StartInBerlin();
        return await db.Submissions.Where(one => one.Reader != null && one.CreatedAt < today)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.Reader, (string?)null), ct)
            + await db.Tasks.Where(one => one.Reader != null && one.CreatedAt < today)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.Reader, (string?)null), ct);
    }

    private Task<int> MailsAsync(DateTimeOffset before, CancellationToken ct) => db.Mails.Where(mail => mail.CreatedAt < before).ExecuteDeleteAsync(ct);
}
