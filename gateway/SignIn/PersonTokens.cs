using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Wir.Areas;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Access;

namespace Wir.Gateway.SignIn;

/// <summary>
/// Checks the tokens of people against the configured provider and maps them; the only place where foreign tokens are looked at.
/// The provider's keys are read again when a token names one that is not known.
/// </summary>
internal sealed partial class PersonTokens : IDisposable
{
    // Public-key algorithms only: with a shared-key one, the provider's public key would be the secret.
    private static readonly string[] s_algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };
    private readonly TokenValidationParameters? _parameters;
    private readonly SignInOptions _options;
    private readonly AreaRegister _areas;
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly ILogger<PersonTokens> _logger;
    private readonly SemaphoreSlim _reading = new(1);
    private volatile OpenIdConnectConfiguration? _provider;
    private long _triedAt;

    public PersonTokens(IOptions<SignInOptions> options, IHttpClientFactory clients, AreaRegister areas, TimeProvider time, ILogger<PersonTokens> logger)
    {
        (_options, _clients, _areas, _time, _logger) = (options.Value, clients, areas, time, logger);
        if (_options.Authority is not { Length: > 0 } authority) return;
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = authority,
            ValidAudience = _options.Audience,
            ValidAlgorithms = s_algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            TryAllIssuerSigningKeys = false,
            IssuerSigningKeyResolver = (_, _, keyId, _) => KeysOf(keyId),
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires is { } end && time.GetUtcNow().UtcDateTime < end + _options.ClockSkew && (notBefore is not { } start || time.GetUtcNow().UtcDateTime > start - _options.ClockSkew),
        };
    }

    /// <summary>False when no provider is configured: then tokens from outside mean nothing.</summary>
    public bool IsEnabled => _parameters is not null;

    /// <summary>Who the token was made for; null when it does not hold.</summary>
    public async Task<Principal?> ReadAsync(string token, CancellationToken ct)
    {
        if (_parameters is null || token.Length > _handler.MaximumTokenSizeInBytes || !_handler.CanReadToken(token)) return null;
        await EnsureAsync(KeyIdOf(token), ct);
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject.Length: > 0 } jwt) return null;
        var scopes = Values(jwt, _options.ScopeClaim).Where(Scopes.All.Contains).Distinct().Order();
        var areas = Values(jwt, _options.AreaClaim).Where(area => _areas.Find(area) is not null).Distinct().Order();
        return new(SubjectOf(jwt), string.Join(' ', scopes), string.Join(' ', areas));
    }

    public void Dispose() => _reading.Dispose();

    private SecurityKey[] KeysOf(string? keyId) => keyId is null ? [] : [.. _provider?.SigningKeys.Where(key => key.KeyId == keyId) ?? []];

    private static string? KeyIdOf(string token)
    {
        try
        {
            return new JsonWebToken(token).Kid;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Reads the provider's description and keys when a token names one that is not known, at most once per pause.</summary>
    private async Task EnsureAsync(string? keyId, CancellationToken ct)
    {
        if (keyId is null || KeysOf(keyId).Length > 0) return;
        await _reading.WaitAsync(ct);
        try
        {
            if (KeysOf(keyId).Length > 0 || (_triedAt != 0 && _time.GetElapsedTime(_triedAt) < _options.KeyPause)) return;
            _triedAt = _time.GetTimestamp();
            var authority = _options.Authority!;
            using var client = _clients.CreateClient(nameof(PersonTokens));
            client.Timeout = TimeSpan.FromSeconds(5);
            // A provider on the same machine, for development, may be without TLS.
            var retriever = new HttpDocumentRetriever(client) { RequireHttps = !new Uri(authority).IsLoopback };
            var read = await OpenIdConnectConfigurationRetriever.GetAsync(authority.TrimEnd('/') + "/.well-known/openid-configuration", retriever, ct);
            // A description that speaks for another issuer is none of this provider.
            if (read.Issuer == authority) _provider = read;
            else Log.OtherIssuer(_logger, read.Issuer);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ArgumentException)
        {
            Log.NotRead(_logger, exception.Message);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The same for the same person always, and no name: providers put e-mail addresses into <c>sub</c>, too.</summary>
    private static string SubjectOf(JsonWebToken jwt) =>
        "person:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{jwt.Issuer}\n{jwt.Subject}")).AsSpan(0, 16));

    private static IEnumerable<string> Values(JsonWebToken jwt, string claim) =>
        jwt.Claims.Where(found => found.Type == claim).SelectMany(found => found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Warning, "The sign-in provider could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(4021, LogLevel.Error, "The sign-in provider calls itself {Issuer}, which is not the configured authority")]
        public static partial void OtherIssuer(ILogger logger, string issuer);
    }
}
