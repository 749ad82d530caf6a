using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Edge;

/// <summary>Takes each request for programs out of somebody's quota.</summary>
internal sealed class RateLimits(RequestDelegate next, Quotas quotas)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Minted>() is not { } minted) return next(context);
        var quota = quotas.Take(minted.Principal, context.Connection.RemoteIpAddress, HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
        context.Features.Set(quota);
        if (!quota.IsExceeded) return next(context);
        return CommonProblems.TooManyRequests.With(new(
            $"Erlaubt sind {quota.Limit} Anfragen je Minute.", $"Allowed are {quota.Limit} requests per minute.")).ToResult().ExecuteAsync(context);
    }
}
