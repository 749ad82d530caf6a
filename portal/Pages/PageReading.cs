using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>A page in front of its reader.</summary>
public sealed record PageReading(PageView Page, UiLanguage Ui, AreaView? Municipality)
{
    /// <summary>What the reader should know about the translation; null when it is approved.</summary>
    public string? StateNotice => Page.ServedState switch
    {
        "machine-translated" => Ui.Text.MachineTranslated,
        "needs-review" => Ui.Text.TranslationNeedsReview,
        "outdated" => Ui.Text.TranslationOutdated,
        _ => null,
    };
}

/// <summary>Titles that lead to pages.</summary>
public sealed record PageLinks(IEnumerable<PageEntry> Entries, ReaderPage From);
