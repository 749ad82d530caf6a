namespace Wir.Portal.Api;

/// <summary>Passes the reader's address on, so that the gateway's limits count readers and not the portal.</summary>
internal sealed class ReaderAddress(IHttpContextAccessor accessor) : DelegatingHandler
{
    private const string Header = "X-Forwarded-For";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The gateway in front of the portal has set it; nobody else reaches the portal.
        if (accessor.HttpContext?.Request.Headers[Header] is { Count: > 0 } address) request.Headers.TryAddWithoutValidation(Header, address.ToArray());
        return base.SendAsync(request, cancellationToken);
    }
}
