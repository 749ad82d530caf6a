using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Wir.Gateway.Edge;
using Wir.Gateway.Tokens;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Wir.Gateway.Proxy;

/// <summary>What a service gets with a request: a token. What the portal gets: the reader's address, signed. Neither gets both.</summary>
internal sealed class Forwarding(ReaderAddress addresses) : ITransformProvider
{
    /// <summary>Bodies above this size are sent when the service says that it wants them, bytes; smaller ones at once.</summary>
    private const int AskedFirst = 64 * 1024;

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        context.AddXForwardedFor(action: ForwardedTransformActions.Off);
        if (context.Route.ClusterId == ProxyRoutes.Portal)
        {
            context.AddRequestTransform(forward =>
            {
                forward.ProxyRequest.Headers.TryAddWithoutValidation(
                    ReaderAddress.Header, addresses.Sign(forward.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None));
                return ValueTask.CompletedTask;
            });
            return;
        }

        context.AddRequestTransform(forward =>
        {
            forward.ProxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Authorization, forward.HttpContext.Features.GetRequiredFeature<Minted>().Header);
            // A service that refuses a large body answers before it has read it. Unless it was asked first, the answer would be
            // lost with the connection.
            if (forward.ProxyRequest.Content is not null && forward.HttpContext.Request.ContentLength is null or > AskedFirst)
            {
                forward.ProxyRequest.Headers.ExpectContinue = true;
            }

            return ValueTask.CompletedTask;
        });
    }
}
