namespace Wir.Contracts;

/// <summary>A page's live version changed.</summary>
[Event("welcomepackage", "page-published", 1, "page")]
public sealed record PagePublished : IEvent
{
    public required Guid PageId { get; init; }
    public required string Area { get; init; }
    public required long Version { get; init; }

    /// <summary>BCP 47 tags in which a live text exists.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Civil date (Europe/Berlin) of the last check of the content, ISO 8601.</summary>
    public string? CheckedAt { get; init; }

    Guid IEvent.AggregateId => PageId;
}

/// <summary>The state of one translation of a page changed.</summary>
[Event("welcomepackage", "translation-state-changed", 1, "page")]
public sealed record TranslationStateChanged : IEvent
{
    public required Guid PageId { get; init; }
    public required string Area { get; init; }

    /// <summary>BCP 47 tag.</summary>
    public required string Language { get; init; }

    /// <summary>State before; null when the translation is new.</summary>
    public string? Before { get; init; }

    /// <summary>up-to-date, outdated, in-translation, machine-translated, needs-review, missing.</summary>
    public required string State { get; init; }

    Guid IEvent.AggregateId => PageId;
}

/// <summary>An office handed out a welcome package. Counts only: nobody is named.</summary>
[Event("welcomepackage", "package-issued", 1, "package")]
public sealed record PackageIssued : IEvent
{
    public required Guid PackageId { get; init; }
    public required string Area { get; init; }

    /// <summary>BCP 47 tag of the language given.</summary>
    public required string Language { get; init; }

    /// <summary>BCP 47 tag of the language asked for.</summary>
    public required string WantedLanguage { get; init; }

    /// <summary><c>office</c>, <c>post</c>, <c>online</c> or <c>event</c>.</summary>
    public required string Channel { get; init; }

    Guid IEvent.AggregateId => PackageId;
}

/// <summary>Somebody gave feedback on a page or an entry; the text itself stays with its owner.</summary>
[Event("welcomepackage", "feedback-received", 1, "feedback")]
public sealed record FeedbackReceived : IEvent
{
    public required Guid FeedbackId { get; init; }
    public required string Area { get; init; }
    public required string Language { get; init; }

    /// <summary>Kind of thing: <c>page</c>, <c>association</c>, <c>place</c>, <c>event</c>.</summary>
    public required string SubjectType { get; init; }
    public required Guid SubjectId { get; init; }

    Guid IEvent.AggregateId => FeedbackId;
}
