using Wir.Jobs;
using Wir.Messaging;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;

namespace Wir.ToyService;

/// <summary>The services, as a test process runs them in itself or as a process of their own.</summary>
public static class ToyApps
{
    public static WebApplication BuildToy(string[] args, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = CreateBuilder("toy", args, settings);
        if (builder.Configuration["Toy:Writer"] is { Length: > 0 }) builder.Services.AddHostedService<Writer>();
        builder.AddServiceDatabase<ToyDb>("toydb");
        builder.AddMessaging<ToyDb>("toy", m => m.Publish<ThingChanged>().Publish<ThingNoted>());
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapServiceApi("/api/toy/v1").MapMessaging<ToyDb>();
        return app;
    }

    public static WebApplication BuildCopy(string[] args, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = CreateBuilder("copy", args, settings);
        builder.Services.AddSingleton(new Gate { KeepsView = builder.Configuration.GetValue("Toy:View", true) });
        builder.AddServiceDatabase<CopyDb>("copydb");
        builder.AddMessaging<CopyDb>("copy", m =>
        {
            m.Queue("things", q => q.On<ThingChanged, WhenThingChanged>());
            // For tests that emit more than one contract: without it, nobody takes the second.
            if (builder.Configuration.GetValue<bool>("Toy:Journal")) m.Queue("journal", q => q.OnAny<WhenAnything>());
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapServiceApi("/api/copy/v1").MapMessaging<CopyDb>();
        return app;
    }

    /// <summary>Has jobs only, under the real pipeline with tokens and access rules.</summary>
    public static WebApplication BuildWork(string[] args, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = CreateBuilder("work", args, settings);
        builder.AddServiceDatabase<WorkDb>("workdb");
        builder.AddJobs<WorkDb>(jobs =>
        {
            jobs.On<DoSteps>("steps");
            jobs.On<WriteNote>("note").WithConcurrency(4);
            if (builder.Configuration.GetValue<bool>("Toy:Recurring")) jobs.On<WriteNote>("tick").Every(TimeSpan.FromSeconds(1));
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapServiceApi("/api/work/v1").MapJobs();
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(string service, string[] args, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults(service);
        return builder;
    }
}
