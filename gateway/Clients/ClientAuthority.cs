using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Gateway.Data;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Clients;

/// <summary>
/// Which clients a caller looks after, and what they may hold. An operator: all. A caller with <c>clients:manage</c>:
/// those whose areas lie under the caller's, with no scope and no rate beyond the caller's own. So no right grows by
/// being handed on, and nobody makes a key for a client that may do more than the caller, or one that lasts longer than
/// the key it was made with. A parameter of this type in a handler is filled by itself.
/// </summary>
internal sealed class ClientAuthority
{
    /// <summary>Minutes that a client's users have to take over a new key which somebody else made.</summary>
    private const int Notice = 60;

    private readonly Caller _caller;
    private readonly GatewayOptions _options;
    private readonly string[] _areas;
    private readonly string[] _scopes;
    private readonly int _rate;

    private ClientAuthority(Caller caller, GatewayOptions options, Principal principal)
    {
        (_caller, _options, KeyEnd) = (caller, options, principal.KeyEndsAt);
        (_areas, _scopes) = (caller.OwnAreas(), [.. caller.Scopes]);
        _rate = principal.RequestsPerMinute ?? options.ClientRequestsPerMinute;
    }

    /// <summary>The caller, as tokens name them.</summary>
    public string Subject => _caller.Subject;

    /// <summary>When the caller's own key ends, and so at the latest each key that is made with it.</summary>
    public DateTimeOffset? KeyEnd { get; }

    private bool IsOperator => _caller.Has(Scopes.PlatformAdmin);

    public static ValueTask<ClientAuthority?> BindAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var caller = new Caller(context.User, services.GetRequiredService<AreaRegister>());
        var principal = context.Features.GetRequiredFeature<Minted>().Principal;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        return ValueTask.FromResult<ClientAuthority?>(new(caller, options, principal));
    }

    /// <summary>The clients that the caller looks after. The others do not exist for the caller.</summary>
    public IQueryable<ApiClient> ClientsOf(GatewayDb db) => IsOperator ? db.Clients : db.Clients.FromSql($"""
        select * from gateway.api_client
        where areas <@ {_areas} and cardinality(areas) > 0 and scopes <@ {_scopes}
            and coalesce(requests_per_minute, {_options.ClientRequestsPerMinute}) <= {_rate}
        """);

    /// <summary>Everything in which a client would have more than the caller; null when there is nothing.</summary>
    public ProblemCase? Beyond(ClientDraft draft)
    {
        if (IsOperator) return null;
        var faults = new List<Fault>();
        for (var i = 0; i < draft.Scopes.Count; i++)
        {
            if (_caller.Has(draft.Scopes[i])) continue;
            Text detail = new("Diese Berechtigung haben Sie selbst nicht.", "You do not have this scope yourself.");
            faults.Add(Fault($"/scopes/{i}", detail));
        }

        for (var i = 0; i < draft.Areas.Count; i++)
        {
            if (_caller.Covers(draft.Areas[i])) continue;
            Text detail = new("Dieses Gebiet gehört nicht zu Ihren.", "This area is none of yours.");
            faults.Add(Fault($"/areas/{i}", detail));
        }

        if (draft.Areas.Count == 0)
        {
            Text detail = new("Nennen Sie mindestens eines Ihrer Gebiete.", "Name at least one of your areas.");
            faults.Add(Fault("/areas", detail));
        }

        if ((draft.RequestsPerMinute ?? _options.ClientRequestsPerMinute) > _rate)
        {
            var rate = _rate.ToString(CultureInfo.InvariantCulture);
            Text detail = new($"Sie selbst haben {rate} in der Minute.", $"You have {rate} a minute yourself.");
            faults.Add(Fault("/requestsPerMinute", detail));
        }

        Text all = new("Ein Client bekommt höchstens, was Sie selbst haben.", "A client gets at most what you have.");
        return faults.Count == 0 ? null : Problems.BeyondOwnRights.With(all, faults);
    }

    /// <summary>
    /// Rates are given per client: without an end to their number, a district's rate would have none. Counted is who
    /// names one of the areas itself; so nobody uses up what the area above has. Requests at the same moment may pass
    /// it by a few. An operator may go on.
    /// </summary>
    public async Task<ProblemCase?> TooManyClientsAsync(GatewayDb db, IEnumerable<string> areas, CancellationToken ct)
    {
        var (most, named) = (_options.ClientsOfAManager, areas.Distinct().ToArray());
        if (IsOperator || named.Length == 0) return null;
        var counts = await db.Database.SqlQuery<int>($"""
            select count(*)::int as "Value" from gateway.api_client, unnest(areas) as named (area)
            where revoked_at is null and area = any({named}) group by area
            """).ToListAsync(ct);
        if (counts.TrueForAll(count => count < most)) return null;
        return Problems.TooManyClients.With(new(
            $"Für dieses Gebiet gibt es schon {most} Clients. Sperren Sie einen, oder fragen Sie den Betrieb.",
            $"There are {most} clients for this area already. Revoke one, or ask the operator."));
    }

    /// <summary>
    /// Whoever uses a client hears of a new key from its maker, and needs time to take it over. A key that is in wrong
    /// hands is revoked instead, by its id.
    /// </summary>
    public ProblemCase? TooSoon(ApiClient client, int? overlapMinutes)
    {
        if (overlapMinutes is not < Notice || IsOperator || client.CreatedBy == Subject) return null;
        if (Subject == string.Create(CultureInfo.InvariantCulture, $"client:{client.Id}")) return null;
        Text detail = new(
            $"Diesen Client hat jemand anderes angelegt: mindestens {Notice} Minuten. Gegen Missbrauch: Schlüssel sperren.",
            $"Somebody else made this client: {Notice} minutes at least. Against abuse, revoke a key.");
        return Problems.BeyondOwnRights.With(detail, [Fault("/overlapMinutes", detail)]);
    }

    /// <summary>A key that ends makes none that lasts longer: who has it for a time only would have it for ever.</summary>
    public ProblemCase? EndsLater(DateTimeOffset? expiresAt)
    {
        if (KeyEnd is not { } last || !(expiresAt > last)) return null;
        var end = last.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Text detail = new($"Ihr eigener Schlüssel endet {end}.", $"Your own key ends at {end}.");
        return Problems.BeyondOwnRights.With(detail, [Fault("/expiresAt", detail)]);
    }

    /// <summary>As for clients: a key that is not used any more is revoked before the next one is made.</summary>
    public ProblemCase? TooManyKeys(ApiClient client, DateTimeOffset now)
    {
        var most = _options.KeysOfAClient;
        if (IsOperator) return null;
        if (client.Keys.Count(key => key.RevokedAt is null && !(key.ExpiresAt <= now)) < most) return null;
        return Problems.TooManyClients.With(new(
            $"Der Client hat schon {most} gültige Schlüssel. Sperren Sie einen.",
            $"The client has {most} valid keys already. Revoke one."));
    }

    private static Fault Fault(string pointer, Text detail) => new(pointer, Problems.BeyondOwnRights.Code, detail);
}
