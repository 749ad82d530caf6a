using System.ComponentModel;
using System.Text.Json.Serialization;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>A page as a reader gets it: the text of its own area and what the reader's municipality adds.</summary>
public sealed record PageView(
    [property: Description("The same over all languages and versions.")] Guid Id,
    [property: Description("Grows with each change that readers can see.")] long Version,
    Guid? ParentId,
    [property: Description("Place among the pages of the same parent.")] int Order,
    [property: Description("Key of the area that owns the page.")] string Area,
    PageStatus Status,
    string? FieldOfAction,
    ServedLanguage Language,
    [property: Description("The municipality whose additions are shown; the successor where the one asked for was merged.")] string? Municipality,
    string Title,
    string Slug,
    string? Summary,
    IReadOnlyList<BlockView> Blocks,
    [property: Description("All blocks in one, sanitised HTML.")] string Body,
    [property: Description("Figures that the text uses, with their date and source.")] IReadOnlyList<FactView> Facts,
    IReadOnlyList<TranslationView> Translations,
    string? Source,
    [property: Description("Day on which the text was last compared with its source.")] DateOnly? CheckedAt,
    DateOnly? ReviewBy,
    DateTimeOffset UpdatedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Description("Why the page was withdrawn, and what took its place.")]
    public PageNotice? Notice { get; init; }
}

public sealed record PageNotice(string? Reason, Guid? Successor);

/// <param name="Requested">As asked for, in our notation.</param>
/// <param name="Served">What the text is in.</param>
/// <param name="IsFallback">True when another language stands in for the one asked for.</param>
/// <param name="Dir"><c>ltr</c> or <c>rtl</c>.</param>
public sealed record ServedLanguage(string Requested, string Served, bool IsFallback, string Dir);

/// <param name="Id">Stable over languages and versions.</param>
/// <param name="Origin">Area that wrote it.</param>
/// <param name="Language">What it is in; may differ from the page's.</param>
/// <param name="Dir"><c>ltr</c> or <c>rtl</c>.</param>
/// <param name="Body">Sanitised HTML.</param>
public sealed record BlockView(string Id, string Origin, string Language, string Dir, string Body);

/// <summary>A page without its body, as the tree shows it.</summary>
public sealed record TreeEntry(Guid Id, Guid? ParentId, int Order, string Area, string? FieldOfAction, ServedLanguage Language, string Title, string Slug, string? Summary);
