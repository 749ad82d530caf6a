using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Jobs;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>Sends one mail and forgets it. Tried again by the job's own rules; what never gets out is removed by retention.</summary>
public sealed class SendMail(RegistryDb db, IOptions<MailOptions> options, TimeProvider time) : IJobHandler
{
    public const string Kind = "mail";

    public sealed record Order(Guid MailId);

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var id = job.Payload<Order>().MailId;
        var mail = await db.Mails.SingleOrDefaultAsync(candidate => candidate.Id == id && candidate.SentAt == null && candidate.Recipient != null, ct);
        if (mail is null) return;
        try
        {
            await SendAsync(mail, ct);
        }
        catch (Exception e) when (e is SmtpException or IOException or UnauthorizedAccessException or FormatException)
        {
            // The original names the address, and what fails is logged: only its kind gets out.
            throw new MailNotSentException(e is SmtpException smtp ? $"The mail was not sent: {smtp.StatusCode}." : $"The mail was not sent: {e.GetType().Name}.");
        }

        mail.SentAt = time.GetUtcNow();
        mail.Forget();
    }

    private async Task SendAsync(OutgoingMail mail, CancellationToken ct)
    {
        var settings = options.Value;
        using var message = new MailMessage(settings.From, mail.Recipient!, mail.Subject, mail.Body)
        {
            BodyEncoding = Encoding.UTF8,
            SubjectEncoding = Encoding.UTF8,
            // In a folder people and tests read the file itself; on the way through servers eight bits are not certain to survive.
            BodyTransferEncoding = settings.SmtpHost is null ? TransferEncoding.EightBit : TransferEncoding.QuotedPrintable,
        };
        // A job that runs twice repeats the same message, which mailboxes recognise.
        message.Headers.Add("Message-ID", $"<{mail.Id}@{message.From!.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        using var client = Client(settings);
        await client.SendMailAsync(message, ct);
    }

    private static SmtpClient Client(MailOptions settings)
    {
        if (settings.SmtpHost is { Length: > 0 } host)
        {
            return new SmtpClient(host, settings.SmtpPort)
            {
                // Means STARTTLS here; a server without it gets nothing.
                EnableSsl = true,
                Timeout = 20_000,
                Credentials = settings.SmtpUser is null ? null : new NetworkCredential(settings.SmtpUser, settings.SmtpPassword),
            };
        }

        var folder = Path.GetFullPath(settings.Folder ?? throw new MailNotSentException("Neither Wir:Mail:SmtpHost nor Wir:Mail:Folder is set."));
        Directory.CreateDirectory(folder);
        return new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = folder };
    }
}

/// <summary>A mail did not get out. Names no address.</summary>
public sealed class MailNotSentException : Exception
{
    public MailNotSentException()
    {
    }

    public MailNotSentException(string message)
        : base(message)
    {
    }

    public MailNotSentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
