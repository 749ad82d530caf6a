using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wir.Areas;

namespace Wir.ServiceDefaults.Access;

/// <summary>Who makes the request, as the gateway's token says. A parameter of this type in a handler is filled by itself.</summary>
public sealed class Caller
{
    private readonly AreaRegister _areas;

    public Caller(ClaimsPrincipal principal, AreaRegister areas)
    {
        _areas = areas;
        Subject = principal.FindFirstValue("sub") ?? "anonymous";
        Scopes = (principal.FindFirstValue("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        Reader = principal.FindFirstValue(Tokens.TokenClaims.Reader);
        Areas = (principal.FindFirstValue("areas") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary><c>client:…</c> for an API key, <c>person:…</c> for a person, <c>anonymous</c> otherwise.</summary>
    public string Subject { get; }

    public IReadOnlySet<string> Scopes { get; }

    /// <summary>Keys of the areas for which the scopes count.</summary>
    public IReadOnlyList<string> Areas { get; }

    /// <summary>
    /// Stands for the address of somebody without credentials, for this day; null where there are some.
    /// </summary>
    public string? Reader { get; }

    public bool IsAnonymous => Subject == "anonymous";

    public bool Has(string scope) => Scopes.Contains(scope);

    /// <summary>True when <paramref name="area"/> is one of the caller's areas or lies below one in the hierarchy.</summary>
    public bool Covers(string area) => Areas.Any(own => _areas.IsWithin(area, own));

    /// <summary>Scope and area together: the question before every write.</summary>
    public bool May(string scope, string area) => Has(scope) && Covers(area);

    /// <summary>Keys of the caller's areas and of all below them, ended ones included: what a queue may show.</summary>
    public string[] OwnAreas() => [.. Areas.SelectMany(_areas.DescendantsAndSelf).Select(area => area.Key).Distinct()];

    /// <summary>
    /// True when numbers may be shown in which all areas are together: to services, operators, and readers of all of
    /// Germany.
    /// </summary>
    public bool ReadsAllAreas => Has(Access.Scopes.ReadEvents) || Has(Access.Scopes.PlatformAdmin)
        || May(Access.Scopes.ReadInternal, Area.GermanyKey);

    public static ValueTask<Caller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<Caller?>(new Caller(context.User, context.RequestServices.GetRequiredService<AreaRegister>()));
}
