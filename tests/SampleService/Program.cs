// A program to run in tests of AppHost/Local: a service that is healthy until told otherwise, a migration,
// and the host of a small model of these two with both servers.
using System.Collections;
using System.Globalization;
using Wir.AppHost.Local;

switch (args)
{
    case ["migrate", ..]:
        Console.WriteLine($"migrated at {DateTime.UtcNow:O}");
        return int.Parse(Environment.GetEnvironmentVariable("Sample__ExitCode") ?? "0", CultureInfo.InvariantCulture);
    case ["host", .. var rest]:
        return Host(rest);
    default:
        return Serve(args);
}

static int Host(string[] args)
{
    const string project = "../tests/SampleService/SampleService.csproj";
    var builder = DistributedApplication.CreateBuilder(args);
    var rabbitmq = builder.AddRabbitMQ("rabbitmq");
    var database = builder.AddPostgres("postgres").AddDatabase("sampledb");
    var migration = builder.AddProject("migration", project).WithArgs("migrate").WaitFor(database).WaitFor(rabbitmq);
    builder.AddProject("service", project).WithReference(database).WithReference(rabbitmq)
        .WaitForCompletion(migration).WithHttpEndpoint().WithHttpHealthCheck("/health/ready");
    builder.Build().Run();
    return Environment.ExitCode;
}

static int Serve(string[] args)
{
    Console.WriteLine($"started at {DateTime.UtcNow:O}");
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    var app = builder.Build();
    var healthy = builder.Configuration["Sample:Healthy"] != "false";
    app.MapGet("/health/ready", () => healthy ? Results.Ok() : Results.StatusCode(503));
    app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value));
    app.MapPost("/health", (bool value) => healthy = value);
    app.Lifetime.ApplicationStopping.Register(() => Console.WriteLine($"stopped in order at {DateTime.UtcNow:O}"));
    app.Run();
    return 0;
}
