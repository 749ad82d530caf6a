using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Gateway.Data;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Tokens;

namespace Wir.Gateway.Tokens;

/// <summary>
/// The keys that sign, kept in the gateway's database so that a restart and every further instance goes on with them. A key that gets old is
/// followed by a new one, which stands in the JWKS for a while before it signs; the old one stays there until its last token has ended.
/// </summary>
internal sealed partial class SigningKeys(
    IServiceScopeFactory scopes, IOptions<GatewayOptions> options, TimeProvider time, ILogger<SigningKeys> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private volatile IReadOnlyList<Loaded> _keys = [];

    /// <summary>The key that signs now.</summary>
    /// <exception cref="ProblemException">None could be read yet (503).</exception>
    public TokenIssuer Current => CurrentOf(_keys, time.GetUtcNow())?.Issuer
        ?? throw new ProblemException(Problems.NotReady.With(new("Die Schlüssel sind noch nicht gelesen.", "The keys have not been read yet.")));

    /// <summary>All public keys, those that do not sign yet or any more included.</summary>
    public KeySet PublicKeys() => new([.. _keys.Select(key => key.Issuer.PublicKey())]);

    /// <summary>A secret for the gateway's own use per key, the signing one's first: every instance has the same.</summary>
    /// <exception cref="ProblemException">None could be read yet (503).</exception>
    public IReadOnlyList<byte[]> Secrets => _keys is { Count: > 0 } keys ? [.. keys.Reverse().Select(key => key.Secret)]
        : throw new ProblemException(Problems.NotReady.With(new("Die Schlüssel sind noch nicht gelesen.", "The keys have not been read yet.")));

    /// <summary>Puts a new key beside the present one at once; used when a key may have become known.</summary>
    public Task RotateAsync(CancellationToken ct) => ReadAsync(rotate: true, ct);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryReadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Until the first key is there, nobody can be served: ask more often.
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_keys.Count == 0 ? TimeSpan.FromSeconds(1) : s_interval, time, stoppingToken);
            await TryReadAsync(stoppingToken);
        }
    }

    private async Task TryReadAsync(CancellationToken ct)
    {
        try
        {
            await ReadAsync(rotate: false, ct);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException } or DbUpdateException)
        {
            Log.NotRead(logger, exception.GetBaseException().Message);
        }
    }

    private async Task ReadAsync(bool rotate, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<GatewayDb>();
        var now = time.GetUtcNow();
        var rows = await db.SigningKeys.AsNoTracking().OrderBy(key => key.ActiveFrom).ToListAsync(ct);
        if (rotate || NeedsNew(rows, now) || Ended(rows, now).Any()) rows = await ReplaceAsync(db, now, rotate, ct);
        var known = _keys.ToDictionary(key => key.Issuer.KeyId);
        _keys = [.. rows.Select(row => known.GetValueOrDefault(row.Id) ?? Load(row))];
    }

    private async Task<List<SigningKey>> ReplaceAsync(GatewayDb db, DateTimeOffset now, bool rotate, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Of several instances one makes the key; the others find it here.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('wir.gateway.signing-keys'))", ct);
        var rows = await db.SigningKeys.OrderBy(key => key.ActiveFrom).ToListAsync(ct);
        foreach (var ended in Ended(rows, now).ToArray())
        {
            db.SigningKeys.Remove(ended);
            rows.Remove(ended);
        }

        if (rotate || NeedsNew(rows, now))
        {
            using var issuer = TokenIssuer.Create();
            var row = new SigningKey { Id = issuer.KeyId, Pkcs8 = issuer.Export(), CreatedAt = now, ActiveFrom = rows.Count == 0 ? now : now + options.Value.SigningKeyOverlap };
            db.SigningKeys.Add(row);
            rows.Add(row);
            Log.Made(logger, row.Id);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return rows;
    }

    private bool NeedsNew(List<SigningKey> rows, DateTimeOffset now) => rows.Count == 0 || rows[^1].CreatedAt + options.Value.SigningKeyAge <= now;

    /// <summary>Those whose successor has been signing for longer than any token lives.</summary>
    private IEnumerable<SigningKey> Ended(List<SigningKey> rows, DateTimeOffset now) =>
        rows.Where((_, index) => index + 1 < rows.Count && rows[index + 1].ActiveFrom + options.Value.SigningKeyOverlap + TokenClaims.Lifetime <= now);

    private static Loaded? CurrentOf(IReadOnlyList<Loaded> keys, DateTimeOffset now)
    {
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].ActiveFrom <= now) return keys[i];
        }

        return keys.Count > 0 ? keys[0] : null;
    }

    private static Loaded Load(SigningKey row) =>
        new(TokenIssuer.Import(row.Id, row.Pkcs8), row.ActiveFrom, HKDF.DeriveKey(HashAlgorithmName.SHA256, row.Pkcs8, 32, info: "wir reader address"u8.ToArray()));

    private sealed record Loaded(TokenIssuer Issuer, DateTimeOffset ActiveFrom, byte[] Secret);

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Warning, "The signing keys could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(4002, LogLevel.Information, "Signing key {KeyId} was made")]
        public static partial void Made(ILogger logger, string keyId);
    }
}
