namespace Wir.Registry.Mail;

/// <summary>Where mail goes: configuration section <c>Wir:Mail</c>. An SMTP server if one is named, else a folder.</summary>
public sealed class MailOptions
{
    public const string Section = "Wir:Mail";

    /// <summary>Mails are left here as files when no SMTP server is named.</summary>
    public string? Folder { get; set; }

    /// <summary>Name of the SMTP server; STARTTLS is required of it.</summary>
    public string? SmtpHost { get; set; }

    public int SmtpPort { get; set; } = 587;

    public string? SmtpUser { get; set; }

    public string? SmtpPassword { get; set; }

    public string From { get; set; } = "vereinsverzeichnis@localhost.localdomain";

    /// <summary>Mails that anybody without credentials can have sent to one address in an hour.</summary>
    public int PerRecipientAndHour { get; set; } = 1;

    /// <summary>Mails that anybody without credentials can have sent to one address in a day.</summary>
    public int AnonymousPerRecipientAndDay { get; set; } = 5;

    /// <summary>Decisions and reminders that one address gets in a day; further ones wait for the next.</summary>
    public int PerRecipientAndDay { get; set; } = 10;
}
