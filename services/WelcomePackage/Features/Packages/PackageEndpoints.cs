using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using QRCoder;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Packages;

/// <summary>An issued package, as its holder opens it.</summary>
public sealed record PackageView(
    string Code, string Url, string Area, string Language, string WantedLanguage, DateTimeOffset ExpiresAt, long ContentVersion, string Booklet, QrLinks Qr)
{
    internal static PackageView Of(Package package, PackageAddress address) => new(
        package.Code, address.OfReader(package.Code), package.Area, package.Language, package.WantedLanguage, package.ExpiresAt, package.ContentVersion,
        address.Of(package.Code, "booklet"), new(address.Of(package.Code, "qr.svg"), address.Of(package.Code, "qr.png")));
}

/// <param name="Svg">Address of the code as a drawing.</param>
/// <param name="Png">Address of the code as a picture.</param>
public sealed record QrLinks(string Svg, string Png);

/// <summary>Addresses as the outside sees them.</summary>
internal sealed class PackageAddress(IConfiguration configuration)
{
    private readonly string _public = (configuration["Wir:PublicUrl"] ?? "http://127.0.0.1:8080").TrimEnd('/');

    public string OfReader(string code) => $"{_public}/p/{code}";

    /// <summary>The portal's page of an association, where its contacts are.</summary>
    public string OfEntry(string language, Guid id) => $"{_public}/{language}/associations/{id}";

    public string Of(string code, string part) => $"{_public}{WelcomeApp.Prefix}/packages/{code}/{part}";
}

internal static class PackageEndpoints
{
    public static void MapPackages(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/packages").WithTags("Packages");
        group.MapPost("", IssuePackage.Handle).WithName("IssuePackage").WithSummary("Issues a package of today's content for a place and a language; nobody is named");
        group.MapGet("/{code}", GetPackage).WithName("GetPackage").WithSummary("An issued package");
        group.MapGet("/{code}/booklet", GetBooklet).WithName("GetBooklet").WithSummary("The package's content as one HTML document to read or print");
        group.MapGet("/{code}/qr.svg", GetQrSvg).WithName("GetQrSvg").WithSummary("The code to scan, as a drawing");
        group.MapGet("/{code}/qr.png", GetQrPng).WithName("GetQrPng").WithSummary("The code to scan, as a picture");
    }

    private static async Task<Results<ReadResult<PackageView>, ProblemHttpResult>> GetPackage(
        HttpContext context, WelcomeDb db, TimeProvider time, PackageAddress address, [Description("The package's code")] string code, CancellationToken ct)
    {
        if (!(await FindAsync(db, time, code, ct)).TryGet(out var package, out var problem)) return problem.ToResult();
        KeepPrivate(context);
        return Reads.Ok(PackageView.Of(package, address), 1, package.IssuedAt, package.Language);
    }

    private static async Task<Results<ContentHttpResult, EmptyHttpResult, ProblemHttpResult>> GetBooklet(
        HttpContext context, WelcomeDb db, TimeProvider time, Booklet booklet, [Description("The package's code")] string code, CancellationToken ct)
    {
        if (!(await FindAsync(db, time, code, ct)).TryGet(out var package, out var problem)) return problem.ToResult();
        var html = await booklet.RenderAsync(package, ct);
        KeepPrivate(context);
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:";
        return new ReadHeaders(EntityTag.Of(context, 1, html, package.Language), null, package.Language).Apply(context)
            ? TypedResults.Content(html, "text/html; charset=utf-8")
            : TypedResults.Empty;
    }

    private static async Task<Results<ContentHttpResult, EmptyHttpResult, ProblemHttpResult>> GetQrSvg(
        HttpContext context, WelcomeDb db, TimeProvider time, PackageAddress address, [Description("The package's code")] string code, CancellationToken ct)
    {
        if (!(await FindAsync(db, time, code, ct)).TryGet(out var package, out var problem)) return problem.ToResult();
        KeepPrivate(context);
        using var data = QrOf(package, address);
        using var drawing = new SvgQRCode(data);
        var svg = drawing.GetGraphic(8);
        return new ReadHeaders(EntityTag.Of(context, 1, svg, null), null, null).Apply(context) ? TypedResults.Content(svg, "image/svg+xml") : TypedResults.Empty;
    }

    private static async Task<Results<FileContentHttpResult, EmptyHttpResult, ProblemHttpResult>> GetQrPng(
        HttpContext context, WelcomeDb db, TimeProvider time, PackageAddress address, [Description("The package's code")] string code, CancellationToken ct)
    {
        if (!(await FindAsync(db, time, code, ct)).TryGet(out var package, out var problem)) return problem.ToResult();
        KeepPrivate(context);
        using var data = QrOf(package, address);
        using var picture = new PngByteQRCode(data);
        var png = picture.GetGraphic(12);
        return new ReadHeaders(EntityTag.Of(context, 1, png, null), null, null).Apply(context) ? TypedResults.File(png, "image/png") : TypedResults.Empty;
    }

    private static QRCodeData QrOf(Package package, PackageAddress address) =>
        QRCodeGenerator.GenerateQrCode(address.OfReader(package.Code), QRCodeGenerator.ECCLevel.M);

    private static async Task<Outcome<Package>> FindAsync(WelcomeDb db, TimeProvider time, string typed, CancellationToken ct)
    {
        // The answer never repeats the code: a mistyped one may be somebody's.
        var unknown = CommonProblems.NotFound.With(new("Zu diesem Code gibt es kein Paket.", "There is no package with this code."));
        if (PackageCode.Normalise(typed) is not { } code) return unknown;
        var package = await db.Packages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Code == code, ct);
        if (package is null) return unknown;
        return package.RevokedAt is null && time.GetUtcNow() < package.ExpiresAt
            ? package
            : Problems.PackageExpired.With(new("Dieses Paket gilt nicht mehr.", "This package is no longer valid."));
    }

    /// <summary>Who has the code has the package: nothing on the way may keep it, and no other site may be told.</summary>
    private static void KeepPrivate(HttpContext context) => context.Response.OnStarting(() =>
    {
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["X-Robots-Tag"] = "noindex";
        return Task.CompletedTask;
    });
}
