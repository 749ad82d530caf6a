using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Tasks;

/// <param name="AssociationId">The entry.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Subject">contact, closed, duplicate or other.</param>
/// <param name="Email">For an answer; forgotten when the matter is closed.</param>
public sealed record ReportInput(
    Guid AssociationId,
    [MinLength(3), MaxLength(2000)] string Message,
    [AllowedValues("contact", "closed", "duplicate", "other")] string Subject = "other",
    [RegularExpression(Mail.OutgoingMail.AddressPattern), MaxLength(254)] string? Email = null);

/// <param name="Id">For enquiries.</param>
/// <param name="State"><c>received</c>.</param>
public sealed record ReportReceipt(Guid Id, string State);

/// <summary>Anybody reports an error; it becomes a task of the municipality in charge.</summary>
public static class ReportError
{
    public static async Task<Results<Accepted<ReportReceipt>, ProblemHttpResult>> Handle(
        HttpContext http, JsonBody<ReportInput> body, Caller caller, RegistryDb db, AnonymousBounds bounds,
        IOptions<RegistryOptions> options, TimeProvider time, CancellationToken ct)
    {
        var input = body.Value;
        if (CleanText.FaultIn(input.Message, allowsLines: true) is { } fault) return Invalid("/message", fault).ToResult();
        var area = await db.Associations.Where(entry => entry.Id == input.AssociationId && entry.Status == AssociationStatus.Published)
            .Select(entry => entry.Area).SingleOrDefaultAsync(ct);
        if (area is null) return Invalid("/associationId", new("Diesen Eintrag gibt es nicht.", "There is no such entry.")).ToResult();

        // A repeatable request (Idempotency-Key) has one open already.
        await using var transaction = db.Database.CurrentTransaction is null
            ? await db.Database.BeginTransactionAsync(ct) : null;
        if (await bounds.RefusalOfReportAsync(caller, area, ct) is { } full)
        {
            bounds.SetRetryAfter(http, full);
            return full.ToResult();
        }

        var id = Guid.CreateVersion7();
        db.Tasks.Add(new()
        {
            Id = id,
            Kind = TaskKind.Report,
            SourceId = id,
            AssociationId = input.AssociationId,
            Area = area,
            Subject = input.Subject,
            Text = CleanText.Composed(input.Message),
            ReplyTo = input.Email,
            Reader = caller.Reader,
            CreatedAt = time.GetUtcNow(),
            DueOn = WorkingDays.Add(time.Today(), options.Value.ReviewWorkingDays).ToDateOnly(),
        });
        await db.SaveChangesAsync(ct);
        if (transaction is not null) await transaction.CommitAsync(ct);
        return TypedResults.Accepted((string?)null, new ReportReceipt(id, "received"));
    }

    private static ProblemCase Invalid(string pointer, Text detail) =>
        CommonProblems.InvalidValues.With(detail, new Fault(pointer, CommonProblems.Faults.InvalidValue, detail));
}
