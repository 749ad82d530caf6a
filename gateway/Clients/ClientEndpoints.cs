using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wir.Areas;
using Wir.Gateway.Data;
using Wir.Gateway.Tokens;
using Wir.Messaging;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Gateway.Clients;

/// <summary>Clients and their keys: for operators, and for others within their own areas and rights.</summary>
internal static class ClientEndpoints
{
    public static void MapClients(this WebApplication app)
    {
        var api = app.MapServiceApi("/api/clients/v1");
        api.MapMessaging<GatewayDb>();
        api.MapGet("/me", GetMe).WithName("GetMe").WithTags("Caller").WithSummary("Who the request comes from, as the platform sees it");
        api.MapPost("/signing-keys", RotateSigningKeys).WithName("RotateSigningKeys").WithTags("Signing keys")
            .WithSummary("A new key to sign tokens with; it is published first and signs after ten minutes");
        var clients = api.MapGroup("/clients").WithTags("Clients");
        clients.MapGet("", ListClients).WithName("ListClients")
            .WithSummary("The clients that the caller looks after, in the order in which they were made");
        clients.MapPost("", CreateClient).WithIdempotency(GetAgain).WithName("CreateClient").WithSummary("A new client with its first key, which is shown this once");
        clients.MapGet("/{id:guid}", GetClient).WithName("GetClient").WithSummary("One client");
        clients.MapPatch("/{id:guid}", ChangeClient).WithName("ChangeClient").WithSummary("Changes name, scopes, areas or limit");
        clients.MapDelete("/{id:guid}", RevokeClient).WithName("RevokeClient").WithSummary("Shuts a client out for good, within seconds");
        clients.MapPost("/{id:guid}/keys", CreateKey).WithName("CreateKey").WithSummary("A further key, shown this once; the others may go on for a while");
        clients.MapDelete("/{id:guid}/keys/{keyId}", RevokeKey).WithName("RevokeKey").WithSummary("Revokes one key, within seconds");
    }

    private static ReadResult<CallerView> GetMe(Caller caller) => Reads.Ok(new CallerView(caller.Subject, [.. caller.Scopes.Order()], caller.Areas));

