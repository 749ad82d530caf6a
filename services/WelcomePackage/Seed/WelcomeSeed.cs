using System.Security.Cryptography;
using System.Text;
using Wir.Areas;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Features.Translations;

namespace Wir.WelcomePackage.Seed;

/// <summary>Loads the start content: languages, shared items and pages, all or nothing. The files are described in seed/welcome.</summary>
public static class WelcomeSeed
{
    private const string Author = "seed";
    private const string Publisher = "migrate";

    public static async Task LoadAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var root = Path.Combine(directory, "welcome");
        if (!Directory.Exists(root)) return;
        var db = services.GetRequiredService<WelcomeDb>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var files = SeedFiles.Read(root, services.GetRequiredService<AreaRegister>());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Languages.AddRange(files.Languages);
        db.SharedItems.AddRange(files.Shared.Select(item => new SharedItem
        {
            Key = item.Key, Kind = item.Kind, Area = item.Area, Version = 1, Content = item.Content, UpdatedAt = now, UpdatedBy = Author,
        }));
        await db.SaveChangesAsync(ct);
        var publishing = services.GetRequiredService<Publishing>();
        foreach (var page in InOrder(files.Pages)) await AddAsync(db, publishing, page, now, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>The id of a page of the start content follows from its key, so that it is the same in every installation (UUIDv8).</summary>
    public static Guid IdOf(string key)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"wir:welcome:page:{key}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static async Task AddAsync(WelcomeDb db, Publishing publishing, SeedPage seed, DateTimeOffset now, CancellationToken ct)
    {
        var page = new Page
        {
            Id = IdOf(seed.Key), ParentId = seed.Parent is null ? null : IdOf(seed.Parent), SortOrder = seed.Order, Area = seed.Area, SourceLanguage = SeedFiles.SourceLanguage,
            FieldOfAction = seed.Field, Version = 1, Source = seed.Source, CheckedAt = seed.CheckedAt, ReviewBy = seed.CheckedAt.AddYears(1), CreatedAt = now, UpdatedAt = now,
        };
        db.Pages.Add(page);
        var source = seed.Texts[SeedFiles.SourceLanguage].Text;
        foreach (var (lang, text) in seed.Texts)
        {
            db.Drafts.Add(Of(page, page.Area, lang, text.Text, text.Quality, lang == SeedFiles.SourceLanguage ? null : Basis.Of(source, text.Text, text.Quality, []), now));
        }

        foreach (var overlay in seed.Overlays) db.Drafts.Add(Of(page, overlay.Area, overlay.Lang, overlay.Text, null, null, now));
        await db.SaveChangesAsync(ct);
        foreach (var layer in seed.Overlays.Select(overlay => overlay.Area).Distinct().Prepend(page.Area))
        {
            if (!(await publishing.PublishAsync(page, layer, null, Publisher, ct)).TryGet(out _, out var problem)) throw new InvalidDataException($"{seed.Key}: {problem.Detail.En}");
        }

        db.ChangeTracker.Clear();
    }

    private static Draft Of(Page page, string area, string lang, PageText text, string? quality, IReadOnlyList<BasisSegment>? basis, DateTimeOffset now) => new()
    {
        PageId = page.Id, Area = area, Lang = lang, Text = text, Quality = quality, Basis = basis, Author = Author, SavedAt = now, Version = 1,
    };

    /// <summary>Parents before their children.</summary>
    private static List<SeedPage> InOrder(IReadOnlyList<SeedPage> pages)
    {
        var ordered = new List<SeedPage>();
        var placed = new HashSet<string>();
        while (ordered.Count < pages.Count)
        {
            var next = pages.Where(page => !placed.Contains(page.Key) && (page.Parent is null || placed.Contains(page.Parent))).ToArray();
            if (next.Length == 0) throw new InvalidDataException($"Pages hang on each other in a circle: {string.Join(", ", pages.Where(page => !placed.Contains(page.Key)).Select(page => page.Key))}.");
            ordered.AddRange(next);
            placed.UnionWith(next.Select(page => page.Key));
        }

        return ordered;
    }
}
