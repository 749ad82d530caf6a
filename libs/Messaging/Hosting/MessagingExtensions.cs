using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Wir.Messaging.Broker;
using Wir.Messaging.Feed;
using Wir.Messaging.Inbox;
using Wir.Messaging.Operations;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging;

/// <summary>Registration of messaging in a service.</summary>
public static class MessagingExtensions
{
    /// <summary>Connects the service to the platform's events: outbox, queues with their handlers, public feed, event log.</summary>
    /// <param name="builder">The service's builder; its database is registered with <c>AddServiceDatabase</c>.</param>
    /// <param name="service">Name of the service, for example <c>registry</c>; equal to the schema.</param>
    /// <param name="configure">The queues, if it takes events.</param>
    /// <remarks>The broker's address is the connection string <c>rabbitmq</c>; times and limits stand in <see cref="MessagingOptions"/>.</remarks>
    public static IHostApplicationBuilder AddMessaging<TDb>(
        this IHostApplicationBuilder builder, string service, Action<MessagingBuilder>? configure = null) where TDb : ServiceDb
    {
        var model = new MessagingBuilder(service);
        configure?.Invoke(model);
        var services = builder.Services;
        foreach (var handler in model.Queues.SelectMany(HandlersOf)) services.TryAddScoped(handler);

        services.AddOptions<MessagingOptions>().Bind(builder.Configuration.GetSection(MessagingOptions.Section));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(model);
        services.AddSingleton<BusFactory>();
        services.AddSingleton<BrokerState>();
        services.AddSingleton<TopologyDeployer>();
        services.AddSingleton<RuntimeIdentity>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton(provider => new OutboxStore(provider.GetRequiredService<SchemaName>().Name));
        services.AddSingleton<EventLogReader>();
        services.AddSingleton<FeedReader>();
        services.AddSingleton(provider => new FeedSnapshots(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<SchemaName>()));
        services.AddSingleton<Dispatcher, Dispatcher<TDb>>();
        services.AddSingleton<ErrorQueue>();
        services.AddSingleton<RewrittenEvents>();
        services.AddSingleton<RetryStore>();
        services.AddSingleton(_ => new KeptCopies());
        services.AddSingleton<CopyRewriter>();
        services.AddSingleton<MessagingState>();
        services.AddSingleton<TopologyCheck>();
        services.AddSingleton<Housekeeper>();
        // Started in this order and stopped in the opposite one: first no new deliveries, then the relay.
        services.AddHostedService<MessagingGauges>();
        services.AddHostedService(provider => provider.GetRequiredService<TopologyCheck>());
        services.AddHostedService(provider => provider.GetRequiredService<Housekeeper>());
        services.AddHostedService<FeedSequencer>();
        services.AddHostedService<Relay>();
        services.AddHostedService(provider => provider.GetRequiredService<CopyRewriter>());
        services.AddHostedService<RetryPump>();
        services.AddHostedService<ConsumerHost>();
        // What matters of it is logged here with the queue and the event's id; its own log repeats that with every stack.
        builder.Logging.AddFilter("MassTransit", LogLevel.Critical);
        services.AddHealthChecks().AddCheck<BrokerState>("broker", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(5));
        services.AddHealthChecks().AddCheck<TopologyCheck>("topology", HealthStatus.Degraded, ["ready"]);
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(MessagingTelemetry.Name));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(MessagingTelemetry.Name));
        return builder;
    }

    private static IEnumerable<Type> HandlersOf(QueueDefinition queue) =>
        queue.Handlers.Values.Select(handler => handler.Handler).Concat(queue.AnyHandler is { } any ? [any] : []);
}
