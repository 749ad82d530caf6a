using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Contracts;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Packages;

/// <param name="Area">Key of the municipality.</param>
/// <param name="Language">Language of the package.</param>
/// <param name="WantedLanguage">Language that was asked for; the package's when not given.</param>
/// <param name="Channel">office, post, online or event.</param>
/// <param name="Checklist">Not taken yet (422).</param>
public sealed record NewPackage(
    [MaxLength(20)] string Area, [MaxLength(35)] string Language,
    [AllowedValues("office", "post", "online", "event")] string Channel,
    [MaxLength(35)] string? WantedLanguage = null, NewChecklist? Checklist = null);

/// <param name="Arrival">Day of arrival.</param>
/// <param name="Status">On what ground somebody stays.</param>
/// <param name="Family">Who belongs to it.</param>
/// <param name="Municipality">As the package's area.</param>
/// <param name="Lang">As the package's language.</param>
public sealed record NewChecklist(
    DateOnly Arrival,
    [AllowedValues("eu", "asylum", "protection", "ukraine", "family", "work", "study", "tolerated", "humanitarian", "repatriate")] string Status,
    NewFamily? Family = null, [MaxLength(20)] string? Municipality = null, [MaxLength(35)] string? Lang = null);

public sealed record NewFamily([Range(1, 20)] int Adults = 1, [MaxLength(20)] IReadOnlyList<int>? Children = null);

/// <summary>The answer to the office: what to hand over.</summary>
public sealed record IssuedPackage(string Code, string Url, DateTimeOffset ExpiresAt, long ContentVersion, string Booklet, QrLinks Qr);

internal static class IssuePackage
{
    public static async Task<Results<Created<IssuedPackage>, ProblemHttpResult>> Handle(
        HttpContext context, JsonBody<NewPackage> body, Caller caller, WelcomeDb db, LiveReader live, AreaRegister areas,
        PackageAddress address, IOptions<WelcomeOptions> options, TimeProvider time, CancellationToken ct)
    {
        var asked = body.Value;
        if (!areas.ParseAt(asked.Area, time.Today(), "/area").TryGet(out var area, out var problem)) return problem.ToResult();
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(asked.Language, "/language").TryGet(out var language, out problem)) return problem.ToResult();
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(asked.WantedLanguage ?? asked.Language, "/wantedLanguage").TryGet(out var wanted, out problem)) return problem.ToResult();
        if (!caller.Covers(area.Key)) return Editing.Foreign(area.Key).ToResult();
        if (asked.Checklist is not null)
        {
            // It says much about a family, and nothing is made from it yet.
            var text = new Text("Pakete haben noch keine Checkliste; es wird nichts davon gespeichert.",
                "Packages have no checklist yet; nothing of it is stored.");
            return CommonProblems.InvalidValues.With(text,
                new Fault("/checklist", CommonProblems.Faults.InvalidValue, text)).ToResult();
        }

        var now = time.GetUtcNow();
        var package = new Package
        {
            Id = Guid.CreateVersion7(now),
            Code = PackageCode.Create(),
            Area = area.Key,
            Language = language.Tag,
            WantedLanguage = wanted.Tag,
            Channel = asked.Channel,
            ContentVersion = await live.RevisionAsync(ct),
            IssuedAt = now,
            ExpiresAt = now + options.Value.PackageLifetime,
        };
        db.Packages.Add(package);
        db.Emit(new PackageIssued { PackageId = package.Id, Area = area.Key, Language = language.Tag, WantedLanguage = wanted.Tag, Channel = asked.Channel });
        await db.SaveChangesAsync(ct);
        var view = PackageView.Of(package, address);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"{WelcomeApp.Prefix}/packages/{package.Code}", new IssuedPackage(view.Code, view.Url, view.ExpiresAt, view.ContentVersion, view.Booklet, view.Qr));
    }
}
