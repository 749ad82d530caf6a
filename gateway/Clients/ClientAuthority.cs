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
/// being handed on, and nobody makes a key for a client that may do more than the caller. A parameter of this type in a
/// handler is filled by itself.
/// </summary>
internal sealed class ClientAuthority
{
    private readonly Caller _caller;
    private readonly GatewayOptions _options;
    private readonly string[] _areas;
    private readonly string[] _scopes;
    private readonly int _rate;

    private ClientAuthority(Caller caller, GatewayOptions options, int? ownRate)
    {
        (_caller, _options) = (caller, options);
        (_areas, _scopes) = (caller.OwnAreas(), [.. caller.Scopes]);
        _rate = ownRate ?? options.ClientRequestsPerMinute;
    }

    private bool IsOperator => _caller.Has(Scopes.PlatformAdmin);

    public static ValueTask<ClientAuthority?> BindAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var caller = new Caller(context.User, services.GetRequiredService<AreaRegister>());
        var principal = context.Features.GetRequiredFeature<Minted>().Principal;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        return ValueTask.FromResult<ClientAuthority?>(new(caller, options, principal.RequestsPerMinute));
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
    /// Rates are given per client: without an end to their number, a district's rate would have none. Requests at the
    /// same moment may pass it by a few. An operator may go on.
    /// </summary>
    public async Task<ProblemCase?> TooManyClientsAsync(GatewayDb db, CancellationToken ct)
    {
        var most = _options.ClientsOfAManager;
        if (IsOperator) return null;
        if (await ClientsOf(db).CountAsync(client => client.RevokedAt == null, ct) < most) return null;
        return Problems.TooManyClients.With(new(
            $"In Ihren Gebieten gibt es schon {most} Clients. Sperren Sie einen, oder fragen Sie den Betrieb.",
            $"There are {most} clients in your areas already. Revoke one, or ask the operator."));
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
