using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace Wir.Portal.Api;

public static class PublicApiRegistration
{
    public static IServiceCollection AddPublicApi(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient<ReaderAddress>();
        var client = services.AddHttpClient<PublicApi>()
            .ConfigureHttpClient(client => client.BaseAddress = new("http://gateway"))
            .AddHttpMessageHandler<ReaderAddress>()
            // They write whole paths, and the path of a package holds its code.
            .RemoveAllLoggers();
        // Each try that fails would be a warning, and a log line names the page that is asked for: here, too, the code.
        services.AddLogging(logging => logging.AddFilter("Polly", LogLevel.None));
        client.AddStandardResilienceHandler().Configure((options, provider) =>
            Configure(options, provider.GetRequiredService<IOptions<PortalOptions>>().Value.Patience));
        // What all clients have comes first, and that is service discovery: behind the retries each try has its own
        // instance.
        client.ConfigureAdditionalHttpMessageHandlers((handlers, _) =>
        {
            var discovery = handlers[0];
            handlers.RemoveAt(0);
            handlers.Add(discovery);
        });
        return services;
    }

    /// <summary>
    /// An answer is an answer, whatever it says: the gateway has tried what there is to try, and a service that is down
    /// must cost its own section only. Only a gateway that cannot be reached is asked again, and left alone when
    /// nothing gets through.
    /// </summary>
    private static void Configure(HttpStandardResilienceOptions options, TimeSpan patience)
    {
        options.TotalRequestTimeout.Timeout = patience;
        options.AttemptTimeout.Timeout = patience;
        options.Retry.MaxRetryAttempts = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.ShouldHandle =
            static failed => ValueTask.FromResult(failed.Outcome.Exception is HttpRequestException);
        options.Retry.DisableForUnsafeHttpMethods();
        options.CircuitBreaker.ShouldHandle =
            static failed => ValueTask.FromResult(failed.Outcome.Exception is HttpRequestException);
        options.CircuitBreaker.FailureRatio = 0.9;
        // At least twice the patience, or the options are refused.
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(30) + 2 * patience;
    }
}
