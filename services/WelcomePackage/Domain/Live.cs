namespace Wir.WelcomePackage.Domain;

/// <summary>
/// What readers see of a page from one content revision to another. The row without an end is the present; the others let an issued
/// package show what it was issued with. Never changed but for its end.
/// </summary>
public sealed class LivePage
{
    public required Guid PageId { get; init; }
    public required long Since { get; init; }
    public long? Until { get; init; }
    public required long Version { get; init; }
    public Guid? ParentId { get; init; }
    public required int SortOrder { get; init; }
    public required string Area { get; init; }
    public required PageStatus Status { get; init; }
    public required string SourceLanguage { get; init; }
    public string? FieldOfAction { get; init; }
    public string? Source { get; init; }
    public DateOnly? CheckedAt { get; init; }
    public DateOnly? ReviewBy { get; init; }
    public string? Reason { get; init; }
    public Guid? SuccessorId { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One layer's text in one language, rendered, from one content revision to another.</summary>
public sealed class LiveText
{
    public required Guid PageId { get; init; }
    public required string Area { get; init; }
    public required string Lang { get; init; }
    public required long Since { get; init; }
    public long? Until { get; init; }

    /// <summary>Number of the <see cref="TextVersion"/>.</summary>
    public required int Number { get; init; }

    /// <summary>True for what another area adds to the page.</summary>
    public required bool IsOverlay { get; init; }

    /// <summary>True for the page's own text in the language that the others are translated from.</summary>
    public bool IsSource { get; init; }
    public required string Title { get; init; }
    public required string Slug { get; init; }
    public string? Summary { get; init; }

    /// <summary>The page's own text cut into blocks; empty for overlays.</summary>
    public required IReadOnlyList<TextBlock> Blocks { get; init; }
    public required IReadOnlyList<OverlayPart> Parts { get; init; }
    /// <summary>Figures that the text uses.</summary>
    public required IReadOnlyList<FactView> Facts { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Id">Stable over languages and versions.</param>
/// <param name="Body">Sanitised HTML.</param>
public sealed record TextBlock(string Id, string Body);
