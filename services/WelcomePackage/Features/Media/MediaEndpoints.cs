using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>A picture and what is known about it.</summary>
public sealed record MediumView(
    Guid Id, long Version, string Area, [property: Description("Address for texts: the src of an img.")] string Url, string ContentType, int Size, string Sha256,
    string Licence, string? Creator, string? Source, [property: Description("What it shows, by language. A text can be published with it in these languages only.")] IReadOnlyDictionary<string, string> Alt,
    DateTimeOffset UploadedAt)
{
    internal static MediumView Of(Medium medium) => new(
        medium.Id, medium.Version, medium.Area, MediaCheck.Path + medium.Id, medium.ContentType, medium.Size, medium.Hash, medium.Licence, medium.Creator, medium.Source, medium.Alt, medium.UploadedAt);
}

/// <param name="Licence">Under what terms it may be shown, for example CC-BY-4.0.</param>
/// <param name="Creator">Who made it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Alt">What it shows, by language.</param>
public sealed record MediumChange(
    [Required, MaxLength(100)] string Licence, [MaxLength(200)] string? Creator = null, [MaxLength(500)] string? Source = null, IReadOnlyDictionary<string, string>? Alt = null);

internal static class MediaEndpoints
{
    public static void MapMedia(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/media").WithTags("Media");
        var options = ((IEndpointRouteBuilder)api).ServiceProvider.GetRequiredService<IOptions<WelcomeOptions>>();
        group.MapPost("", Upload).WithMetadata(new RequestSizeLimitAttribute(options.Value.MaxMediumSize + (64 * 1024)))
            .WithName("UploadMedium")
            .WithSummary("Uploads a picture: multipart/form-data with file, area, licence, creator, "
                + "source and alt (JSON: text by language). Stored are its pixels alone, upright")
            .Accepts<IFormFile>("multipart/form-data").DisableAntiforgery();
        group.MapGet("/{id:guid}", GetContent).WithName("GetMediumContent").WithSummary("The picture itself");
        group.MapGet("/{id:guid}/about", GetAbout).WithName("GetMedium").WithSummary("What is known about a picture: licence, creator, what it shows");
        group.MapPatch("/{id:guid}", Change).WithName("ChangeMedium").WithSummary("Changes what is said about a picture; the picture itself never changes");
    }

    private static async Task<Results<Created<MediumView>, ProblemHttpResult>> Upload(
        HttpContext context, Caller caller, WelcomeDb db, AreaRegister areas, PictureCleaner cleaner,
        IOptions<WelcomeOptions> options, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
        {
            return CommonProblems.UnsupportedMediaType.With(new("Erwartet wird multipart/form-data.", "multipart/form-data is expected.")).ToResult();
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(ct);
        }
        catch (InvalidDataException)
        {
            return CommonProblems.MalformedBody.With(new("Die Teile sind nicht lesbar.", "The parts cannot be read.")).ToResult();
        }

        var input = FormInput.Read(form, options.Value.MaxMediumSize);
        if (input.Faults.Count > 0) return CommonProblems.InvalidValues.With(new("Angaben fehlen oder sind ungültig.", "Values are missing or invalid."), input.Faults).ToResult();
        if (!areas.ParseAt(input.Area!, time.Today(), "/area").TryGet(out var area, out var problem)) return problem.ToResult();
        if (!caller.May(Scopes.WelcomeWrite, area.Key)) return Editing.Foreign(area.Key).ToResult();
        using var buffer = new MemoryStream();
        await input.File!.CopyToAsync(buffer, ct);
        if (!(await cleaner.CleanAsync(buffer.ToArray(), ct)).TryGet(out var picture, out problem))
        {
            return problem.ToResult();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var medium = new Medium
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()), Area = area.Key, Version = 1,
                Hash = await BlobStore.PutAsync(db, picture.Content, ct),
            ContentType = picture.ContentType, Size = picture.Content.Length, State = MediumState.Clean,
            Licence = input.About!.Licence, Creator = input.About.Creator, Source = input.About.Source, Alt = input.About.Alt ?? new Dictionary<string, string>(),
            UploadedBy = caller.Subject, UploadedAt = time.GetUtcNow(),
        };
        db.Media.Add(medium);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, medium.Version);
        return TypedResults.Created(MediaCheck.Path + medium.Id, MediumView.Of(medium));
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> GetContent(HttpContext context, WelcomeDb db, BlobStore blobs, Guid id, CancellationToken ct)
    {
        var medium = await db.Media.AsNoTracking().FirstOrDefaultAsync(one => one.Id == id, ct);
        if (medium is null or { State: MediumState.Unreadable }) return NoSuch.ToResult();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (!new ReadHeaders(new EntityTagHeaderValue($"\"{medium.Hash[..24]}\""), medium.UploadedAt, null, TimeSpan.FromDays(1)).Apply(context)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return await blobs.GetAsync(medium.Hash, ct) is { } content ? TypedResults.File(content, medium.ContentType) : NoSuch.ToResult();
    }

    private static async Task<Results<ReadResult<MediumView>, ProblemHttpResult>> GetAbout(WelcomeDb db, Guid id, CancellationToken ct) =>
        await db.Media.AsNoTracking().FirstOrDefaultAsync(one => one.Id == id, ct) is { } medium ? Reads.Ok(MediumView.Of(medium), medium.Version, null) : NoSuch.ToResult();

    private static async Task<Results<Ok<MediumView>, ProblemHttpResult>> Change(
        HttpContext context, WelcomeDb db, Caller caller, PageEditing editing, LiveWriter live, TimeProvider time, Guid id, MergePatch<MediumChange> patch, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await editing.TakeTreeAsync(ct);
        var medium = await db.Media.FirstOrDefaultAsync(one => one.Id == id, ct);
        if (medium is null) return NoSuch.ToResult();
        if (!caller.MayAny(medium.Area, Scopes.WelcomeWrite, Scopes.WelcomeTranslate)) return Editing.Foreign(medium.Area).ToResult();
        if (IfMatch.Require(context, medium.Version) is { } stale) return stale.ToResult();
        var change = patch.Apply(new(medium.Licence, medium.Creator, medium.Source, medium.Alt));
        Fault[] faults = [.. FormInput.AltFaults(change.Alt), .. FormInput.SourceFaults(change.Source)];
        if (faults.Length > 0) return CommonProblems.InvalidValues.With(new("Texte sind ungültig.", "Texts are invalid."), faults).ToResult();
        (medium.Licence, medium.Creator, medium.Source, medium.Alt) = (change.Licence, change.Creator, change.Source, change.Alt ?? new Dictionary<string, string>());
        medium.Version++;
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return CommonProblems.PreconditionFailed.With(new("Inzwischen geändert.", "Changed meanwhile.")).ToResult();
        }

        // What readers see of it stands in every text that shows it.
        await live.RerenderAsync([Renderer.UseOf(id)], time.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, medium.Version);
        return TypedResults.Ok(MediumView.Of(medium));
    }

    private static ProblemCase NoSuch => CommonProblems.NotFound.With(new("Dieses Bild gibt es nicht.", "There is no such picture."));
}

