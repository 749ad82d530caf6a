using System.Buffers;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Edge;

/// <summary>Takes each request for programs out of somebody's quota, and lets so many of somebody's be open at the same time.</summary>
internal sealed class RateLimits(RequestDelegate next, Quotas quotas)
{
    private static readonly SearchValues<char> s_code =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789,");

    /// <summary>True for a formula in place of an indicator's code, or of several: letters and digits.</summary>
    internal static bool IsFormula(HttpRequest request)
    {
        if (!request.Path.StartsWithSegments("/api/monitor/v1")) return false;
        foreach (var value in request.Query["indicator"])
        {
            if (value.AsSpan().IndexOfAnyExcept(s_code) >= 0) return true;
        }

        return false;
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Minted>() is not { } minted) return next(context);
        var quota = quotas.Take(minted.Principal, context.Connection.RemoteIpAddress, context.Request.IsRead());
        if (!quota.IsExceeded && IsFormula(context.Request))
        {
            quota = quotas.TakeFormula(minted.Principal, context.Connection.RemoteIpAddress);
        }

        context.Features.Set(quota);
        return quota.IsExceeded ? quota.ToProblem().ToResult().ExecuteAsync(context) : EnterAsync(context, minted.Principal);
    }

    private async Task EnterAsync(HttpContext context, Principal principal)
    {
        using var place = await quotas.EnterAsync(principal, context.Connection.RemoteIpAddress, context.RequestAborted);
        if (place.IsAcquired)
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = "5";
        await CommonProblems.TooManyRequests.With(new(
            "Zu viele Anfragen sind gleichzeitig offen.", "Too many requests are open at the same time.")).ToResult().ExecuteAsync(context);
    }
}
