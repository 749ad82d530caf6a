using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wir.ServiceDefaults.Http;

namespace Wir.ServiceDefaults.Access;

/// <summary>Maps the routes of an API under the rules of <see cref="AccessTable"/>.</summary>
public static class ServiceApiExtensions
{
    /// <summary>
    /// A group for a service's API, for example <c>/api/registry/v1</c>. Every route below it needs a row in <see cref="AccessTable"/>,
    /// which decides who may call it; without a row the service does not start. Unknown query parameters are refused.
    /// </summary>
    public static RouteGroupBuilder MapServiceApi(this WebApplication app, string prefix)
    {
        var apis = app.Services.GetRequiredService<ServiceApis>();
        var services = app.Services.GetRequiredService<IServiceProviderIsService>();
        apis.Add(app);
        var group = app.MapGroup(prefix);
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint is not RouteEndpointBuilder route) return;
            var methods = route.Metadata.OfType<HttpMethodMetadata>().LastOrDefault()?.HttpMethods ?? [];
            var path = AccessTable.PathOf(route.RoutePattern);
            foreach (var method in methods)
            {
                if (AccessTable.Find(apis.Rules, method, path) is not { } rule)
                {
                    apis.Missing($"{method} {path}");
                    continue;
                }

                route.Metadata.Add(rule);
                route.Metadata.Add(PolicyOf(rule));
            }

            route.Metadata.Add(QueryParameters.Of(route, services));
        });
        return group;
    }

    /// <summary>For interfaces that follow foreign rules: query parameters not declared are ignored instead of refused.</summary>
    public static TBuilder AllowUnknownQuery<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AllowUnknownQueryAttribute());

    /// <summary>Declares query parameters that the handler reads from the request by itself.</summary>
    public static TBuilder WithQuery<TBuilder>(this TBuilder builder, params string[] names) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new KnownQueryAttribute(names));

    private static AuthorizationPolicy PolicyOf(AccessRule rule)
    {
        var policy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser();
        if (rule.Scopes.Count > 0)
        {
            policy.RequireAssertion(context => context.User.FindFirst("scope") is { } held && held.Value.Split(' ').Any(rule.Scopes.Contains));
        }

        return policy.Build();
    }
}

/// <summary>The groups mapped so far and what they lack in the table.</summary>
internal sealed class ServiceApis
{
    private readonly HashSet<IEndpointRouteBuilder> _builders = [];
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>The platform's table; tests of the conventions bring their own.</summary>
    public IReadOnlyList<AccessRule> Rules { get; init; } = AccessTable.Rules;

    public void Add(IEndpointRouteBuilder builder) => _builders.Add(builder);

    public void Missing(string route)
    {
        lock (_missing) _missing.Add(route);
    }

    /// <summary>Builds every endpoint, which is what runs the group's conventions.</summary>
    /// <exception cref="InvalidOperationException">A route has no row in <see cref="AccessTable"/>.</exception>
    public void Check()
    {
        foreach (var source in _builders.SelectMany(builder => builder.DataSources)) _ = source.Endpoints;
        if (_missing.Count > 0)
        {
            throw new InvalidOperationException($"Routes without a row in AccessTable: {string.Join(", ", _missing)}.");
        }
    }
}

/// <summary>Stops the start before a single request is taken when a route is not in the table.</summary>
internal sealed class AccessCheck(ServiceApis apis) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        apis.Check();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
