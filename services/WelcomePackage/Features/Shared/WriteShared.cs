using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Shared;

/// <summary>One edit, one commit: the item, every live text that shows it, their pages' versions and the feed.</summary>
internal static class WriteShared
{
    public static async Task<Results<Ok<SharedWritten>, Created<SharedWritten>, ProblemHttpResult>> Handle(
        HttpContext context, string key, JsonBody<NewShared> body, Caller caller, WelcomeDb db, PageEditing editing, LiveWriter live, AreaRegister areas, TimeProvider time, CancellationToken ct)
    {
        if (!SafeHtml.IsName(key)) return Invalid("key", new("Kleine Buchstaben, Ziffern und Bindestriche, höchstens 60.", "Small letters, digits and hyphens, at most 60.")).ToResult();
        if (!areas.ParseAt(body.Value.Area, time.Today(), "/area").TryGet(out var area, out var problem)) return problem.ToResult();
        if (!caller.May(Scopes.WelcomePublish, area.Key)) return Editing.Foreign(area.Key).ToResult();
        Fault[] nested = [.. (body.Value.Texts ?? new Dictionary<string, string>())
            .Select(text => (text.Key, Fault: HtmlBounds.FaultOf(text.Value))).Where(text => text.Fault is not null)
            .Select(text => new Fault($"/texts/{text.Key}", CommonProblems.Faults.TooLong, text.Fault!))];
        if (nested.Length > 0) return CommonProblems.InvalidValues.With(new("Texte sind zu verschachtelt.", "Texts are nested too much."), nested).ToResult();
        var asked = Cleaned(body.Value);
        List<Fault> faults = [.. LinkFaults(body.Value), .. FaultsIn(asked)];
        if (faults.Count > 0)
        {
            return CommonProblems.InvalidValues.With(new("Angaben sind ungültig.", "Values are invalid."), faults)
                .ToResult();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await editing.TakeTreeAsync(ct);
        var all = await db.SharedItems.ToListAsync(ct);
        var item = all.FirstOrDefault(one => one.Key == key);
        var stale = item is null ? IfMatch.RequireNew(context) : IfMatch.RefuseExisting(context) ?? IfMatch.Require(context, item.Version);
        if (stale is not null) return stale.ToResult();
        if (Refusal(asked, area.Key, key, item, all, caller) is { } refusal) return refusal.ToResult();

        var now = time.GetUtcNow();
        var isNew = item is null;
        if (item is null) db.SharedItems.Add(item = new SharedItem { Key = key, Kind = asked.Kind, Area = area.Key, Version = 0, Content = ContentOf(asked), UpdatedAt = now, UpdatedBy = caller.Subject });
        (item.Content, item.Version, item.UpdatedAt, item.UpdatedBy) = (ContentOf(asked), item.Version + 1, now, caller.Subject);
        await db.SaveChangesAsync(ct);
        var changed = await live.RerenderAsync([key], now, ct);
        var revision = changed.Count > 0 ? await live.RevisionAsync(ct) : (long?)null;
        var pages = await db.SharedUses.AsNoTracking().Where(use => use.Key == key).Select(use => use.PageId).Distinct().OrderBy(id => id).ToListAsync(ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, item.Version);
        var written = new SharedWritten(SharedEndpoints.ViewOf(item, pages, time), revision, [.. changed.Select(page => page.Id).Order()]);
        return isNew ? TypedResults.Created(context.Request.Path, written) : TypedResults.Ok(written);
    }

    private static NewShared Cleaned(NewShared asked) => asked with
    {
        Texts = asked.Texts?.ToDictionary(pair => pair.Key, pair => SafeHtml.Clean(pair.Value)),
        Values = asked.Values?.OrderBy(value => value.AsOf ?? DateOnly.MinValue).ToArray(),
    };

    private static SharedContent ContentOf(NewShared asked) =>
        new(asked.Labels ?? new Dictionary<string, string>(), asked.Texts ?? new Dictionary<string, string>(), asked.Values ?? []) { Contact = asked.Contact };

    private static ProblemCase? Refusal(NewShared asked, string area, string key, SharedItem? item, IReadOnlyList<SharedItem> all, Caller caller)
    {
        if (item is not null && !caller.May(Scopes.WelcomePublish, item.Area)) return Editing.Foreign(item.Area);
        if (item is not null && (item.Kind != asked.Kind || item.Area != area))
        {
            return Invalid(item.Kind != asked.Kind ? "/kind" : "/area", new("Das bleibt, wie es ist.", "This stays as it is."));
        }

        var kinds = all.ToDictionary(one => one.Key, one => one.Kind);
        kinds[key] = asked.Kind;
        var unknown = (asked.Texts ?? new Dictionary<string, string>()).SelectMany(text => Renderer.ItemsIn(text.Value)
            .Where(named => kinds.GetValueOrDefault(named.Key) != named.Kind)
            .Select(named => new Fault($"/texts/{text.Key}", Problems.UnknownShared.Code, new($"{{{{{named.Kind}:{named.Key}}}}} gibt es nicht.", $"There is no {{{{{named.Kind}:{named.Key}}}}}.")))).ToArray();
        if (unknown.Length > 0) return Problems.UnknownShared.With(new("Der Text nennt Bausteine, die es nicht gibt.", "The text names shared items that do not exist."), unknown);
        return Cycle(asked, key, all) is { } way ? Problems.SharedCycle.With(new(
            $"Der Baustein enthielte sich selbst: {way}.", $"The item would contain itself: {way}."), new Fault("/texts", Problems.SharedCycle.Code, new(way, way))) : null;
    }

    /// <summary>The way from the item back to itself; null when there is none.</summary>
    private static string? Cycle(NewShared asked, string key, IReadOnlyList<SharedItem> all)
    {
        var named = all.ToDictionary(item => item.Key, item => KeysOf(item.Content.Texts));
        named[key] = KeysOf(asked.Texts);
        var seen = new HashSet<string>();
        return Way(key, key);

        string? Way(string at, string way)
        {
            foreach (var next in named.GetValueOrDefault(at, []))
            {
                if (next == key) return $"{way} → {next}";
                if (seen.Add(next) && Way(next, $"{way} → {next}") is { } found) return found;
            }

            return null;
        }
    }

    private static string[] KeysOf(IReadOnlyDictionary<string, string>? texts) => [.. (texts ?? new Dictionary<string, string>()).Values.SelectMany(Renderer.KeysIn).Distinct()];

    private static List<Fault> FaultsIn(NewShared asked)
    {
        var faults = new List<Fault>();
        foreach (var (member, texts) in new[] { ("labels", asked.Labels), ("texts", asked.Texts) }) faults.AddRange(TextFaults(member, texts));
        foreach (var (index, value) in (asked.Values ?? []).Index())
        {
            faults.AddRange(TextFaults($"values/{index}/value", value.Value));
            if (string.IsNullOrWhiteSpace(value.Source)) faults.Add(new($"/values/{index}/source", CommonProblems.Faults.MissingMember, new("Die Quelle fehlt.", "The source is missing.")));
            if (value.SourceUrl is { } url && SafeAddress.OfLink(url) is null && !WebAddress.HoldsUser(url))
            {
                faults.Add(new($"/values/{index}/sourceUrl", CommonProblems.Faults.InvalidValue,
                    new("Keine Adresse.", "Not an address.")));
            }

            if (value.AsOf is null && index > 0) faults.Add(new($"/values/{index}/asOf", CommonProblems.Faults.MissingMember, new("Der Beginn fehlt.", "The beginning is missing.")));
        }

        if (asked.Kind == "fact" && asked.Values is null or []) faults.Add(new("/values", CommonProblems.Faults.MissingMember, new("Eine Angabe braucht einen Wert.", "A fact needs a value.")));
        if (asked.Kind == "block" && asked.Texts is null or { Count: 0 }) faults.Add(new("/texts", CommonProblems.Faults.MissingMember, new("Ein Text fehlt.", "A text is missing.")));
        if (asked.Kind == "contact" && (asked.Contact is null || asked.Labels is null or { Count: 0 })) faults.Add(new("/contact", CommonProblems.Faults.MissingMember, new("Name (labels) und contact fehlen.", "Name (labels) and contact are missing.")));
        if (asked.Kind != "fact" && asked.Values is { Count: > 0 }) faults.Add(new("/values", CommonProblems.Faults.InvalidValue, new("Werte hat nur eine Angabe (fact).", "Only a fact has values.")));
        if (asked.Kind != "block" && asked.Texts is { Count: > 0 }) faults.Add(new("/texts", CommonProblems.Faults.InvalidValue, new("Texte hat nur ein Block.", "Only a block has texts.")));
        if (asked.Contact?.Website is { } site && SafeAddress.OfLink(site) is null)
        {
            var detail = WebAddress.HoldsUser(site) ? WebAddress.HoldsUserText
                : new Text("Keine Adresse.", "Not an address.");
            faults.Add(new("/contact/website", CommonProblems.Faults.InvalidValue, detail));
        }

        return faults;
    }

    /// <summary>Addresses with a user, which cleaning takes out of texts without a word.</summary>
    private static IEnumerable<Fault> LinkFaults(NewShared asked) =>
        (asked.Texts ?? new Dictionary<string, string>())
            .Select(text => LinkCheck.FaultOf(text.Value, $"/texts/{text.Key}"))
            .Concat((asked.Values ?? []).Index().Select(value =>
                LinkCheck.FaultOfAddress(value.Item.SourceUrl, $"/values/{value.Index}/sourceUrl")))
            .OfType<Fault>();

    private static IEnumerable<Fault> TextFaults(string member, IReadOnlyDictionary<string, string>? texts)
    {
        foreach (var (lang, text) in texts ?? new Dictionary<string, string>())
        {
            if (!Wir.ServiceDefaults.Texts.Languages.TryParse(lang, out var known) || known.Tag != lang) yield return new($"/{member}/{lang}", CommonProblems.UnknownLanguage.Code, new("Unbekannte Sprache.", "Unknown language."));
            if (string.IsNullOrWhiteSpace(text) || text.Length > 50_000) yield return new($"/{member}/{lang}", CommonProblems.Faults.InvalidValue, new("1 bis 50 000 Zeichen.", "1 to 50,000 characters."));
            foreach (var detail in member == "texts" ? Accessibility.FaultsIn(text, true, _ => false) : []) yield return new($"/texts/{lang}", Problems.InaccessibleText.Code, detail);
        }
    }

    private static ProblemCase Invalid(string pointer, Text detail) => CommonProblems.InvalidValues.With(detail, new Fault(pointer, CommonProblems.Faults.InvalidValue, detail));
}
