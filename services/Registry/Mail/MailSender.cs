using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>Sends the mails that are due. Rows are claimed with row locks, so any number of instances share the work.</summary>
internal sealed partial class MailSender(IServiceScopeFactory scopes, IOptions<MailOptions> options, TimeProvider time, ILogger<MailSender> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        try
        {
            do
            {
                await RunRoundAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task RunRoundAsync(CancellationToken ct)
    {
        try
        {
            while (await SendNextAsync(ct)) { }
        }
#pragma warning disable CA1031 // The database may be away for a while; the next round tries again.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.Pausing(logger, e.GetType().Name);
        }
    }

    private async Task<bool> SendNextAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.GetUtcNow();
        var mail = await db.Mails.FromSql($"""
            select * from registry.outgoing_mail where sent_at is null and dead_at is null and not_before <= {now}
            order by not_before limit 1 for update skip locked
            """).AsTracking().SingleOrDefaultAsync(ct);
        if (mail is null) return false;

        mail.Attempts++;
        try
        {
            await SendAsync(mail, ct);
            mail.SentAt = now;
            Forget(mail);
        }
        catch (Exception e) when (e is SmtpException or IOException or UnauthorizedAccessException or FormatException)
        {
            // The message may name the address: it is not logged.
            Log.Failed(logger, mail.Id, mail.Attempts, e.GetType().Name);
            if (mail.Attempts >= options.Value.MaxAttempts)
            {
                mail.DeadAt = now;
                Forget(mail);
            }
            else
            {
                mail.NotBefore = now + TimeSpan.FromSeconds(Math.Min(3600, 5 * Math.Pow(3, mail.Attempts)));
            }
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static void Forget(OutgoingMail mail) => (mail.Recipient, mail.Subject, mail.Body) = (null, null, null);

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
        using var client = Client(settings);
        await client.SendMailAsync(message, ct);
    }

    private static SmtpClient Client(MailOptions settings)
    {
        if (settings.SmtpHost is { Length: > 0 } host)
        {
            return new SmtpClient(host, settings.SmtpPort)
            {
                EnableSsl = true,
                Timeout = 20_000,
                Credentials = settings.SmtpUser is null ? null : new NetworkCredential(settings.SmtpUser, settings.SmtpPassword),
            };
        }

        var folder = Path.GetFullPath(settings.Folder ?? Path.Combine(Path.GetTempPath(), "wir-mail"));
        Directory.CreateDirectory(folder);
        return new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = folder };
    }

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Warning, "Mail {MailId} was not sent (attempt {Attempt}): {Reason}")]
        public static partial void Failed(ILogger logger, Guid mailId, int attempt, string reason);

        [LoggerMessage(2011, LogLevel.Warning, "Sending mail pauses: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);
    }
}
