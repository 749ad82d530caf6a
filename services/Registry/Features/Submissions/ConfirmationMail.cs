using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Mail;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Submissions;

/// <summary>The mail with which a submitter proves the address, within the limit per recipient: nobody's mailbox is flooded through us.</summary>
public sealed class ConfirmationMail(RegistryDb db, IConfiguration configuration, IOptions<MailOptions> options, TimeProvider time)
{
    public async Task<ProblemCase?> AddAsync(Submission submission, string token, CancellationToken ct)
    {
        var (recipient, now) = (submission.Submitter!.Email, time.GetUtcNow());
        var (hash, since) = (OutgoingMail.HashOf(recipient), now.AddDays(-1));
        if (await db.Mails.CountAsync(mail => mail.RecipientHash == hash && mail.CreatedAt > since, ct) >= options.Value.PerRecipientAndDay)
        {
            return Problems.TooManyMails.With(new("Bitte morgen erneut versuchen.", "Please try again tomorrow."));
        }

        var link = $"{configuration["Wir:PublicUrl"]?.TrimEnd('/')}/confirm/submissions/{submission.Id}?token={token}";
        db.Mails.Add(OutgoingMail.To(recipient, "Bitte bestätigen / Please confirm: Vereinsverzeichnis", $"""
            Guten Tag,

            mit dieser E-Mail-Adresse wurde ein Eintrag für das Vereinsverzeichnis eingereicht.
            Bitte bestätigen Sie die Adresse. Danach prüft Ihre Gemeinde den Eintrag.

            The link below confirms that an entry for the register of associations comes from you.
            Your municipality reviews it afterwards.

            {link}

            Der Link gilt bis {submission.TokenExpiresAt:yyyy-MM-dd} und nur einmal. Waren Sie es nicht, brauchen Sie nichts zu tun.
            The link is valid until {submission.TokenExpiresAt:yyyy-MM-dd}, and once. If it was not you, there is nothing to do.
            """, now));
        return null;
    }
}
