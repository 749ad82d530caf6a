// The app model. Options: --data DIR (the instance), --port N, --public-url URL, --empty true, --dev-login true,
// --servers processes|containers, --dashboard false, --replicas:NAME N, --programs DIR.
using Wir.AppHost;
using Wir.AppHost.Control;
using Wir.AppHost.Publishing;
using Wir.AppHost.Running;
using Wir.AppHost.Servers;

return await (Verbs.Find(args) ?? (() => Verbs.GuardAsync(RunAsync)))();

async Task<int> RunAsync()
{
    var builder = DistributedApplication.CreateBuilder(HostOptions.ForAspire(args));
    var options = HostOptions.Of(builder);
    var instance = options.Instance;
    using var claim = await options.ClaimAsync();

    // PostgreSQL and RabbitMQ are private processes of the instance, or Aspire's own containers.
    IResourceBuilder<IResourceWithConnectionString> postgres, rabbitmq;
    Func<string, IResourceBuilder<IResourceWithConnectionString>> addDatabase;
    if (options.Containers)
    {
        var server = builder.AddPostgres("postgres").WithDataVolume();
        (postgres, addDatabase) = (server, name => server.AddDatabase(name));
        rabbitmq = builder.AddRabbitMQ("rabbitmq", builder.AddParameter("rabbitmquser", "wir")).WithDataVolume().WithManagementPlugin();
    }
    else
    {
        var server = builder.AddLocalPostgres("postgres", instance);
        (postgres, addDatabase) = (server, server.AddDatabase);
        server.WithBackup(instance);
        rabbitmq = builder.AddLocalRabbitMQ("rabbitmq", instance);
    }

    var (host, port) = (EndpointOf(postgres, "tcp").Property(EndpointProperty.Host), EndpointOf(postgres, "tcp").Property(EndpointProperty.Port));
    var broker = EndpointOf(rabbitmq, "tcp").Property(EndpointProperty.HostAndPort);
    var management = EndpointOf(rabbitmq, "management").Property(EndpointProperty.HostAndPort);

    // A migration owns everything. It makes a role in the database and a user at the broker for its service, which may do no
    // more than its work. It also deploys the service's queues, and waits for the broker by itself: the database is done
    // while the broker starts.
    (IResourceBuilder<ProjectResource> Program, IResourceBuilder<IResourceWithConnectionString> Database, IResourceBuilder<ParameterResource> Password)
        Migrate<TProject>(string service) where TProject : IProjectMetadata, new()
    {
        var own = addDatabase($"{service}db");
        var password = builder.AddParameter($"{service}password", new KeptPassword(instance, $"{service}password"), secret: true);
        var migration = builder.AddProgram<TProject>($"{service}migrate", options).WithArgs("migrate")
            .WithSecret($"ConnectionStrings__{own.Resource.Name}", own.Resource.ConnectionStringExpression)
            .WithSecret("ConnectionStrings__rabbitmq", rabbitmq.Resource.ConnectionStringExpression)
            .WaitFor(own).WaitForStart(rabbitmq)
            .WithEnvironment("Wir__BrokerManagement", $"http://{management}")
            .WithEnvironment("Wir__Runtime__User", service).WithEnvironment("Wir__Runtime__Password", password)
            .WithEnvironment("Wir__Seed", options.Seed)
            .WithLoadDemoData(service, own.Resource);
        return (migration, own, password);
    }

    var migrations = new[]
    {
        Migrate<Projects.Registry>("registry"),
        Migrate<Projects.WelcomePackage>("welcomepackage"),
        Migrate<Projects.Monitor>("monitor"),
        Migrate<Projects.Gateway>("gateway"),
    };
    migrations[^1].Program.WithEnvironment("Wir__KeysFile", options.KeysFile);

    IResourceBuilder<ProjectResource> Serve<TProject>(string service, int? fixedPort = null) where TProject : IProjectMetadata, new()
    {
        var (_, own, password) = migrations.Single(m => m.Program.Resource.Name == $"{service}migrate");
        var server = builder.AddProgram<TProject>(service, options)
            .WithSecret($"ConnectionStrings__{own.Resource.Name}", ReferenceExpression.Create(
                $"Host={host};Port={port};Username={service};Password={password};Database={own.Resource.Name}"))
            .WithSecret("ConnectionStrings__rabbitmq", ReferenceExpression.Create($"amqp://{service}:{password}@{broker}"))
            .WithEnvironment("Wir__BrokerManagement", $"http://{management}")
            .WithHttp(options, fixedPort).WithInternalHttp(options)
            .WaitFor(own).WaitFor(rabbitmq);
        // An event that is published before the queues of all listeners exist reaches nobody.
        foreach (var migration in migrations) server.WaitForCompletion(migration.Program);
        return server;
    }

    var gateway = Serve<Projects.Gateway>("gateway", options.Port).WithExternalHttpEndpoints();
    var registry = Serve<Projects.Registry>("registry")
        .WithEnvironment("Wir__PublicUrl", options.PublicUrl).WithEnvironment("Wir__Mail__Folder", options.MailFolder)
        .WithLastMail(options.MailFolder);
    foreach (var (area, mail) in options.MadeUpOffices) registry.WithEnvironment($"Wir__Registry__Offices__{area}__Email", mail);

    var welcomepackage = Serve<Projects.WelcomePackage>("welcomepackage").WithEnvironment("Wir__PublicUrl", options.PublicUrl);
    var monitor = Serve<Projects.Monitor>("monitor");
    foreach (var (service, api) in new[] { (registry, "api/registry/v1"), (welcomepackage, "api/welcome/v1"), (monitor, "api/monitor/v1") })
    {
        service.WithReplay(api, $"http://127.0.0.1:{options.Port}/", options.KeysFile);
        // Neither waits until the other answers: a service fetches the gateway's public keys when first needed, and the gateway
        // answers 503 for a service that is not there yet. The gateway stops before the services that it asks.
        service.WithReference(gateway);
        gateway.WithReference(service).WaitForStart(service);
    }

    var portal = builder.AddProgram<Projects.Portal>("portal", options)
        .WithReference(gateway).WaitForStart(gateway)
        .WithHttp(options).WithInternalHttp(options);
    gateway.WithReference(portal);

    // People sign in here on a developer's machine: whoever opens it chooses a role. No deployment has it.
    if (options.DevLogin)
    {
        var login = builder.AddProgram<Projects.DevLogin>("devlogin", options).WithHttp(options)
            .WithHttpHealthCheck("/health/ready");
        var address = EndpointOf(login, "http").Property(EndpointProperty.HostAndPort);
        login.WithEnvironment("Login__Issuer", $"http://{address}");
        gateway.WithEnvironment("Gateway__SignIn__Authority", $"http://{address}").WaitFor(login);
    }

    builder.AddRunning(instance);
    builder.AddComposeFile();
    await using var app = builder.Build();
    await app.RunAsync();
    return 0;
}

static EndpointReference EndpointOf(IResourceBuilder<IResource> builder, string name) => new((IResourceWithEndpoints)builder.Resource, name);
