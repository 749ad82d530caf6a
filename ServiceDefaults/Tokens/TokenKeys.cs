using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Wir.ServiceDefaults.Tokens;

/// <summary>Where the keys come from that tokens are checked with: the gateway's JWKS, or, in the gateway, its own.</summary>
public interface ITokenKeys
{
    /// <summary>The key with this name, if it is known.</summary>
    IEnumerable<SecurityKey> Known(string keyId);

    /// <summary>Makes the key known if it exists.</summary>
    ValueTask EnsureAsync(string keyId, CancellationToken ct);
}

/// <summary>
/// The gateway's public keys, as this service knows them. They are kept for good: neither a restart nor an absence of the gateway
/// stops a request that carries a valid token. A token with a key not known yet makes them be read again, at most once a second.
/// </summary>
internal sealed partial class TokenKeys : ITokenKeys, IDisposable
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly ILogger<TokenKeys> _logger;
    private readonly Uri _address;
    private readonly SemaphoreSlim _reading = new(1);
    private volatile Dictionary<string, SecurityKey> _keys = [];
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;

    public TokenKeys(IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<TokenKeys> logger)
    {
        (_clients, _time, _logger) = (clients, time, logger);
        _address = new(configuration["Wir:Tokens:KeysAddress"] ?? "http://gateway/.well-known/jwks.json");
        // A fixed set, for tests and for programs without a gateway.
        if (configuration["Wir:Tokens:Jwks"] is { Length: > 0 } fixedSet)
        {
            _keys = Read(fixedSet);
            _readAt = DateTimeOffset.MaxValue;
        }
    }

    public IEnumerable<SecurityKey> Known(string keyId) => _keys.TryGetValue(keyId, out var key) ? [key] : [];

    /// <summary>Makes the key known if the gateway has it; refreshes what is old in the background.</summary>
    public async ValueTask EnsureAsync(string keyId, CancellationToken ct)
    {
        if (_readAt == DateTimeOffset.MaxValue) return;
        if (!_keys.ContainsKey(keyId)) await ReadAsync(keyId, ct);
        else if (_time.GetUtcNow() - _readAt > s_refresh) _ = ReadAsync(null, CancellationToken.None);
    }

    public void Dispose() => _reading.Dispose();

    private async Task ReadAsync(string? wanted, CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            var now = _time.GetUtcNow();
            if ((wanted is not null && _keys.ContainsKey(wanted)) || now - _triedAt < s_pause) return;
            _triedAt = now;
            using var client = _clients.CreateClient(nameof(TokenKeys));
            client.Timeout = TimeSpan.FromSeconds(3);
            _keys = Read(await client.GetStringAsync(_address, ct));
            _readAt = now;
        }
        catch (Exception exception) when (exception is HttpRequestException or ArgumentException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            Log.NotRead(_logger, exception.Message);
        }
        finally
        {
            _reading.Release();
        }
    }

    private static Dictionary<string, SecurityKey> Read(string jwks) =>
        new JsonWebKeySet(jwks).Keys.Where(key => key is { Kty: "EC", Crv: "P-256", KeyId.Length: > 0 }).ToDictionary(key => key.KeyId, key => (SecurityKey)key);

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "The gateway's public keys could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