/// <summary>The parts of an upload, with every fault named.</summary>
internal sealed record FormInput(IFormFile? File, string? Area, MediumChange? About, IReadOnlyList<Fault> Faults)
{
    private static readonly string[] s_members = ["area", "licence", "creator", "source", "alt"];

    public static FormInput Read(IFormCollection form, int maxSize)
    {
        var faults = new List<Fault>();
        foreach (var name in form.Keys.Where(name => !s_members.Contains(name))) faults.Add(new($"/{name}", CommonProblems.Faults.UnknownMember, new("Unbekannt.", "Unknown.")));
        var file = form.Files.GetFile("file");
        if (file is null || form.Files.Count != 1) faults.Add(new("/file", CommonProblems.Faults.MissingMember, new("Erwartet wird genau eine Datei.", "Exactly one file is expected.")));
        else if (file.Length is 0 || file.Length > maxSize) faults.Add(new("/file", CommonProblems.Faults.TooLong, new($"1 bis {maxSize} Bytes.", $"1 to {maxSize} bytes.")));
        var (area, licence) = (form["area"].ToString(), form["licence"].ToString());
        if (area.Length is 0 or > 20) faults.Add(new("/area", CommonProblems.Faults.MissingMember, new("Der Schlüssel eines Gebiets fehlt.", "The key of an area is missing.")));
        if (licence.Length is 0 or > 100) faults.Add(new("/licence", CommonProblems.Faults.MissingMember, new("Die Lizenz fehlt.", "The licence is missing.")));
        foreach (var (name, most) in new[] { ("creator", 200), ("source", 500) })
        {
            if (form[name].ToString().Length > most) faults.Add(new($"/{name}", CommonProblems.Faults.TooLong, new($"Höchstens {most} Zeichen.", $"At most {most} characters.")));
        }

        Dictionary<string, string>? alt = null;
        if (form["alt"].ToString() is { Length: > 0 } text)
        {
            try
            {
                alt = JsonSerializer.Deserialize<Dictionary<string, string>>(text);
            }
            catch (JsonException)
            {
                faults.Add(new("/alt", CommonProblems.Faults.WrongType, new("Erwartet wird JSON: Text je Sprache.", "JSON is expected: text by language.")));
            }
        }

        faults.AddRange([.. AltFaults(alt), .. SourceFaults(form["source"])]);
        return new(file, area, new(licence, Given(form["creator"]), Given(form["source"]), alt), faults);
    }

    public static IEnumerable<Fault> AltFaults(IReadOnlyDictionary<string, string>? alt)
    {
        foreach (var (lang, text) in alt ?? new Dictionary<string, string>())
        {
            if (!Wir.ServiceDefaults.Texts.Languages.TryParse(lang, out var known) || known.Tag != lang) yield return new($"/alt/{lang}", CommonProblems.UnknownLanguage.Code, new("Unbekannte Sprache.", "Unknown language."));
            if (string.IsNullOrWhiteSpace(text) || text.Length > 500) yield return new($"/alt/{lang}", CommonProblems.Faults.InvalidValue, new("1 bis 500 Zeichen.", "1 to 500 characters."));
        }
    }

    public static IEnumerable<Fault> SourceFaults(string? source) =>
        Html.LinkCheck.FaultOfAddress(source, "/source") is { } fault ? [fault] : [];

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
