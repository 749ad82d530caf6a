namespace Wir.Portal.Api;

/// <summary>Passes the reader's address on, so that the gateway's limits count readers and not the portal.</summary>
internal sealed class ReaderAddress(IHttpContextAccessor accessor) : DelegatingHandler
{
    private const string Header = "X-Wir-Reader";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The gateway has signed it for this request; sent back, it says for whom the portal asks.
        if (accessor.HttpContext?.Request.Headers[Header] is { Count: > 0 } address) request.Headers.TryAddWithoutValidation(Header, address.ToArray());
        return base.SendAsync(request, cancellationToken);
    }
}
