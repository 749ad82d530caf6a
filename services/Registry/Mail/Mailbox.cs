using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Jobs;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>
/// Takes mails, within limits per recipient: nobody's mailbox is flooded through us. Each cause is counted for itself,
/// so that nobody without credentials can use up what an office has to tell. A mail goes out when, and only when, the
/// transaction that is open on the context commits.
/// </summary>
public sealed class Mailbox(RegistryDb db, IOptions<MailOptions> options, TimeProvider time)
{
    /// <summary>Days that a mail may wait for its turn; retention removes it after seven.</summary>
    private const int MostDays = 6;

    /// <summary>
    /// For somebody without credentials, who chose the address; false when it got as many such mails as it may. What
    /// else was sent to it does not count, so the answer tells nothing of that.
    /// </summary>
    public async Task<bool> TryAddAsync(string recipient, string subject, string body, CancellationToken ct)
    {
        var (hash, now) = (await HoldAsync(recipient, ct), time.GetUtcNow());
        var (hour, day) = (now.AddHours(-1), now.AddDays(-1));
        var mails = db.Mails.Where(mail => mail.RecipientHash == hash && mail.Cause == MailCause.Anybody);
        var (hourly, daily) = (options.Value.PerRecipientAndHour, options.Value.AnonymousPerRecipientAndDay);
        if (await mails.CountAsync(mail => mail.CreatedAt > hour, ct) >= hourly) return false;
        if (await mails.CountAsync(mail => mail.CreatedAt > day, ct) >= daily) return false;
        Add(OutgoingMail.To(recipient, subject, body, MailCause.Anybody, now), null);
        return true;
    }

    /// <summary>
    /// For the register or an office. What is more than a day's mails waits for its turn; nothing is lost.
    /// </summary>
    public async Task AddAsync(string recipient, string subject, string body, MailCause cause, CancellationToken ct)
    {
        var (hash, now) = (await HoldAsync(recipient, ct), time.GetUtcNow());
        var mail = OutgoingMail.To(recipient, subject, body, cause, now);
        Add(mail, cause == MailCause.Register ? await TurnAsync(hash, now, ct) : null);
    }

    /// <summary>When the next mail of the register may go; null = at once. Those that wait are before it.</summary>
    private async Task<DateTimeOffset?> TurnAsync(byte[] recipient, DateTimeOffset now, CancellationToken ct)
    {
        var since = now.AddDays(-1);
        var before = await db.Mails.CountAsync(mail => mail.RecipientHash == recipient
            && mail.Cause == MailCause.Register && (mail.SentAt == null || mail.SentAt > since), ct);
        var days = Math.Min(before / Math.Max(1, options.Value.PerRecipientAndDay), MostDays);
        return days == 0 ? null : now.AddDays(days);
    }

    /// <summary>Until commit, so that fifty requests at once count each other.</summary>
    private async Task<byte[]> HoldAsync(string recipient, CancellationToken ct)
    {
        var hash = OutgoingMail.HashOf(recipient);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext(encode({hash}, 'hex')))", ct);
        return hash;
    }

    private void Add(OutgoingMail mail, DateTimeOffset? at)
    {
        db.Mails.Add(mail);
        db.Enqueue(SendMail.Kind, new SendMail.Order(mail.Id), at);
    }
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
