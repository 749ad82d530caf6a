namespace Wir.AppHost.Local;

/// <summary>Aspire's extension methods, as far as Program.cs calls them; only projects have settings here.</summary>
public static class ModelExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name) =>
        Add(builder, new PostgresServerResource(name));

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.Databases.Add(database);
        return Add(builder.ApplicationBuilder, database);
    }

    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(this IDistributedApplicationBuilder builder, string name) =>
        Add(builder, new RabbitMQServerResource(name));

    /// <param name="builder">The model.</param>
    /// <param name="name">Of the parameter: lower-case letters only.</param>
    /// <param name="value">That it is made up, once per instance, unless the configuration has it.</param>
    /// <param name="secret">Not read: nothing is shown here.</param>
    /// <param name="persist">Not read: what was made up is always kept.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, GenerateParameterDefault value, bool secret = false, bool persist = false) =>
        Add(builder, new ParameterResource(name) { Given = builder.Configuration[$"Parameters:{name}"] });

    /// <param name="builder">A server.</param>
    /// <param name="name"><c>tcp</c>; for the broker also <c>management</c>.</param>
    public static EndpointReference GetEndpoint(this IResourceBuilder<IResourceWithConnectionString> builder, string name)
    {
        var purpose = name == "tcp" ? builder.Resource.Name : $"{builder.Resource.Name}.{name}";
        return new EndpointReference(instance => instance.Port(purpose));
    }

    /// <param name="builder">A project without a fixed port.</param>
    /// <param name="name">Always <c>http</c>: the endpoint that others call.</param>
    public static EndpointReference GetEndpoint(this IResourceBuilder<ProjectResource> builder, string name) =>
        name == "http" ? new EndpointReference(instance => instance.Port(builder.Resource.Name)) : throw new ArgumentException("There is http only.", nameof(name));

    /// <summary>Nothing to do: the data always lies in the instance's directory.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder) => builder;

    /// <inheritdoc cref="WithDataVolume(IResourceBuilder{PostgresServerResource})"/>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(this IResourceBuilder<RabbitMQServerResource> builder) => builder;

    /// <summary>Nothing to do: the private node always has the plug-in.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder) => builder;

    /// <param name="builder">The model.</param>
    /// <param name="name">Of the resource: lower-case letters only, since it becomes part of environment variables.</param>
    /// <param name="projectPath">Of the project file; relative paths start at <see cref="IDistributedApplicationBuilder.AppHostDirectory"/>.</param>
    /// <param name="launchProfileName">Not read: launch profiles belong to an IDE.</param>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName = null) =>
        Add(builder, new ProjectResource(name, Path.GetFullPath(projectPath, builder.AppHostDirectory)));

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null) =>
        With(builder, p => p.Connections.Add((source.Resource, connectionName ?? source.Resource.Name)));

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithServiceDiscovery> source) =>
        With(builder, p => p.Services.Add((ProjectResource)source.Resource));

    public static IResourceBuilder<ProjectResource> WaitFor(this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency) =>
        With(builder, p => p.Waits.Add(new Wait(dependency.Resource, Awaited.Healthy)));

    public static IResourceBuilder<ProjectResource> WaitForStart(this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency) =>
        With(builder, p => p.Waits.Add(new Wait(dependency.Resource, Awaited.Started)));

    public static IResourceBuilder<ProjectResource> WaitForCompletion(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency) =>
        With(builder, p => p.Waits.Add(new Wait(dependency.Resource, Awaited.Completed)));

    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> builder, string name, string? value) =>
        With(builder, p => p.Environment[name] = _ => value ?? "");

    public static IResourceBuilder<ProjectResource> WithEnvironment(
        this IResourceBuilder<ProjectResource> builder, string name, in ReferenceExpression.ExpressionInterpolatedStringHandler value)
    {
        builder.Resource.Environment[name] = value.ToValue();
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithEnvironment(
        this IResourceBuilder<ProjectResource> builder, string name, IResourceBuilder<ParameterResource> parameter) =>
        With(builder, p => p.Environment[name] = parameter.Resource.Value);

    public static IResourceBuilder<ProjectResource> WithArgs(this IResourceBuilder<ProjectResource> builder, params string[] args) =>
        With(builder, p => p.Arguments.AddRange(args));

    /// <param name="builder">The project.</param>
    /// <param name="port">Fixed port; without it a free one is chosen once per instance.</param>
    /// <param name="targetPort">Not read: nothing stands between a port and its program.</param>
    /// <param name="name">Of a further endpoint beside the one that others call; its port is told in <paramref name="env"/>.</param>
    /// <param name="env">Variable that gets the port.</param>
    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(
        this IResourceBuilder<ProjectResource> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null) =>
        With(builder, p =>
        {
            if (name is null) (p.HasEndpoint, p.FixedPort) = (true, port);
            else p.FurtherEndpoints.Add((name, env ?? throw new ArgumentNullException(nameof(env))));
        });

    /// <summary>Nothing to do: all addresses are on loopback; what is public is published by a reverse proxy in front.</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(this IResourceBuilder<ProjectResource> builder) => builder;

    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(this IResourceBuilder<ProjectResource> builder, string? path = null) =>
        With(builder, p => p.HealthPath = path ?? "/");

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas) =>
        With(builder, p => p.Replicas = replicas);

    /// <summary>Nothing to do: publishing is Aspire's.</summary>
    public static void AddDockerComposeEnvironment(this IDistributedApplicationBuilder builder, string name)
    {
    }

    /// <inheritdoc cref="AddDockerComposeEnvironment"/>
    public static void AddKubernetesEnvironment(this IDistributedApplicationBuilder builder, string name)
    {
    }

    private static ResourceBuilder<T> Add<T>(IDistributedApplicationBuilder builder, T resource)
        where T : IResource
    {
        if (resource.Name.Length == 0 || !resource.Name.All(char.IsAsciiLetterLower) || builder.Resources.Any(r => r.Name == resource.Name))
        {
            throw new ArgumentException($"'{resource.Name}' cannot name a resource: lower-case letters only, and each name once.", nameof(resource));
        }

        builder.Resources.Add(resource);
        return new ResourceBuilder<T>(builder, resource);
    }

    private static IResourceBuilder<ProjectResource> With(IResourceBuilder<ProjectResource> builder, Action<ProjectResource> change)
    {
        change(builder.Resource);
        return builder;
    }

    private sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
        where T : IResource;
}
