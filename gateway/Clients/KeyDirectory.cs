using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Gateway.Data;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Clients;

/// <summary>
/// All valid keys, in memory and read again every two seconds: no request waits for the database, and a revocation counts within that time
/// in every instance. While the database is away the keys known last go on.
/// </summary>
internal sealed partial class KeyDirectory(
    IServiceScopeFactory scopes, IOptions<GatewayOptions> options, TimeProvider time, ILogger<KeyDirectory> logger) : BackgroundService
{
    private static readonly TimeSpan s_missPause = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _reading = new(1);
    private volatile FrozenDictionary<string, Entry>? _keys;
    private long _readAt;

    /// <summary>Who the key belongs to; null when it is unknown, expired or revoked.</summary>
    public async ValueTask<Principal?> FindAsync(string text, CancellationToken ct)
    {
        if (!ApiKey.TryParse(text, out var id, out var secret)) return null;
        // A key made by another instance a moment ago is not known here yet; who guesses ids costs one small query each half second.
        if (_keys?.ContainsKey(id) is not true) await RefreshAsync(s_missPause, ct);
        if (_keys?.GetValueOrDefault(id) is not { } entry) return null;
        if (!CryptographicOperations.FixedTimeEquals(ApiKey.HashOf(secret), entry.Hash)) return null;
        return entry.ExpiresAt <= time.GetUtcNow() ? null : entry.Principal;
    }

    /// <summary>Reads what has changed now, after a change made here.</summary>
    public Task RefreshAsync(CancellationToken ct) => RefreshAsync(TimeSpan.Zero, ct);

    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.KeyRefresh, time);
        do
        {
            await RefreshAsync(TimeSpan.Zero, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RefreshAsync(TimeSpan atMostEvery, CancellationToken ct)
    {
        var asked = time.GetTimestamp();
        await _reading.WaitAsync(ct);
        try
        {
            // Somebody else has read while this one waited, or just before.
            if (_readAt > asked || (_readAt != 0 && time.GetElapsedTime(_readAt) < atMostEvery)) return;
            await using var scope = scopes.CreateAsyncScope();
            var rows = await (from key in scope.ServiceProvider.GetRequiredService<GatewayDb>().Keys.AsNoTracking()
                              join client in scope.ServiceProvider.GetRequiredService<GatewayDb>().Clients on key.ClientId equals client.Id
                              where key.RevokedAt == null && client.RevokedAt == null
                              select new { key.Id, key.Hash, key.ExpiresAt, key.ClientId, client.Scopes, client.Areas, client.RequestsPerMinute }).ToListAsync(ct);
            _keys = rows.ToFrozenDictionary(row => row.Id, row => new Entry(row.Hash, row.ExpiresAt, new Principal(
                string.Create(CultureInfo.InvariantCulture, $"client:{row.ClientId}"), string.Join(' ', row.Scopes), string.Join(' ', row.Areas))
            {
                RequestsPerMinute = row.RequestsPerMinute,
                KeyEndsAt = row.ExpiresAt,
            }));
            _readAt = time.GetTimestamp();
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
        {
            Log.NotRead(logger, exception.GetBaseException().Message);
        }
        finally
        {
            _reading.Release();
        }
    }

    private sealed record Entry(byte[] Hash, DateTimeOffset? ExpiresAt, Principal Principal);

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Warning, "The API keys could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
