namespace Wir.Gateway.SignIn;

/// <summary>Configuration section <c>Gateway:SignIn</c>: the OpenID Connect provider of the people. Without an authority nobody signs in.</summary>
public sealed class SignInOptions
{
    /// <summary>The provider's issuer address, for example <c>https://login.example.org/realms/wir</c>.</summary>
    public string? Authority { get; init; }

    /// <summary>Who the tokens have to be made for.</summary>
    public string Audience { get; init; } = "wir";

    /// <summary>The claim that holds the platform's scopes, as a list or separated by spaces. Scopes that do not exist are ignored.</summary>
    public string ScopeClaim { get; init; } = "wir_scopes";

    /// <summary>The claim that holds the keys of the person's areas.</summary>
    public string AreaClaim { get; init; } = "wir_areas";

    /// <summary>How far the clocks of provider and gateway may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shortest time between two readings of the provider's keys, at least a second.</summary>
    public TimeSpan KeyPause { get; init; } = TimeSpan.FromSeconds(10);
}
