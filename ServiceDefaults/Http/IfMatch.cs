using System.Globalization;
using Microsoft.AspNetCore.Http;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Nobody overwrites what they have not seen.</summary>
public static class IfMatch
{
    /// <summary>Whether a route changes an existing thing: PUT, PATCH, DELETE, and POST on a thing, unless it says otherwise.</summary>
    internal static bool IsDemanded(string? method, string? path, IEnumerable<object> metadata) =>
        path?.Contains('{', StringComparison.Ordinal) is true && method is ("PUT" or "PATCH" or "DELETE" or "POST") && !metadata.OfType<WithoutIfMatchAttribute>().Any();

    /// <summary>Null when <c>If-Match</c> names the current version; otherwise 428 (header missing) or 412 (changed meanwhile).</summary>
    /// <param name="context">The request.</param>
    /// <param name="version">The thing's current version.</param>
    public static ProblemCase? Require(HttpContext context, long version)
    {
        var header = context.Request.GetTypedHeaders().IfMatch;
        if (header.Count == 0)
        {
            return CommonProblems.PreconditionRequired.With(new(
                "Bitte die zuletzt gelesene Fassung in If-Match nennen (Wert des ETag).", "Please name the version read last in If-Match (value of the ETag)."));
        }

        // Strong comparison: a weak tag never names a version for certain.
        var matches = header.Any(tag => tag.Tag == "*" || (!tag.IsWeak && EntityTag.VersionOf(tag) == version));
        return matches ? null : CommonProblems.PreconditionFailed
            .With(new($"Die aktuelle Fassung ist {version}.", $"The current version is {version}."))
            .Add("currentVersion", version);
    }

    /// <summary>For a PUT that may create: null when <c>If-None-Match: *</c> was sent; otherwise 428.</summary>
    public static ProblemCase? RequireNew(HttpContext context) =>
        context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == "*")
            ? null
            : CommonProblems.PreconditionRequired.With(new("Neu anlegen geht mit If-None-Match: *.", "Creating needs If-None-Match: *."));

    /// <summary>Null unless <c>If-None-Match: *</c> was sent for a thing that exists (412).</summary>
    public static ProblemCase? RefuseExisting(HttpContext context) =>
        context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == "*")
            ? CommonProblems.Exists.With(new("Es gibt es schon; zum Ändern bitte If-Match.", "It exists already; to change it, please use If-Match."))
            : null;

    /// <summary>Writes of new versions answer with a tag whose version part can be used in the next <c>If-Match</c>.</summary>
    public static void Tell(HttpContext context, long version) =>
        context.Response.Headers.ETag = $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";
}

/// <summary>Marks a change that cannot overwrite anything: it adds, or can be made once only.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WithoutIfMatchAttribute : Attribute;
