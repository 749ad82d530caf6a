using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Jobs;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>Takes mails, within the limit per recipient: nobody's mailbox is flooded through us.</summary>
public sealed class Mailbox(RegistryDb db, IOptions<MailOptions> options, TimeProvider time)
{
    /// <summary>
    /// The mail goes out when, and only when, the transaction that is open on the context commits; false when the
    /// recipient has had enough.
    /// </summary>
    public async Task<bool> AddAsync(string recipient, string subject, string body, MailCause cause,
        CancellationToken ct)
    {
        var (hash, now) = (OutgoingMail.HashOf(recipient), time.GetUtcNow());
        // Held until commit, so that fifty requests at once count each other.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext(encode({hash}, 'hex')))", ct);
        var (hourly, daily) = (options.Value.PerRecipientAndHour, options.Value.PerRecipientAndDay);
        if (cause == MailCause.Anybody && await CountAsync(hash, now.AddHours(-1), ct) >= hourly) return false;
        if (cause != MailCause.Office && await CountAsync(hash, now.AddDays(-1), ct) >= daily) return false;

        var mail = OutgoingMail.To(recipient, subject, body, now);
        db.Mails.Add(mail);
        db.Enqueue(SendMail.Kind, new SendMail.Order(mail.Id));
        return true;
    }

    private Task<int> CountAsync(byte[] recipient, DateTimeOffset since, CancellationToken ct) =>
        db.Mails.CountAsync(mail => mail.RecipientHash == recipient && mail.CreatedAt > since, ct);
}

/// <summary>Who brings a mail about, which is what its limits depend on.</summary>
public enum MailCause
{
    /// <summary>Somebody without credentials, who chose the address.</summary>
    Anybody,

    /// <summary>An office's decision, or the register's own reminder.</summary>
    Register,

    /// <summary>Work for an office, whose address an operator has set; each comes once a day.</summary>
    Office,
}
