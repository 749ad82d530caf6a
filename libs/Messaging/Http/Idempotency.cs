using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Messaging;

/// <summary>Gives the answer to a repeated request: from the id (or the path, when the id is none) of what the first one made.</summary>
public delegate Task<IResult> AnswerAgain(HttpContext context, string resource, CancellationToken ct);

/// <summary>Creating posts that can be repeated without making a second thing.</summary>
public static class Idempotency
{
    internal static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>
    /// Takes <c>Idempotency-Key</c>: what the handler changes on the request's <see cref="ServiceDb"/> and the memory of the key commit together, so
    /// that fifty posts at once, or one repeated after a crash, make one thing. Only answers below 400 are remembered.
    /// </summary>
    /// <param name="route">The route. Its handler must not begin a transaction of its own while <c>Database.CurrentTransaction</c> is set.</param>
    /// <param name="again">The body of a repeated answer; without it that is <c>{ "id": … }</c>, with the first one's status, Location and ETag.</param>
    public static RouteHandlerBuilder WithIdempotency(this RouteHandlerBuilder route, AnswerAgain? again = null) =>
        route.WithMetadata(new IdempotencyMetadata()).AddEndpointFilter(new IdempotencyFilter(again));
}

internal sealed class IdempotencyFilter(AnswerAgain? again) : IEndpointFilter
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    // Those who wait for the same key wait here, without a connection to the database; those of other processes at the row.
    private static readonly ConcurrentDictionary<string, Turn> s_turns = [];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers[IdempotencyMetadata.Header];
        if (header.Count == 0) return await next(context);
        if (header is not [{ Length: >= 8 and <= 128 } key] || key.Any(character => character is < '!' or > '~'))
        {
            return CommonProblems.InvalidIdempotencyKey.With(new("8 bis 128 sichtbare ASCII-Zeichen, einmal.", "8 to 128 visible ASCII characters, once.")).ToResult();
        }

        var request = Request.Of(context, key);
        var turn = Turn.Take(s_turns, request.Identity);
        try
        {
            if (!await turn.WaitAsync(s_patience, http.RequestAborted)) return Busy(http);
            try
            {
                return await RunAsync(context, next, request);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            turn.Leave(s_turns, request.Identity);
        }
    }

    private async ValueTask<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, Request request)
    {
        var (http, ct) = (context.HttpContext, context.HttpContext.RequestAborted);
        var db = http.RequestServices.GetRequiredService<ServiceDb>();
        var store = new IdempotencyStore(db, http.RequestServices.GetRequiredService<TimeProvider>());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        bool isFirst;
        try
        {
            isFirst = await store.ClaimAsync(request, s_patience, ct);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return Busy(http);
        }

        if (!isFirst)
        {
            var known = await store.ReadAsync(request, ct);
            await transaction.RollbackAsync(ct);
            return await RepeatAsync(http, request, known, ct);
        }

        var result = await next(context);
        if (Answered.Of(http, result) is not { Status: < 400 } answered)
        {
            // Nothing was made; the next try may do better. The handler's own changes are undone with the claim.
            await transaction.RollbackAsync(ct);
            return result;
        }

        await store.RememberAsync(request, answered, ct);
        await transaction.CommitAsync(ct);
        return result;
    }

    private async Task<IResult> RepeatAsync(HttpContext http, Request request, Remembered known, CancellationToken ct)
    {
        if (!known.Body.AsSpan().SequenceEqual(request.Body))
        {
            return CommonProblems.IdempotencyKeyReused.With(new(
                "Mit diesem Schlüssel kam schon eine andere Anfrage.", "Another request came with this key before.")).ToResult();
        }

        var resource = known.Resource ?? "";
        http.Response.Headers["Idempotent-Replayed"] = "true";
        if (known.Version is { } version) IfMatch.Tell(http, version);
        var isPath = resource.StartsWith('/');
        if (isPath) http.Response.Headers.Location = resource;
        var id = isPath ? resource[(resource.LastIndexOf('/') + 1)..] : resource;
        var answer = again is null ? TypedResults.Json(new { id }) : await again(http, id, ct);
        return new WithStatus(answer, known.Status);
    }

    private static ProblemHttpResult Busy(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "1";
        return CommonProblems.Conflict.With(new("Dieselbe Anfrage läuft noch.", "The same request is still running.")).ToResult();
    }

    /// <summary>The answer made again is that of a read; its status is the first one's.</summary>
    private sealed class WithStatus(IResult inner, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.OnStarting(() =>
            {
                if (httpContext.Response.StatusCode == StatusCodes.Status200OK) httpContext.Response.StatusCode = status;
                return Task.CompletedTask;
            });
            return inner.ExecuteAsync(httpContext);
        }
    }

    /// <summary>One after the other for one key; gone when nobody waits any more.</summary>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing; somebody may still be on his way to it.
    private sealed class Turn
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _gate = new(1);
        private int _users = 1;

        public static Turn Take(ConcurrentDictionary<string, Turn> turns, string identity) =>
            turns.AddOrUpdate(identity, _ => new Turn(), (_, turn) =>
            {
                Interlocked.Increment(ref turn._users);
                return turn;
            });

        public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => _gate.WaitAsync(atMost, ct);

        public void Release() => _gate.Release();

        public void Leave(ConcurrentDictionary<string, Turn> turns, string identity)
        {
            if (Interlocked.Decrement(ref _users) == 0) turns.TryRemove(KeyValuePair.Create(identity, this));
        }
    }
}

