using System.Globalization;
using Wir.Areas;
using Wir.ServiceDefaults.Texts;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Associations;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Packages;

/// <summary>
/// A package's content as one HTML document, in the reading direction of its language: title, contents, emergency, chapters with what the
/// municipality adds, and the associations there. It shows the content as it was when the package was issued.
/// </summary>
internal sealed class Booklet(
    LiveReader live, LanguageTable languages, AreaRegister areas, AssociationReader associations, PackageAddress address,
    TimeProvider time)
{
    public const string Emergency = "emergency";
    private const int MaxAssociations = 200;

    public async Task<string> RenderAsync(Package package, CancellationToken ct)
    {
        var language = (await languages.AllAsync(ct)).FirstOrDefault(one => one.Tag == package.Language)
            ?? new OfferedLanguage(package.Language, "", "Latn", LanguageTable.DirectionOf(package.Language), ["en", "de"]);
        var above = areas.AncestorsAndSelf(package.Area).Select(area => area.Key).ToArray();
        var reader = new Reader(language, language.Chain, [.. above.Reverse()]) { Municipality = package.Area };
        var scope = new LiveScope(language.Chain, reader.Layers) { Areas = above, Revision = package.ContentVersion, OrSource = true };
        var pages = (await live.PagesAsync(scope, null, null, ct)).Select(content => Composer.Compose(content, reader)).OfType<PageView>().ToArray();
        var near = await associations.ByNameAsync(package.Area, MaxAssociations + 1, ct);
        return Write(package, language, BookletTexts.For(language.Chain), pages, near);
    }

    private string Write(Package package, OfferedLanguage language, BookletTexts texts, PageView[] pages, IReadOnlyList<AssociationView> near)
    {
        var chapters = pages.Where(page => page.ParentId is null).OrderBy(page => page.FieldOfAction == Emergency ? 0 : 1).ThenBy(page => page.Order).ThenBy(page => page.Id).ToArray();
        var below = pages.ToLookup(page => page.ParentId);
        var html = new HtmlText().Safe("<!DOCTYPE html>").Open("html", ("lang", language.Tag), ("dir", language.Dir));
        html.Open("head").Safe("<meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\">").Element("title", texts.Title).Safe($"<style>{Style}</style>").Close("head");
        html.Open("body").Open("header").Element("h1", texts.Title).Element("p", areas.Find(package.Area)?.OfficialName ?? package.Area);
        var asOf = string.Create(CultureInfo.InvariantCulture, $"{texts.AsOf} {package.IssuedAt.ToCivilDate():uuuu-MM-dd}");
        html.Open("p").Safe(Isolation.OfText(asOf, language.Dir)).Close("p").Close("header");

        html.Open("nav").Element("h2", texts.Contents).Open("ol");
        foreach (var chapter in chapters) html.Open("li").Open("a", ("href", $"#{chapter.Id}")).Safe(Isolation.OfText(chapter.Title, chapter.Language.Dir, isInLink: true)).Close("a").Close("li");
        html.Open("li").Open("a", ("href", "#associations")).Text(texts.Associations).Close("a").Close("li").Close("ol").Close("nav");

        foreach (var chapter in chapters) Chapter(html, chapter, below, language.Tag, 1);
        Associations(html, texts, near, language);
        return html.Element("footer", time.GetUtcNow() < package.ExpiresAt ? texts.Footer : "").Close("body").Close("html").ToString();
    }

    private static void Chapter(HtmlText html, PageView page, ILookup<Guid?, PageView> below, string language, int level)
    {
        // Texts begin with h2 where they stand alone; the levels below follow their chapter.
        var heading = level == 1 ? "h2" : level == 2 ? "h3" : "h4";
        html.Open("section", ("id", page.Id.ToString()), ("lang", page.Language.Served), ("dir", page.Language.Dir)).Open(heading).Safe(Isolation.OfText(page.Title, page.Language.Dir, isInLink: true)).Close(heading);
        if (page.Summary is { Length: > 0 } summary) html.Open("p", ("class", "summary")).Safe(Isolation.OfText(summary, page.Language.Dir)).Close("p");
        foreach (var block in page.Blocks)
        {
            html.Open("div", ("lang", block.Language), ("dir", block.Dir), ("class", block.Origin == page.Area ? "block" : "block local")).Safe(Isolation.Of(Lowered(block.Body, level), block.Dir)).Close("div");
        }

        if (page.Source is not null)
        {
            // Its direction is found by the browser, so the date is kept together in any case.
            var source = page.CheckedAt is { } day ? $"{page.Source} ({day:yyyy-MM-dd})" : page.Source;
            html.Open("p", ("class", "source"), ("dir", "auto")).Safe(Isolation.OfSource(source, "rtl")).Close("p");
        }

        foreach (var child in below[page.Id].OrderBy(child => child.Order).ThenBy(child => child.Id)) Chapter(html, child, below, language, level + 1);
        html.Close("section");
    }

    /// <summary>A text's headings, below that of its chapter. It is our own notation, so names can be replaced as they stand.</summary>
    private static string Lowered(string body, int level)
    {
        for (var from = 4; from >= 2; from--)
        {
            var to = Math.Min(6, from + level);
            body = body.Replace($"<h{from}", $"<h{to}", StringComparison.Ordinal).Replace($"</h{from}>", $"</h{to}>", StringComparison.Ordinal);
        }

        // Block names are unique within a page only.
        return System.Text.RegularExpressions.Regex.Replace(body, "(<h[3-6]) id=\"[a-z0-9-]*\"", "$1");
    }

    private void Associations(
        HtmlText html, BookletTexts texts, IReadOnlyList<AssociationView> near, OfferedLanguage language)
    {
        html.Open("section", ("id", "associations")).Element("h2", texts.Associations);
        if (near.Count == 0) html.Element("p", texts.NoAssociations);
        foreach (var one in near.Take(MaxAssociations))
        {
            html.Open("article").Open("h3").Open("bdi", ("lang", "de")).Text(one.Name).Close("bdi").Close("h3");
            if (one.Demo) html.Open("p", ("class", "mark")).Text(texts.Invented).Close("p");
            var text = language.Chain.Select(tag => (Tag: tag, Text: one.Texts.GetValueOrDefault(tag)?.Summary)).FirstOrDefault(pair => !string.IsNullOrWhiteSpace(pair.Text));
            if (text.Text is not null) html.Open("p", ("lang", text.Tag), ("dir", LanguageTable.DirectionOf(text.Tag))).Safe(Isolation.OfText(text.Text, LanguageTable.DirectionOf(text.Tag))).Close("p");
            var entry = address.OfEntry(language.Tag, one.Id);
            html.Open("p", ("dir", "ltr")).Open("a", ("href", entry)).Text(entry).Close("a").Close("p");
            html.Close("article");
        }

        if (near.Count > MaxAssociations) html.Element("p", texts.Shortened);
        html.Close("section");
    }

    private const string Style = """
        body{font-family:"Noto Sans","Noto Sans Arabic","Noto Naskh Arabic","Noto Sans Ethiopic","DejaVu Sans",sans-serif;line-height:1.5;margin-inline:auto;max-width:45rem;padding:1rem}
        nav ol{padding-inline-start:1.5rem}section>section{margin-inline-start:0}.block.local{border-inline-start:.3rem solid #777;padding-inline-start:.8rem}
        body{overflow-wrap:anywhere}.tel{white-space:nowrap}.mark{font-weight:bold;border:1px solid #999;display:inline-block;padding:0 .5rem}
        .source{font-size:.8rem;color:#555}table{border-collapse:collapse}th,td{border:1px solid #999;padding:.3rem;text-align:start}
        @page{size:A5;margin:15mm}@media print{body>section{break-before:page}h2,h3,h4{break-after:avoid}}
        """;
}

