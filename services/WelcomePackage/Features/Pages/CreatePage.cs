using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="ParentId">The page above; null for a chapter.</param>
/// <param name="Area">Key of the area that owns the page.</param>
/// <param name="Order">Place among the pages of the same parent.</param>
/// <param name="SourceLanguage">Language that the others are translated from.</param>
/// <param name="FieldOfAction">For example work, health, housing.</param>
/// <param name="Source">Where the facts come from.</param>
/// <param name="CheckedAt">Day of the last comparison with the source.</param>
/// <param name="ReviewBy">Day of the next one.</param>
public sealed record NewPage(
    Guid? ParentId,
    [MaxLength(20)] string Area,
    [Range(0, 100000)] int Order,
    [MaxLength(35)] string SourceLanguage = "de",
    [RegularExpression("^[a-z][a-z-]{1,39}$")] string? FieldOfAction = null,
    [MaxLength(500)] string? Source = null,
    DateOnly? CheckedAt = null,
    DateOnly? ReviewBy = null);

/// <summary>A page as those see it who work on it.</summary>
public sealed record PageRecord(
    Guid Id, [property: Description("Counts every change, drafts too; for If-Match.")] long Version, PageStatus Status, Guid? ParentId, int Order, string Area,
    string SourceLanguage, string? FieldOfAction, string? Source, DateOnly? CheckedAt, DateOnly? ReviewBy, DateTimeOffset? UnpublishAt, string? Reason, Guid? Successor,
    DateTimeOffset UpdatedAt)
{
    public static PageRecord Of(Page page) => new(
        page.Id, page.Version, page.Status, page.ParentId, page.SortOrder, page.Area, page.SourceLanguage, page.FieldOfAction, page.Source,
        page.CheckedAt, page.ReviewBy, page.UnpublishAt, page.Reason, page.SuccessorId, page.UpdatedAt);
}

internal static class CreatePage
{
    public static async Task<Results<Created<PageRecord>, ProblemHttpResult>> Handle(
        HttpContext context, JsonBody<NewPage> body, Caller caller, WelcomeDb db, AreaRegister areas, TimeProvider time, CancellationToken ct)
    {
        var asked = body.Value;
        if (!areas.ParseAt(asked.Area, time.Today(), "/area").TryGet(out var area, out var problem)) return problem.ToResult();
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(asked.SourceLanguage, "/sourceLanguage").TryGet(out var language, out problem)) return problem.ToResult();
        if (Html.LinkCheck.FaultOfAddress(asked.Source, "/source") is { } link)
        {
            return CommonProblems.InvalidValues.With(link.Detail, link).ToResult();
        }

        if (!caller.Covers(area.Key)) return Editing.Foreign(area.Key).ToResult();
        if (asked.ParentId is { } parentId && await CheckParentAsync(db, areas, parentId, area.Key, ct) is { } wrong) return wrong.ToResult();

        var now = time.GetUtcNow();
        var page = new Page
        {
            Id = Guid.CreateVersion7(now),
            ParentId = asked.ParentId,
            SortOrder = asked.Order,
            Area = area.Key,
            SourceLanguage = language.Tag,
            FieldOfAction = asked.FieldOfAction,
            Version = 1,
            Source = asked.Source,
            CheckedAt = asked.CheckedAt,
            ReviewBy = asked.ReviewBy,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Pages.Add(page);
        await db.SaveChangesAsync(ct);
        IfMatch.Tell(context, page.Version);
        return TypedResults.Created($"{WelcomeApp.Prefix}/pages/{page.Id}", PageRecord.Of(page));
    }

    /// <summary>A page lies at or below its parent's level: whoever sees it sees the parent.</summary>
    internal static async Task<ProblemCase?> CheckParentAsync(WelcomeDb db, AreaRegister areas, Guid parentId, string area, CancellationToken ct)
    {
        var parent = await db.Pages.AsNoTracking().FirstOrDefaultAsync(page => page.Id == parentId && page.Status != PageStatus.Removed, ct);
        if (parent is null)
        {
            var text = new Text("Die übergeordnete Seite gibt es nicht.", "There is no such parent page.");
            return CommonProblems.InvalidValues.With(text, new Fault("/parentId", CommonProblems.Faults.InvalidValue, text));
        }

        return areas.IsWithin(area, parent.Area) ? null : Problems.AreaOutsideParent.With(
            new($"Die übergeordnete Seite gehört zu {parent.Area}; {area} liegt nicht darin.", $"The parent page belongs to {parent.Area}; {area} is not within it."),
            new Fault("/area", Problems.AreaOutsideParent.Code, new("Kein Teil des Gebiets der übergeordneten Seite.", "Not part of the parent page's area.")));
    }
}
