using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using Wir.Jobs;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>
/// Sends one mail and forgets it. Tried again by the job's own rules; what never gets out is removed by retention.
/// </summary>
public sealed class SendMail(RegistryDb db, SmtpClient client, IOptions<MailOptions> options, TimeProvider time)
    : IJobHandler
{
    public const string Kind = "mail";

    private static readonly FormatOptions s_lines = Lines();

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
        catch (Exception e) when (e is not (OperationCanceledException or MailNotSentException))
        {
            // The original may name the address, and what fails is logged: only its kind gets out.
            var reason = e is SmtpCommandException smtp ? smtp.StatusCode.ToString() : e.GetType().Name;
            throw new MailNotSentException($"The mail was not sent: {reason}.");
        }

        mail.SentAt = time.GetUtcNow();
        mail.Forget();
    }

    private async Task SendAsync(OutgoingMail mail, CancellationToken ct)
    {
        var settings = options.Value;
        var isByServer = settings.SmtpHost is { Length: > 0 };
        var from = MailboxAddress.Parse(settings.From);
        using var message = new MimeMessage
        {
            // A job that runs twice repeats the same message, which mailboxes recognise.
            MessageId = $"{mail.Id}@{from.Domain}",
            Date = mail.CreatedAt,
            Subject = mail.Subject!,
            Body = new TextPart("plain")
            {
                Text = mail.Body!,
                // In a folder people and tests read the file itself; through servers eight bits may not survive.
                ContentTransferEncoding = isByServer ? ContentEncoding.QuotedPrintable : ContentEncoding.EightBit,
            },
        };
        message.From.Add(from);
        message.To.Add(MailboxAddress.Parse(mail.Recipient!));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        await (isByServer ? SendAsync(message, settings, ct) : LeaveAsync(message, mail.Id, settings, ct));
    }

    private async Task SendAsync(MimeMessage message, MailOptions settings, CancellationToken ct)
    {
        client.Timeout = 20_000;
        // A host in a closed network cannot ask the authorities; the certificate is checked all the same.
        client.CheckCertificateRevocation = false;
        // A server without STARTTLS gets nothing.
        await client.ConnectAsync(settings.SmtpHost!, settings.SmtpPort, SecureSocketOptions.StartTls, ct);
        if (settings.SmtpUser is { } user) await client.AuthenticateAsync(user, settings.SmtpPassword ?? "", ct);
        await client.SendAsync(message, ct);
        await client.DisconnectAsync(quit: true, ct);
    }

    /// <summary>Under another name until it is whole: whoever collects the folder finds complete mails only.</summary>
    private static async Task LeaveAsync(MimeMessage message, Guid id, MailOptions settings, CancellationToken ct)
    {
        if (settings.Folder is not { } folder)
        {
            throw new MailNotSentException("Neither Wir:Mail:SmtpHost nor Wir:Mail:Folder is set.");
        }

        var file = Path.Combine(OwnersOnly(folder).FullName, $"{id}.eml");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var part = new FileStream($"{file}.part", options)) await message.WriteToAsync(s_lines, part, ct);
        File.Move($"{file}.part", file, overwrite: true);
    }

    /// <summary>Mails hold addresses, and links that open an entry to whoever has them.</summary>
    private static DirectoryInfo OwnersOnly(string folder)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        // One that exists belongs to whoever made it.
        return OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, owner);
    }

    private static FormatOptions Lines()
    {
        var lines = FormatOptions.Default.Clone();
        lines.NewLineFormat = NewLineFormat.Dos;
        return lines;
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
