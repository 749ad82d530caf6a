// The app model, on Aspire's API and nothing else. Which engine runs it, the project file decides.
using System.Globalization;

var builder = DistributedApplication.CreateBuilder(args);

string InRepository(string path) => Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", path));
var port = int.Parse(builder.Configuration["port"] ?? "8080", CultureInfo.InvariantCulture);
var data = Path.GetFullPath(builder.Configuration["data"] ?? InRepository(".wir"));
var publicUrl = builder.Configuration["public-url"] ?? $"http://127.0.0.1:{port}";
var seed = builder.Configuration["empty"] is "true" ? null : InRepository("seed");

var postgres = builder.AddPostgres("postgres").WithDataVolume();
var rabbitmq = builder.AddRabbitMQ("rabbitmq").WithDataVolume().WithManagementPlugin();

var registrydb = postgres.AddDatabase("registrydb");
var welcomepackagedb = postgres.AddDatabase("welcomepackagedb");
var monitordb = postgres.AddDatabase("monitordb");
var gatewaydb = postgres.AddDatabase("gatewaydb");

// Migrations own everything. They make a role in the database and a user at the broker for each service, which may do no more than its work.
var broker = rabbitmq.GetEndpoint("tcp").Property(EndpointProperty.HostAndPort);
var brokerManagement = rabbitmq.GetEndpoint("management").Property(EndpointProperty.HostAndPort);
var passwords = new Dictionary<string, IResourceBuilder<ParameterResource>>();
foreach (var service in new[] { "registry", "welcomepackage", "monitor", "gateway" })
{
    // Letters and digits only: they stand in URLs and connection strings.
    passwords[service] = builder.AddParameter(
        service + "password", new GenerateParameterDefault { MinLength = 24, Special = false }, secret: true, persist: true);
}

IResourceBuilder<ProjectResource> Project(string name, string path) =>
    builder.AddProject(name, InRepository(path), launchProfileName: null).WithEnvironment("Wir__BrokerManagement", $"http://{brokerManagement}");

IResourceBuilder<ProjectResource> Migration(string service, string path, IResourceBuilder<PostgresDatabaseResource> database)
{
    var migration = Project(service + "migrate", path).WithArgs("migrate")
        .WithReference(database).WithReference(rabbitmq)
        .WaitFor(database).WaitForStart(rabbitmq)
        .WithEnvironment("Wir__Runtime__User", service).WithEnvironment("Wir__Runtime__Password", passwords[service]);
    return seed is null ? migration : migration.WithEnvironment("Wir__Seed", seed);
}

// A migration also deploys the service's queues, and waits for the broker by itself: the database is done while the broker starts. An event
// that is published before the queues of all listeners exist reaches nobody, so every service waits for every migration.
IResourceBuilder<ProjectResource>[] migrations =
[
    Migration("registry", "services/Registry/Registry.csproj", registrydb),
    Migration("welcomepackage", "services/WelcomePackage/WelcomePackage.csproj", welcomepackagedb),
    Migration("monitor", "services/Monitor/Monitor.csproj", monitordb),
    Migration("gateway", "gateway/Gateway.csproj", gatewaydb).WithEnvironment("Wir__KeysFile", Path.Combine(data, "keys.json")),
];

IResourceBuilder<ProjectResource> Service(string name, string path, IResourceBuilder<PostgresDatabaseResource> database, int? port = null)
{
    var server = postgres.GetEndpoint("tcp");
    var service = Project(name, path)
        .WithEnvironment(
            $"ConnectionStrings__{database.Resource.Name}",
            $"Host={server.Property(EndpointProperty.Host)};Port={server.Property(EndpointProperty.Port)};Username={name};Password={passwords[name]};Database={database.Resource.Name}")
        .WithEnvironment("ConnectionStrings__rabbitmq", $"amqp://{name}:{passwords[name]}@{broker}")
        .WaitFor(database).WaitFor(rabbitmq)
        .WithHttpEndpoint(port).WithHttpHealthCheck("/health/ready")
        .WithHttpEndpoint(name: "internal", env: "Wir__InternalPort");
    foreach (var migration in migrations)
    {
        service.WaitForCompletion(migration);
    }

    return service;
}

var gateway = Service("gateway", "gateway/Gateway.csproj", gatewaydb, port).WithExternalHttpEndpoints();
var registry = Service("registry", "services/Registry/Registry.csproj", registrydb);
var welcomepackage = Service("welcomepackage", "services/WelcomePackage/WelcomePackage.csproj", welcomepackagedb);
var monitor = Service("monitor", "services/Monitor/Monitor.csproj", monitordb);
foreach (var service in new[] { registry, welcomepackage, monitor })
{
    // Neither waits until the other answers: a service fetches the gateway's public keys when first needed, and the gateway answers 503
    // for a service that is not there yet. The gateway stops before the services that it asks.
    service.WithReference(gateway);
    gateway.WithReference(service).WaitForStart(service);
}

// What people get in a mail, or read from a QR code, leads to the one door. Mail is left in a folder until an SMTP server is named.
registry.WithEnvironment("Wir__PublicUrl", publicUrl).WithEnvironment("Wir__Mail__Folder", Path.Combine(data, "mail"));
welcomepackage.WithEnvironment("Wir__PublicUrl", publicUrl);

var portal = builder.AddProject("portal", InRepository("portal/Portal.csproj"), launchProfileName: null)
    .WithReference(gateway).WaitForStart(gateway)
    .WithHttpEndpoint().WithHttpHealthCheck("/health/ready")
    .WithHttpEndpoint(name: "internal", env: "Wir__InternalPort");
gateway.WithReference(portal);

// People sign in here on a developer's machine: whoever opens it chooses a role. No deployment has it.
if (builder.Configuration["dev-login"] is "true")
{
    var login = builder.AddProject("devlogin", InRepository("samples/DevLogin/DevLogin.csproj"), launchProfileName: null)
        .WithHttpEndpoint().WithHttpHealthCheck("/health/ready");
    var address = login.GetEndpoint("http").Property(EndpointProperty.HostAndPort);
    login.WithEnvironment("Login__Issuer", $"http://{address}");
    gateway.WithEnvironment("Gateway__SignIn__Authority", $"http://{address}").WaitFor(login);
}

// Where `aspire publish` writes to: one of the two, since two in one model are refused.
switch (builder.Configuration["publish-to"])
{
    case "compose": builder.AddDockerComposeEnvironment("compose"); break;
    case "kubernetes": builder.AddKubernetesEnvironment("kubernetes"); break;
}

builder.Build().Run();
