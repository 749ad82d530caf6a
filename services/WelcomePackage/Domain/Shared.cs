namespace Wir.WelcomePackage.Domain;

/// <summary>A fact or a text that many pages use. One edit changes them all.</summary>
public sealed class SharedItem
{
    public required string Key { get; init; }

    /// <summary><c>fact</c> (used within a text), or <c>block</c> or <c>contact</c> (a paragraph of its own).</summary>
    public required string Kind { get; init; }

    /// <summary>Area whose editors may change it.</summary>
    public required string Area { get; init; }
    public required long Version { get; set; }
    public required SharedContent Content { get; set; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public required string UpdatedBy { get; set; }
}

/// <param name="Labels">What it is, by language.</param>
/// <param name="Texts">A block's sanitised HTML, by language.</param>
/// <param name="Values">A fact's values, the oldest first.</param>
public sealed record SharedContent(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Texts, IReadOnlyList<FactValue> Values)
{
    /// <summary>Where a contact can be reached.</summary>
    public ContactDetails? Contact { get; init; }

    /// <summary>The value that holds on a day: the latest one that had begun; the first when none had.</summary>
    public FactValue? ValueOn(DateOnly day) => Values.LastOrDefault(value => value.AsOf is null || value.AsOf <= day) ?? (Values.Count > 0 ? Values[0] : null);
}

/// <param name="Phone">As it is dialled.</param>
/// <param name="Email">Of an office, never of a person.</param>
/// <param name="Website">Its address.</param>
/// <param name="Address">One line.</param>
public sealed record ContactDetails(string? Phone, string? Email, string? Website, string? Address);

/// <param name="AsOf">First day on which it holds; null = unknown, long ago.</param>
/// <param name="Value">As it stands in a text, by language.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="SourceUrl">Where that can be read.</param>
public sealed record FactValue(DateOnly? AsOf, IReadOnlyDictionary<string, string> Value, string? Source, string? SourceUrl);

/// <summary>That a live text uses a shared item, directly or through a block.</summary>
public sealed class SharedUse
{
    public required string Key { get; init; }
    public required Guid PageId { get; init; }
    public required string Area { get; init; }
    public required string Lang { get; init; }
}

/// <summary>A figure as a text shows it.</summary>
/// <param name="Key">Name of the fact.</param>
/// <param name="Label">What it is, in the text's language or the next best one.</param>
/// <param name="Value">As it stands in the text.</param>
/// <param name="AsOf">Since when it holds; null when that is not known.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="SourceUrl">Where that can be read.</param>
public sealed record FactView(string Key, string? Label, string Value, DateOnly? AsOf, string? Source, string? SourceUrl);
