namespace Wir.WelcomePackage.Domain;

/// <summary>What an editor writes for one layer and language. Bodies are sanitised HTML.</summary>
public sealed record PageText
{
    public required string Title { get; init; }
    public required string Slug { get; init; }
    public string? Summary { get; init; }
    public required string Body { get; init; }

    /// <summary>An overlay's parts; empty for the page's own text.</summary>
    public IReadOnlyList<OverlayPart> Parts { get; init; } = [];
}

/// <summary>A piece that an area adds to a page.</summary>
/// <param name="Position">Where it goes, seen from the block.</param>
/// <param name="Block">Id of the block; null = the page's first (before) or last one (after).</param>
/// <param name="Body">Sanitised HTML.</param>
public sealed record OverlayPart(OverlayPosition Position, string? Block, string Body);

public enum OverlayPosition
{
    Before,
    After,
    Instead,
}

/// <summary>One segment of the source that a translation says.</summary>
/// <param name="Source">Hash of the source's segment.</param>
/// <param name="Target">Hash of the translation's segment; null when the two texts are not cut alike.</param>
/// <param name="Quality"><c>machine-translated</c> or <c>needs-review</c>; null = approved.</param>
public sealed record BasisSegment(string Source, string? Target = null, string? Quality = null);

/// <summary>Where a draft stands between its author and those who decide.</summary>
/// <param name="State">submitted, approved or rejected.</param>
/// <param name="SubmittedBy">Who asked for the decision.</param>
/// <param name="SubmittedAt">When.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="Comment">Of whoever acted last.</param>
public sealed record DraftReview(string State, string SubmittedBy, DateTimeOffset SubmittedAt, string? DecidedBy = null, string? Comment = null)
{
    public const string Submitted = "submitted";
    public const string Approved = "approved";
    public const string Rejected = "rejected";
}

/// <summary>The one draft that a layer can have per language, beside what is live.</summary>
public sealed class Draft
{
    public required Guid PageId { get; init; }
    public required string Area { get; init; }
    public required string Lang { get; init; }
    public required PageText Text { get; set; }

    /// <summary>Told to readers when it becomes live.</summary>
    public string? ChangeNote { get; set; }
    public bool Minor { get; set; }

    /// <summary><c>machine-translated</c> or <c>needs-review</c> when the text is not to count as approved; null otherwise.</summary>
    public string? Quality { get; set; }

    /// <summary>What of the source this text says in its language; null for the source itself.</summary>
    public IReadOnlyList<BasisSegment>? Basis { get; set; }
    public required string Author { get; set; }
    public required DateTimeOffset SavedAt { get; set; }

    /// <summary>Null while it is being written.</summary>
    public DraftReview? Review { get; set; }

    /// <summary>When it becomes live by itself; somebody else than the author has agreed to that.</summary>
    public DateTimeOffset? PublishAt { get; set; }
    public string? PublishBy { get; set; }

    /// <summary>The page's version at the last save.</summary>
    public required long Version { get; set; }
}

/// <summary>A text as it was published. Immutable.</summary>
public sealed class TextVersion
{
    public required Guid PageId { get; init; }
    public required string Area { get; init; }
    public required string Lang { get; init; }

    /// <summary>1, 2, 3 … per layer and language.</summary>
    public required int Number { get; init; }
    public required PageText Text { get; init; }
    public string? ChangeNote { get; init; }
    public bool Minor { get; init; }
    public string? Quality { get; init; }
    public IReadOnlyList<BasisSegment>? Basis { get; init; }
    public required string Author { get; init; }
    public required string PublishedBy { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }
    public required long PageVersion { get; init; }
    public required long Revision { get; init; }
}

/// <summary>State of one language of a page, as readers and coverage see it.</summary>
public sealed class Translation
{
    public required Guid PageId { get; init; }
    public required string Lang { get; init; }
    public required string State { get; set; }

    /// <summary>Segments of the source that the live text does not say.</summary>
    public int OpenSegments { get; set; }
}

/// <summary>The states a translation can have.</summary>
public static class TranslationState
{
    public const string UpToDate = "up-to-date";
    public const string Outdated = "outdated";
    public const string InTranslation = "in-translation";
    public const string MachineTranslated = "machine-translated";
    public const string NeedsReview = "needs-review";
    public const string Fallback = "fallback";
    public const string Missing = "missing";
}

/// <summary>A page's address within a language; kept when the page gets another one.</summary>
public sealed class PageSlug
{
    public required string Lang { get; init; }
    public required string Slug { get; init; }
    public required Guid PageId { get; init; }
    public required bool IsCurrent { get; set; }
}