/// <summary>The booklet's own words.</summary>
internal sealed record BookletTexts(string Title, string Contents, string Associations, string NoAssociations, string Invented, string Shortened, string AsOf, string Footer)
{
    private static readonly Dictionary<string, BookletTexts> s_all = new()
    {
        ["de"] = new("Willkommen", "Inhalt", "Vereine und Initiativen", "Hier ist noch kein Verein eingetragen.", "Beispiel, frei erfunden", "Die Liste ist gekürzt. Alle Vereine stehen im Portal.", "Stand:", "Alle Angaben ohne Gewähr."),
        ["en"] = new("Welcome", "Contents", "Associations and initiatives", "No association is listed here yet.", "Example, made up", "The list is shortened. All associations are in the portal.", "As of:", "All information without guarantee."),
        ["ar"] = new("أهلاً وسهلاً", "المحتويات", "الجمعيات والمبادرات", "لا توجد جمعيات مسجلة هنا بعد.", "مثال من نسج الخيال", "القائمة مختصرة. جميع الجمعيات موجودة في البوابة.", "بتاريخ:", "جميع المعلومات دون ضمان."),
        ["fa"] = new("خوش آمدید", "فهرست", "انجمن‌ها و ابتکارها", "هنوز انجمنی اینجا ثبت نشده است.", "نمونهٔ ساختگی", "فهرست کوتاه شده است. همهٔ انجمن‌ها در پورتال هستند.", "تاریخ:", "همهٔ اطلاعات بدون ضمانت است."),
        ["uk"] = new("Ласкаво просимо", "Зміст", "Об’єднання та ініціативи", "Тут ще немає жодного об’єднання.", "Приклад, вигаданий", "Список скорочено. Усі об’єднання є на порталі.", "Станом на:", "Усі відомості без гарантії."),
        ["ru"] = new("Добро пожаловать", "Содержание", "Объединения и инициативы", "Здесь пока нет ни одного объединения.", "Пример, вымышленный", "Список сокращён. Все объединения есть на портале.", "По состоянию на:", "Все сведения без гарантии."),
        ["tr"] = new("Hoş geldiniz", "İçindekiler", "Dernekler ve girişimler", "Burada henüz kayıtlı dernek yok.", "Örnek, uydurma", "Liste kısaltıldı. Tüm dernekler portalda.", "Tarih:", "Tüm bilgiler garanti verilmeden sunulmuştur."),
        ["fr"] = new("Bienvenue", "Sommaire", "Associations et initiatives", "Aucune association n’est encore inscrite ici.", "Exemple inventé", "La liste est abrégée. Toutes les associations sont sur le portail.", "Au :", "Informations sans garantie."),
    };

    public static BookletTexts For(IReadOnlyList<string> chain) => chain.Select(s_all.GetValueOrDefault).FirstOrDefault(found => found is not null) ?? s_all["de"];
}
