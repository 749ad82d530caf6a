using Wir.Areas;
using Wir.Jobs;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Features.Live;
using Wir.Monitor.Features.Overview;
using Wir.Monitor.Features.Reading;
using Wir.Monitor.Messaging;
using Wir.Monitor.Numbers;
using Wir.Monitor.Seed;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor;

/// <summary>The service, put together; tests run it in their own process.</summary>
public static class MonitorApp
{
    public const string Prefix = "/api/monitor/v1";

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("monitor");
        builder.AddServiceDatabase<MonitorDb>("monitordb");
        builder.AddMessaging<MonitorDb>("monitor", messaging => messaging.Queue("journal", queue => queue
            .OnAny<WhenAnything>().On<Contracts.EventRewritten, WhenEventRewritten>()
            // All events meet at the rows that count sources: side by side they would wait for each other crosswise.
            .WithConcurrency(1)));
        builder.AddJobs<MonitorDb>(jobs => jobs.On<ForgetJournal>(ForgetJournal.Kind).DailyAt(2, 20));
        builder.Services.AddOptions<MonitorOptions>()
            .Bind(builder.Configuration.GetSection(MonitorOptions.Section));
        builder.Services.AddSingleton(CodeLists.Load(Path.Combine(AppContext.BaseDirectory, "monitor", "codelists.json")));
        builder.Services.AddSingleton(services => ComparisonAreas.Load(Path.Combine(AppContext.BaseDirectory, "monitor", "similar-districts.json"), services.GetRequiredService<AreaRegister>()));
        builder.Services.AddSingleton<LiveReader>();
        builder.Services.AddSingleton<AreaKeys>();
        builder.Services.AddSingleton<VintageReader>();
        builder.Services.AddSingleton<VintageStore>();
        builder.Services.AddSingleton(new FinishedAnswers(budget: 24 * 1024 * 1024, largest: 2 * 1024 * 1024));
        builder.Services.AddSingleton<DataQuery>();
        builder.Services.AddScoped<RunImport>();
        builder.Services.AddScoped<ReleaseVintage>();
        builder.Services.AddScoped<DeriveVintages>();
        builder.Services.AddScoped<DraftMethod>();
        builder.Services.AddScoped<DescribeIndicator>();
        builder.Services.AddScoped<DemoNumbers>();
        builder.Services.AddHostedService<Announcer>();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseServiceDefaults();
        var api = app.MapServiceApi(Prefix);
        api.MapIndicators();
        api.MapRevisions();
        api.MapData();
        api.MapImports();
        api.MapLive();
        api.MapOverview();
        api.MapMessaging<MonitorDb>();
        api.MapJobs();
        return app;
    }
}
