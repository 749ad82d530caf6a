using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Wir.ServiceDefaults.Tokens;

namespace Wir.Gateway.Tokens;

/// <summary>For the gateway's own routes: the caller is who the edge says.</summary>
internal sealed class EdgeAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "edge";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Context.Features.Get<Minted>() is { } minted ? AuthenticateResult.Success(new(minted.User, Scheme)) : AuthenticateResult.NoResult());

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => AccessRefusal.WriteAsync(Context);
}
