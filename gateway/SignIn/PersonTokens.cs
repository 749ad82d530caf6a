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
/// The provider's keys are read again when a token names one that is not known, and every hour, so that keys that the
/// provider has withdrawn end.
/// </summary>
internal sealed partial class PersonTokens
{
    // Public-key algorithms only: with a shared-key one, the provider's public key would be the secret.
    private static readonly string[] s_algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };
    private readonly TokenValidationParameters? _parameters;
    private readonly SignInOptions _options;
    private readonly AreaRegister _areas;
    private readonly TimeProvider _time;
    private readonly ILogger<PersonTokens> _logger;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _reader;
    private volatile OpenIdConnectConfiguration? _provider;
    private volatile Exception? _failure;
    private long _askedAt;

    // Whoever brings the first token of a new key waits until the key is read, instead of being refused.
    static PersonTokens() => AppContext.SetSwitch("Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking", true);

    public PersonTokens(
        IOptions<SignInOptions> options, IHttpClientFactory clients, AreaRegister areas, TimeProvider time,
        ILogger<PersonTokens> logger)
    {
        (_options, _areas, _time, _logger) = (options.Value, areas, time, logger);
        if (_options.Authority is not { Length: > 0 } authority) return;
        var client = clients.CreateClient(nameof(PersonTokens));
        client.Timeout = TimeSpan.FromSeconds(5);
        // A provider on the same machine, for development, may be without TLS.
        var retriever = new HttpDocumentRetriever(client) { RequireHttps = !new Uri(authority).IsLoopback };
        _reader = new(
            authority.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
            retriever, new SameIssuer(authority, logger))
        {
            AutomaticRefreshInterval = TimeSpan.FromHours(1),
            RefreshInterval = _options.KeyPause,
        };
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
        // Only services listen to all events; no provider of people can say that somebody is one.
        var scopes = Values(jwt, _options.ScopeClaim).Where(Scopes.All.Contains).Except([Scopes.ReadEvents]).Order();
        var areas = Values(jwt, _options.AreaClaim).Where(area => _areas.Find(area) is not null).Distinct().Order();
        return new(SubjectOf(jwt), string.Join(' ', scopes), string.Join(' ', areas));
    }

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

    /// <summary>
    /// Reads the provider's description and keys when a token names one that is not known, at most once per pause. A
    /// token with a known key never waits for the provider.
    /// </summary>
    private async Task EnsureAsync(string? keyId, CancellationToken ct)
    {
        if (keyId is null) return;
        if (KeysOf(keyId).Length > 0)
        {
            _ = ReadProviderAsync(CancellationToken.None);
            return;
        }

        // The reader's own pause begins with success only: one that fails would be asked for each such token.
        var isDue = _provider is not null && _time.GetElapsedTime(Volatile.Read(ref _askedAt)) >= _options.KeyPause;
        if (isDue) _reader!.RequestRefresh();
        await ReadProviderAsync(ct);
        if (isDue) Volatile.Write(ref _askedAt, _time.GetTimestamp());
    }

    private async Task ReadProviderAsync(CancellationToken ct)
    {
        try
        {
            _provider = await _reader!.GetConfigurationAsync(ct);
        }
        catch (InvalidOperationException exception)
        {
            // Said once for each attempt, however many tokens ask meanwhile.
            if (Interlocked.Exchange(ref _failure, exception.InnerException) == exception.InnerException) return;
            Log.NotRead(_logger, (exception.InnerException ?? exception).Message);
        }
    }

    /// <summary>The same for the same person always, and no name: providers put e-mail addresses into <c>sub</c>, too.</summary>
    private static string SubjectOf(JsonWebToken jwt) =>
        "person:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{jwt.Issuer}\n{jwt.Subject}")).AsSpan(0, 16));

    private static IEnumerable<string> Values(JsonWebToken jwt, string claim) =>
        jwt.Claims.Where(found => found.Type == claim).SelectMany(found => found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A description that speaks for another issuer is none of this provider.</summary>
    private sealed class SameIssuer(string authority, ILogger logger)
        : IConfigurationValidator<OpenIdConnectConfiguration>
    {
        public ConfigurationValidationResult Validate(OpenIdConnectConfiguration configuration)
        {
            if (configuration.Issuer == authority) return new() { Succeeded = true };
            Log.OtherIssuer(logger, configuration.Issuer);
            return new() { ErrorMessage = "another issuer" };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Warning, "The sign-in provider could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(4021, LogLevel.Error, "The sign-in provider calls itself {Issuer}, which is not the configured authority")]
        public static partial void OtherIssuer(ILogger logger, string issuer);
    }
}
