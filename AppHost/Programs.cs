#pragma warning disable ASPIREEXTENSION001 // The launch tool's arguments are marked as experimental.
namespace Wir.AppHost;

internal static class Programs
{
    // Several small processes share one machine. They give back what they do not need; 64 MB before the young generation
    // is collected, since the workstation collector's own few megabytes make it run hundreds of times a second under load;
    // and mapping every compiled method twice (a hardening), counting for later optimisation, and optimising while the
    // start is still under way are each near a tenth of a start. Deployments keep .NET's own settings.
    private static readonly Dictionary<string, string> s_runtime = new()
    {
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_GCConserveMemory"] = "5",
        ["DOTNET_GCgen0size"] = "0x4000000",
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        // Hexadecimal: 2 s.
        ["DOTNET_TC_CallCountingDelayMs"] = "7D0",
        // Aspire would colour the log's lines and show addresses with their query in traces.
        ["LOGGING__CONSOLE__FORMATTERNAME"] = "json",
        ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "false",
        ["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "false",
        ["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "false",
    };

    /// <summary>
    /// A program of the platform. Locally the built program runs, not <c>dotnet run</c> with a compiler and a parent process
    /// for each; an IDE and a deployment take the project.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddProgram<TProject>(
        this IDistributedApplicationBuilder builder, string name, HostOptions options) where TProject : IProjectMetadata, new()
    {
        var project = builder.AddProject<TProject>(name, launchProfileName: null).DisableForwardedHeaders();
        if (!builder.ExecutionContext.IsRunMode) return project;
        foreach (var (variable, value) in s_runtime) project.WithEnvironment(variable, value);
        return project
            .WithLaunchToolArgs(
                context => context.Args.Add(options.Program(typeof(TProject).Name)), ownedByLaunchConfigurationType: "project", showInCommandLine: false)
            .WithReplicas(options.Replicas(name))
            .WithEnvironment(context =>
            {
                if (options.Collector is { } collector)
                {
                    context.EnvironmentVariables["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;
                    context.EnvironmentVariables["OTEL_EXPORTER_OTLP_PROTOCOL"] = builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc";
                    context.EnvironmentVariables.Remove("OTEL_EXPORTER_OTLP_HEADERS");
                }
                else if (!options.HasDashboard)
                {
                    // Nobody listens.
                    context.EnvironmentVariables.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
                }
            });
    }

    /// <summary>
    /// The endpoint that others call. On a machine of one's own it is on loopback, at a port that the
    /// instance keeps; several replicas are behind Aspire's proxy.
    /// </summary>
    /// <param name="builder">The program.</param>
    /// <param name="options">The instance's ports.</param>
    /// <param name="port">Fixed; without it one is chosen once per instance.</param>
    public static IResourceBuilder<ProjectResource> WithHttp(
        this IResourceBuilder<ProjectResource> builder, HostOptions options, int? port = null)
    {
        var name = builder.Resource.Name;
        return builder.WithEndpointAt("http", options, port ?? Kept(builder, options, name), null);
    }

    /// <summary>The port for operators alone: metrics and health, which Aspire asks for, too.</summary>
    public static IResourceBuilder<ProjectResource> WithInternalHttp(this IResourceBuilder<ProjectResource> builder, HostOptions options) =>
        builder
            .WithEndpointAt("internal", options, Kept(builder, options, $"{builder.Resource.Name}.internal"), "Wir__InternalPort")
            .WithHttpHealthCheck("/health/ready", endpointName: "internal");

    /// <summary>
    /// A variable that holds a password among other text. Aspire hides only what is a secret parameter as a whole, in the
    /// dashboard and in its command line.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithSecret(
        this IResourceBuilder<ProjectResource> builder, string variable, ReferenceExpression value)
    {
        if (!builder.ApplicationBuilder.ExecutionContext.IsRunMode) return builder.WithEnvironment(variable, value);
        return builder.WithEnvironment(async context =>
        {
            var text = await value.GetValueAsync(context.CancellationToken) ?? "";
            context.EnvironmentVariables[variable] =
                new ParameterResource($"{builder.Resource.Name}-{variable.ToLowerInvariant().Replace("__", "-", StringComparison.Ordinal)}", _ => text, secret: true);
        });
    }

    private static int? Kept(IResourceBuilder<ProjectResource> builder, HostOptions options, string purpose) =>
        builder.ApplicationBuilder.ExecutionContext.IsRunMode ? options.Instance.Port(purpose) : null;

    private static IResourceBuilder<ProjectResource> WithEndpointAt(
        this IResourceBuilder<ProjectResource> builder, string name, HostOptions options, int? port, string? variable)
    {
        var isLocal = builder.ApplicationBuilder.ExecutionContext.IsRunMode;
        var replicas = options.Replicas(builder.Resource.Name) > 1;
        builder = isLocal
            ? builder.WithHttpEndpoint(replicas && name != "http" ? null : port, replicas ? null : port, name, variable, isProxied: replicas)
            : builder.WithHttpEndpoint(name: name, env: variable);
        return builder.WithEndpoint(name, endpoint =>
        {
            if (isLocal) endpoint.TargetHost = "127.0.0.1";
            // The others call the endpoint named http only.
            endpoint.ExcludeReferenceEndpoint = name != "http";
        });
    }
}
