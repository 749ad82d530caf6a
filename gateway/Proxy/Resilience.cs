using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
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

        if (context.Response.HasStarted || FailureOf(error) is not { } failure) return;
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
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding");

    private static ForwarderError ErrorOf(HttpContext context) => context.GetForwarderErrorFeature()?.Error ?? ForwarderError.None;

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
            // What a client does wrong or breaks off says nothing about the service.
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Exception is null && FailureOf(outcome.Outcome.Result) is not null),
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = options.Value.BreakDuration,
        }).Build();
}
