using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Features.Associations;
using Wir.Registry.Features.Submissions;
using Wir.Registry.Features.Tasks;
using Wir.ServiceDefaults.Access;

namespace Wir.Registry.Features;

/// <summary>Bodies of answers to repeated posts (<c>Idempotency-Key</c>).</summary>
internal static class AnswersAgain
{
    /// <summary>An entry, or the submission that it became.</summary>
    public static async Task<IResult> EntryAsync(HttpContext http, string resource, CancellationToken ct)
    {
        var id = Guid.Parse(resource);
        var services = http.RequestServices;
        var entry = await services.GetRequiredService<AssociationWriter>().FindAsync(id, ct);
        if (entry is null) return await SubmissionAsync(http, resource, ct);
        var caller = new Caller(http.User, services.GetRequiredService<AreaRegister>());
        return TypedResults.Json(AssociationView.Of(entry, caller.AudienceFor(entry.Area), services.GetRequiredService<TimeProvider>().Today().ToDateOnly()));
    }

    public static async Task<IResult> SubmissionAsync(HttpContext http, string resource, CancellationToken ct)
    {
        var id = Guid.Parse(resource);
        var db = http.RequestServices.GetRequiredService<RegistryDb>();
        return await db.Submissions.AsNoTracking().SingleOrDefaultAsync(submission => submission.Id == id, ct) is { } submission
            ? TypedResults.Json(SubmissionWriter.ReceiptOf(submission))
            : TypedResults.Json(new { id });
    }

    public static Task<IResult> ReportAsync(HttpContext http, string resource, CancellationToken ct) =>
        Task.FromResult<IResult>(TypedResults.Json(new ReportReceipt(Guid.Parse(resource), "received")));
}
