namespace Wir.WelcomePackage.Domain;

public enum PageStatus
{
    Draft,
    Published,
    Withdrawn,
    Removed,
}

/// <summary>One content under one identifier, over all languages and versions. What readers see of it stands in <see cref="LivePage"/>.</summary>
public sealed class Page
{
    public required Guid Id { get; init; }
    public Guid? ParentId { get; set; }

    /// <summary>Place among the pages of the same parent.</summary>
    public required int SortOrder { get; set; }

    /// <summary>The level that owns the page: Land, Regierungsbezirk, district or municipality. Never changes.</summary>
    public required string Area { get; init; }
    public PageStatus Status { get; set; }

    /// <summary>Language that the others are translated from.</summary>
    public required string SourceLanguage { get; init; }
    public string? FieldOfAction { get; set; }

    /// <summary>Counts every change, drafts too. Readers see the number that it had at the last change for them.</summary>
    public required long Version { get; set; }

    /// <summary>Where the facts come from.</summary>
    public string? Source { get; set; }

    /// <summary>Civil date on which somebody last compared the text with its source.</summary>
    public DateOnly? CheckedAt { get; set; }
    public DateOnly? ReviewBy { get; set; }

    /// <summary>When it is withdrawn by itself.</summary>
    public DateTimeOffset? UnpublishAt { get; set; }

    /// <summary>Why it was withdrawn or removed.</summary>
    public string? Reason { get; set; }
    public Guid? SuccessorId { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A page's text is a layer: that of the page's own area, and one overlay per area below.</summary>
/// <param name="PageId">The page.</param>
/// <param name="Area">Area of the layer.</param>
/// <param name="Lang">BCP 47 tag.</param>
public readonly record struct TextKey(Guid PageId, string Area, string Lang);
