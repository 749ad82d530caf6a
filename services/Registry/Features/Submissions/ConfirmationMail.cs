using Wir.Registry.Domain;
using Wir.Registry.Mail;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Submissions;

/// <summary>The mail with which a submitter proves the address.</summary>
public sealed class ConfirmationMail(Mailbox mailbox, Offices offices, IConfiguration configuration)
{
    /// <summary>The one form of links in our mails; the portal's page asks before anything happens.</summary>
    /// <param name="id">A submission, or a request to confirm an entry.</param>
    /// <param name="token">Counts once.</param>
    public string LinkTo(Guid id, string token) => $"{configuration["Wir:PublicUrl"]?.TrimEnd('/')}/confirm/submissions/{id}?token={token}";

    public async Task<ProblemCase?> AddAsync(Submission submission, string token, CancellationToken ct)
    {
        const string Subject = "Bitte bestätigen / Please confirm: Vereinsverzeichnis";
        var isTaken = await mailbox.TryAddAsync(submission.Submitter!.Email, Subject, $"""
            Guten Tag,

            mit dieser E-Mail-Adresse wurde ein Eintrag für das Vereinsverzeichnis eingereicht.
            Bitte bestätigen Sie die Adresse. Danach prüft Ihre Gemeinde den Eintrag.

            The link below confirms that an entry for the register of associations comes from you.
            Your municipality reviews it afterwards.

            {LinkTo(submission.Id, token)}

            Der Link gilt bis {submission.TokenExpiresAt:yyyy-MM-dd} und nur einmal. Waren Sie es nicht, brauchen Sie nichts zu tun.
            The link is valid until {submission.TokenExpiresAt:yyyy-MM-dd}, and once. If it was not you, there is nothing to do.
            """, ct);
        var office = offices.Of(submission.Area);
        return isTaken ? null : Problems.TooManyMails.With(new(
            $"Mit dieser Adresse wurde erst vor Kurzem etwas eingereicht. Auskunft gibt: {office}.",
            $"This address was used for a submission only recently. Please try later, or ask {office}."));
    }
}
