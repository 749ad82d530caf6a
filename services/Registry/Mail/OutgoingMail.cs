using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Registry.Data;

namespace Wir.Registry.Mail;

/// <summary>A mail to be sent. It commits with what it is about; address and text are forgotten once it is sent.</summary>
public sealed class OutgoingMail
{
    /// <summary>
    /// One mailbox and nothing else: display names, comments, quotes and a dot at the end would be further spellings of the same one, each with a
    /// limit of its own.
    /// </summary>
    public const string AddressPattern = @"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$";

    public required Guid Id { get; init; }
    public string? Recipient { get; set; }

    /// <summary>SHA-256 of the address, for limits per recipient.</summary>
    public required byte[] RecipientHash { get; init; }

    /// <summary>Null for what an earlier release stored.</summary>
    public MailCause? Cause { get; init; }
    public string? Subject { get; set; }
    public string? Body { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SentAt { get; set; }

    public static OutgoingMail To(
        string recipient, string subject, string body, MailCause cause, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(),
        Recipient = recipient,
        RecipientHash = HashOf(recipient),
        Cause = cause,
        Subject = subject,
        Body = body,
        CreatedAt = now,
    };

    public static byte[] HashOf(string recipient) => SHA256.HashData(Encoding.UTF8.GetBytes(recipient.Trim().ToLowerInvariant()));

    /// <summary>What is left says only that something was sent.</summary>
    public void Forget() => (Recipient, Subject, Body) = (null, null, null);
}

internal sealed class OutgoingMailConfiguration : IEntityTypeConfiguration<OutgoingMail>
{
    public void Configure(EntityTypeBuilder<OutgoingMail> builder)
    {
        builder.HasKey(mail => mail.Id);
        builder.Property(mail => mail.Id).ValueGeneratedNever();
        builder.Property(mail => mail.Cause).HasConversion<CodeConverter<MailCause>>();
        builder.HasIndex(mail => new { mail.RecipientHash, mail.CreatedAt });
        builder.HasIndex(mail => mail.CreatedAt);
    }
}