/// <summary>What makes two requests the same.</summary>
internal sealed record Request(string Caller, string Route, byte[] Key, byte[] Body)
{
    public string Identity => $"{Caller}\n{Route}\n{Convert.ToHexString(Key)}";

    public static Request Of(EndpointFilterInvocationContext context, string key)
    {
        var http = context.HttpContext;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.QueryString}\n"));
        foreach (var body in context.Arguments.OfType<IRequestBytes>()) hash.AppendData(body.Bytes.Span);
        var caller = http.User.FindFirst("sub")?.Value ?? "anonymous";
        return new(caller, RouteOf(http), SHA256.HashData(Encoding.UTF8.GetBytes(key)), hash.GetHashAndReset());
    }

    /// <summary>The route, however its path was written: with a slash at its end, in capitals.</summary>
    private static string RouteOf(HttpContext http)
    {
        var pattern = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText!.TrimEnd('/');
        return string.Join(' ', http.Request.RouteValues.Select(value => $"{value.Key}={value.Value}").Prepend($"{http.Request.Method} {pattern}"));
    }
}

internal sealed record Remembered(byte[] Body, int Status, string? Resource, long? Version);

/// <summary>What is remembered of an answer: its status, and which thing in which version it was about.</summary>
internal sealed record Answered(int Status, string? Resource, long? Version)
{
    public static Answered? Of(HttpContext http, object? result)
    {
        var inner = result is INestedHttpResult nested ? nested.Result : result;
        var status = (inner as IStatusCodeHttpResult)?.StatusCode ?? (inner is IResult ? http.Response.StatusCode : StatusCodes.Status200OK);
        var value = inner is IResult ? (inner as IValueHttpResult)?.Value : inner;
        var location = inner?.GetType().GetProperty("Location")?.GetValue(inner) as string ?? Text(http.Response.Headers.Location);
        var version = Text(http.Response.Headers.ETag) is { } tag && Microsoft.Net.Http.Headers.EntityTagHeaderValue.TryParse(tag, out var parsed) ? EntityTag.VersionOf(parsed) : null;
        return new(status, location ?? Member(value, "Id") ?? Member(value, "Code"), version ?? (long.TryParse(Member(value, "Version"), CultureInfo.InvariantCulture, out var number) ? number : null));
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues header) => header.Count == 0 ? null : header.ToString();

    private static string? Member(object? value, string name) =>
        Convert.ToString(value?.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.GetValue(value), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
}

internal sealed class IdempotencyStore(ServiceDb db, TimeProvider time)
{
    /// <summary>True when this request is the first; a second one waits here until the first has committed or gone.</summary>
    public async Task<bool> ClaimAsync(Request request, TimeSpan patience, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var milliseconds = ((int)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using var command = Command($"""
            set local lock_timeout = {milliseconds};
            insert into {db.Schema}.idempotency_key as k (caller, route, key, body, created_at) values (@caller, @route, @key, @body, @now)
            on conflict (caller, route, key) do update set body = excluded.body, status = null, resource = null, version = null, created_at = excluded.created_at
                where k.created_at < @old;
            """, request);
        command.Parameters.AddWithValue("body", request.Body);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("old", now - Idempotency.Kept);
        var inserted = await command.ExecuteNonQueryAsync(ct);
        await using var reset = new NpgsqlCommand("set local lock_timeout = 0", command.Connection, command.Transaction);
        await reset.ExecuteNonQueryAsync(ct);
        return inserted > 0;
    }

    public async Task<Remembered> ReadAsync(Request request, CancellationToken ct)
    {
        await using var command = Command($"select body, status, resource, version from {db.Schema}.idempotency_key where caller = @caller and route = @route and key = @key", request);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new(
            reader.GetFieldValue<byte[]>(0), reader.GetInt32(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2),
            await reader.IsDBNullAsync(3, ct) ? null : reader.GetInt64(3));
    }

    public async Task RememberAsync(Request request, Answered answered, CancellationToken ct)
    {
        await using var command = Command($"""
            update {db.Schema}.idempotency_key set status = @status, resource = @resource, version = @version
            where caller = @caller and route = @route and key = @key
            """, request);
        command.Parameters.AddWithValue("status", answered.Status);
        command.Parameters.Add(new NpgsqlParameter("resource", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)answered.Resource ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("version", NpgsqlTypes.NpgsqlDbType.Bigint) { Value = (object?)answered.Version ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlCommand Command(string sql, Request request)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.AddWithValue("caller", request.Caller);
        command.Parameters.AddWithValue("route", request.Route);
        command.Parameters.AddWithValue("key", request.Key);
        return command;
    }
}