    private static async Task<NoContent> RotateSigningKeys(SigningKeys keys, CancellationToken ct)
    {
        await keys.RotateAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<ReadResult<ListOf<ClientView>>> ListClients(
        HttpContext context, [AsParameters] Paging paging, ClientAuthority authority, GatewayDb db,
        CancellationToken ct)
    {
        var take = paging.Take();
        var after = paging.After<IdKey>(context)?.Id ?? Guid.Empty;
        var rows = await authority.ClientsOf(db).AsNoTracking().Include(client => client.Keys)
            .Where(client => client.Id > after).OrderBy(client => client.Id).Take(take + 1).ToListAsync(ct);
        var (data, links) = Paging.Cut(context, rows, take, last => new IdKey(last.Id));
        return Reads.Ok(new ListOf<ClientView>([.. data.Select(ClientView.Of)], links, new ListMeta()));
    }

    private static async Task<Results<ReadResult<ClientView>, ProblemHttpResult>> GetClient(
        [Description("The client's id")] Guid id, ClientAuthority authority, GatewayDb db, CancellationToken ct)
    {
        var client = await authority.ClientsOf(db).AsNoTracking().Include(found => found.Keys)
            .SingleOrDefaultAsync(found => found.Id == id, ct);
        if (client is null) return NotFound().ToResult();
        return Reads.Ok(ClientView.Of(client), client.Version, client.UpdatedAt);
    }

    private static async Task<Results<Created<CreatedClient>, ProblemHttpResult>> CreateClient(
        HttpContext context, JsonBody<ClientDraft> body, ClientAuthority authority, GatewayDb db, AreaRegister areas,
        KeyDirectory directory, TimeProvider time, CancellationToken ct)
    {
        if (Check(body.Value, areas) is { } problem) return problem.ToResult();
        if (authority.Beyond(body.Value) is { } beyond) return beyond.ToResult();
        if (await authority.TooManyClientsAsync(db, body.Value.Areas, ct) is { } tooMany) return tooMany.ToResult();
        var (draft, now) = (body.Value, time.GetUtcNow());
        var client = new ApiClient
        {
            Id = Guid.CreateVersion7(), Name = draft.Name, Scopes = [.. draft.Scopes.Distinct()], Areas = [.. draft.Areas.Distinct()],
            RequestsPerMinute = draft.RequestsPerMinute, CreatedAt = now, UpdatedAt = now,
            CreatedBy = authority.Subject,
        };
        var (key, text) = ApiKey.Create(client.Id, now, authority.KeyEnd);
        client.Keys.Add(key);
        db.Clients.Add(client);
        db.Emit(ClientEvents.Of(client, "created", authority.Subject, key.Id));
        if (await SaveAsync(db, directory, ct) is { } conflict) return conflict.ToResult();
        IfMatch.Tell(context, client.Version);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/clients/v1/clients/{client.Id}", new CreatedClient(ClientView.Of(client), new NewKey(key.Id, text, key.ExpiresAt)));
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> ChangeClient(
        HttpContext context, [Description("The client's id")] Guid id, MergePatch<ClientDraft> patch,
        ClientAuthority authority, GatewayDb db, AreaRegister areas, KeyDirectory directory, TimeProvider time,
        CancellationToken ct)
    {
        if (await FindAsync(authority, db, id, ct) is not { } client) return NotFound().ToResult();
        if (IfMatch.Require(context, client.Version) is { } stale) return stale.ToResult();
        var draft = patch.Apply(new ClientDraft { Name = client.Name, Scopes = client.Scopes, Areas = client.Areas, RequestsPerMinute = client.RequestsPerMinute });
        if (Check(draft, areas) is { } problem) return problem.ToResult();
        if (authority.Beyond(draft) is { } beyond) return beyond.ToResult();
        var entered = draft.Areas.Except(client.Areas);
        if (await authority.TooManyClientsAsync(db, entered, ct) is { } tooMany) return tooMany.ToResult();
        (client.Name, client.Scopes, client.Areas, client.RequestsPerMinute) = (draft.Name, [.. draft.Scopes.Distinct()], [.. draft.Areas.Distinct()], draft.RequestsPerMinute);
        Touch(client, db, "changed", time, authority);
        if (await SaveAsync(db, directory, ct) is { } conflict) return conflict.ToResult();
        IfMatch.Tell(context, client.Version);
        return TypedResults.Ok(ClientView.Of(client));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeClient(
        HttpContext context, [Description("The client's id")] Guid id, ClientAuthority authority, GatewayDb db,
        KeyDirectory directory, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(authority, db, id, ct) is not { } client) return NotFound().ToResult();
        if (IfMatch.Require(context, client.Version) is { } stale) return stale.ToResult();
        client.RevokedAt ??= time.GetUtcNow();
        Touch(client, db, "revoked", time, authority);
        if (await SaveAsync(db, directory, ct) is { } conflict) return conflict.ToResult();
        return TypedResults.NoContent();
    }

    [WithoutIfMatch]
    private static async Task<Results<Created<NewKey>, ProblemHttpResult>> CreateKey(
        HttpContext context, [Description("The client's id")] Guid id, JsonBody<KeyDraft> body,
        ClientAuthority authority, GatewayDb db, KeyDirectory directory, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(authority, db, id, ct) is not { RevokedAt: null } client) return NotFound().ToResult();
        var now = time.GetUtcNow();
        if (body.Value.ExpiresAt <= now)
        {
            Text detail = new("Das Ende liegt in der Vergangenheit.", "The end lies in the past.");
            return CommonProblems.InvalidValues.With(detail, new Fault("/expiresAt", CommonProblems.Faults.InvalidValue, detail)).ToResult();
        }

        if (authority.EndsLater(body.Value.ExpiresAt) is { } later) return later.ToResult();
        if (authority.TooSoon(client, body.Value.OverlapMinutes) is { } tooSoon) return tooSoon.ToResult();
        if (authority.TooManyKeys(client, now) is { } tooMany) return tooMany.ToResult();
        if (body.Value.OverlapMinutes is { } minutes)
        {
            var end = now.AddMinutes(minutes);
            foreach (var other in client.Keys.Where(other => other.ExpiresAt is null || other.ExpiresAt > end)) other.ExpiresAt = end;
        }

        var (key, text) = ApiKey.Create(client.Id, now, body.Value.ExpiresAt?.ToUniversalTime() ?? authority.KeyEnd);
        db.Keys.Add(key);
        var change = body.Value.OverlapMinutes is null ? "key-created" : "key-rotated";
        Touch(client, db, change, time, authority, key.Id);
        if (await SaveAsync(db, directory, ct) is { } conflict) return conflict.ToResult();
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/clients/v1/clients/{client.Id}", new NewKey(key.Id, text, key.ExpiresAt));
    }

    [WithoutIfMatch]
    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeKey(
        [Description("The client's id")] Guid id, [Description("The key's id")] string keyId, ClientAuthority authority,
        GatewayDb db, KeyDirectory directory, TimeProvider time, CancellationToken ct)
    {
        if (await FindAsync(authority, db, id, ct) is not { } client) return NotFound().ToResult();
        if (client.Keys.SingleOrDefault(found => found.Id == keyId) is not { } key) return NotFound().ToResult();
        if (key.RevokedAt is not null) return TypedResults.NoContent();
        key.RevokedAt = time.GetUtcNow();
        Touch(client, db, "key-revoked", time, authority, key.Id);
        if (await SaveAsync(db, directory, ct) is { } conflict) return conflict.ToResult();
        return TypedResults.NoContent();
    }

    /// <summary>The key is not shown again: who has lost it asks for a further one.</summary>
    private static async Task<IResult> GetAgain(HttpContext context, string resource, CancellationToken ct)
    {
        var authority = (await ClientAuthority.BindAsync(context))!;
        var db = context.RequestServices.GetRequiredService<GatewayDb>();
        var client = await FindAsync(authority, db, Guid.Parse(resource), ct);
        return client is null ? NotFound().ToResult() : TypedResults.Ok(new { Client = ClientView.Of(client) });
    }

    private static Task<ApiClient?> FindAsync(ClientAuthority authority, GatewayDb db, Guid id, CancellationToken ct) =>
        authority.ClientsOf(db).Include(client => client.Keys).SingleOrDefaultAsync(client => client.Id == id, ct);

    private static void Touch(
        ApiClient client, GatewayDb db, string change, TimeProvider time, ClientAuthority authority,
        string? keyId = null)
    {
        client.Version++;
        client.UpdatedAt = time.GetUtcNow();
        db.Emit(ClientEvents.Of(client, change, authority.Subject, keyId));
    }

    private static async Task<ProblemCase?> SaveAsync(GatewayDb db, KeyDirectory directory, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return CommonProblems.PreconditionFailed.With(new("Jemand war schneller. Bitte neu lesen.", "Somebody was faster. Please read again."));
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            Text detail = new("So heißt schon ein anderer Client.", "Another client has this name.");
            return Problems.NameTaken.With(detail, new Fault("/name", Problems.NameTaken.Code, detail));
        }

        await directory.RefreshAsync(ct);
        return null;
    }

    private static ProblemCase? Check(ClientDraft draft, AreaRegister areas)
    {
        var faults = new List<Fault>();
        for (var i = 0; i < draft.Scopes.Count; i++)
        {
            var scope = draft.Scopes[i];
            if (Scopes.All.Contains(scope)) continue;
            var hint = Nearest.Hint(scope, Scopes.All);
            faults.Add(new($"/scopes/{i}", Problems.UnknownScope.Code, new($"Diese Berechtigung gibt es nicht.{hint.De}", $"There is no such scope.{hint.En}")));
        }

        for (var i = 0; i < draft.Areas.Count; i++)
        {
            if (areas.Find(draft.Areas[i]) is null) faults.Add(new($"/areas/{i}", CommonProblems.UnknownArea.Code, new("Dieses Gebiet ist unbekannt.", "This area is not known.")));
        }

        return faults.Count == 0 ? null : CommonProblems.InvalidValues.With(new("Berechtigungen oder Gebiete sind unbekannt.", "Scopes or areas are not known."), faults);
    }

    private static ProblemCase NotFound() => CommonProblems.NotFound.With(new("Diesen Client gibt es nicht.", "There is no such client."));

    private sealed record IdKey(Guid Id);
}
