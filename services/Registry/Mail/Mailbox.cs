using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Jobs;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>Takes mails, within the limit per recipient: nobody's mailbox is flooded through us.</summary>
public sealed class Mailbox(RegistryDb db, IOptions<MailOptions> options, TimeProvider time)
{
    /// <summary>The mail goes out when, and only when, the transaction that is open on the context commits; false when the recipient has had enough for a day.</summary>
    public async Task<bool> AddAsync(string recipient, string subject, string body, CancellationToken ct)
    {
        var (hash, now) = (OutgoingMail.HashOf(recipient), time.GetUtcNow());
        // Held until commit, so that fifty requests at once count each other.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext(encode({hash}, 'hex')))", ct);
        var since = now.AddDays(-1);
        if (await db.Mails.CountAsync(mail => mail.RecipientHash == hash && mail.CreatedAt > since, ct) >= options.Value.PerRecipientAndDay) return false;
        var mail = OutgoingMail.To(recipient, subject, body, now);
        db.Mails.Add(mail);
        db.Enqueue(SendMail.Kind, new SendMail.Order(mail.Id));
        return true;
    }
}
