using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Wir.Gateway.Edge;
using Wir.ServiceDefaults.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Wir.Gateway.Proxy;

/// <summary>
/// What happens when a service fails: a read is tried once more, at another instance if there is one; a service that keeps failing is left alone for a
/// moment; and the caller gets a problem. What changes something is never sent twice.
/// </summary>
internal sealed class Resilience(IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ResiliencePipeline<ForwarderError>> _breakers = [];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        ForwarderError error;
        try
        {
            var breaker = _breakers.GetOrAdd(context.GetReverseProxyFeature().Cluster.Config.ClusterId, CreateBreaker);
            error = await breaker.ExecuteAsync(static (state, _) => ForwardAsync(state.context, state.next), (context, next), CancellationToken.None);
        }
        catch (BrokenCircuitException)
        {
            error = ForwarderError.NoAvailableDestinations;
        }

        if (context.Response.HasStarted) return;
        // The server has refused what the client sent: too much, too slowly.
        if (error == ForwarderError.RequestBodyClient && RefusalOf(context) is { } refusal) throw refusal;
        if (FailureOf(error) is not { } failure) return;
        context.Response.Headers.RetryAfter = "5";
        await failure.ToResult().ExecuteAsync(context);
    }

    private static async ValueTask<ForwarderError> ForwardAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        var all = proxy.AvailableDestinations;
        await next(context);
        var error = ErrorOf(context);
        if (error != ForwarderError.Request || !IsSafe(context.Request) || context.Response.HasStarted) return error;

        var others = all.Where(destination => destination != proxy.ProxiedDestination).ToArray();
        proxy.AvailableDestinations = others.Length > 0 ? others : all;
        proxy.ProxiedDestination = null;
        context.Features.Set<IForwarderErrorFeature>(null);
        context.Response.Clear();
        await next(context);
        return ErrorOf(context);
    }

    private static bool IsSafe(HttpRequest request) =>
        request.IsRead() && request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding");

    private static ForwarderError ErrorOf(HttpContext context) => context.GetForwarderErrorFeature()?.Error ?? ForwarderError.None;

    private static BadHttpRequestException? RefusalOf(HttpContext context)
    {
        var exception = context.GetForwarderErrorFeature()?.Exception;
        while (exception is not null and not BadHttpRequestException) exception = exception.InnerException;
        return exception as BadHttpRequestException;
    }

    /// <summary>
    /// What only a service's own failure brings about. A body that could not be sent to its end and an answer that broke off may
    /// be the client's doing; and a service that is gone fails in the other ways, too.
    /// </summary>
    private static bool IsOwnFailure(ForwarderError error) =>
        error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.NoAvailableDestinations;

    private static ProblemCase? FailureOf(ForwarderError error) => error switch
    {
        ForwarderError.Request or ForwarderError.NoAvailableDestinations or ForwarderError.RequestBodyDestination
            or ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination =>
            Problems.ServiceDown.With(new("Dieser Teil der Plattform ist gerade nicht erreichbar.", "This part of the platform cannot be reached at the moment.")),
        ForwarderError.RequestTimedOut =>
            Problems.ServiceSlow.With(new("Dieser Teil der Plattform hat nicht rechtzeitig geantwortet.", "This part of the platform has not answered in time.")),
        _ => null,
    };

    private ResiliencePipeline<ForwarderError> CreateBreaker(string cluster) => new ResiliencePipelineBuilder<ForwarderError> { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ForwarderError>
        {
            Name = cluster,
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Exception is null && IsOwnFailure(outcome.Outcome.Result)),
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = options.Value.BreakDuration,
        }).Build();
}
