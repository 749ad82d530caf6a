using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Messaging.Storage;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>What the monitor hears of another service: its contracts, sent by a real outbox over a real broker.</summary>
public sealed class Publisher : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly WebApplication _app;

    private Publisher(TestDatabase database, WebApplication app) => (_database, _app) = (database, app);

    public static async Task<Publisher> StartAsync<TDb>(Running monitor, string service) where TDb : ServiceDb
    {
        var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:db"] = database.ConnectionString, ["ConnectionStrings:rabbitmq"] = monitor.Broker.AmqpUri };
        Assert.Equal(0, await Build<TDb>(settings, service).RunServiceAsync<TDb>(["migrate"]));
        var app = Build<TDb>(settings, service);
        await app.StartAsync();
        return new Publisher(database, app);
    }

    public async Task EmitAsync(params IEvent[] events)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ServiceDb>();
        foreach (var one in events) db.Emit(one);
        await db.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static WebApplication Build<TDb>(Dictionary<string, string?> settings, string service) where TDb : ServiceDb
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddServiceDatabase<TDb>("db");
        builder.AddMessaging<TDb>(service);
        return builder.Build();
    }
}

public sealed class RegistrySender(DbContextOptions<RegistrySender> options) : ServiceDb(options)
{
    public override string Schema => "registry";

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}

[DbContext(typeof(RegistrySender))]
[Migration("20260101000000_Initial")]
public sealed class RegistrySenderInitial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateMessaging("registry");
}

public sealed class WelcomeSender(DbContextOptions<WelcomeSender> options) : ServiceDb(options)
{
    public override string Schema => "welcomepackage";

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}

[DbContext(typeof(WelcomeSender))]
[Migration("20260101000000_Initial")]
public sealed class WelcomeSenderInitial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateMessaging("welcomepackage");
}
