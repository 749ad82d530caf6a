using Microsoft.Extensions.Options;
using Wir.Jobs;
using Wir.Messaging;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Features.Associations;
using Wir.WelcomePackage.Features.Counters;
using Wir.WelcomePackage.Features.Feedback;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Features.Media;
using Wir.WelcomePackage.Features.Packages;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Features.Scheduling;
using Wir.WelcomePackage.Features.Shared;
using Wir.WelcomePackage.Live;
using Wir.WelcomePackage.Messaging;

namespace Wir.WelcomePackage;

/// <summary>The service, put together; tests run it in their own process.</summary>
public static class WelcomeApp
{
    public const string Prefix = "/api/welcome/v1";

    public static WebApplication Build(string[] args, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults("welcomepackage");
        builder.AddServiceDatabase<WelcomeDb>("welcomepackagedb");
        builder.AddMessaging<WelcomeDb>("welcomepackage", messaging => messaging
            .Queue("registry-events", queue => queue
                .On<Contracts.AssociationPublished, WhenAssociationPublished>()
                .On<Contracts.AssociationWithdrawn, WhenAssociationWithdrawn>()
                .On<Contracts.EventRewritten, WhenEventRewritten>()));
        builder.AddJobs<WelcomeDb>(jobs =>
        {
            jobs.On<PublishOnTime>(PublishOnTime.Kind);
            jobs.On<WithdrawOnTime>(WithdrawOnTime.Kind);
            jobs.On<TurnFacts>(TurnFacts.Kind).DailyAt(0);
            // A program of the release before may have stored some after an upgrade had begun.
            jobs.On<CleanPictures>(CleanPictures.Kind).WithConcurrency(1).DailyAt(3, 50);
            jobs.On<MendLinks>(MendLinks.Kind).DailyAt(4, 10);
            jobs.On<ForgetContacts>(ForgetContacts.Kind).DailyAt(3, 45);
            jobs.On<ForgetFeedback>(ForgetFeedback.Kind).DailyAt(3, 40);
        });
        builder.Services.AddOptions<WelcomeOptions>().Bind(builder.Configuration.GetSection(WelcomeOptions.Section));
        builder.Services.AddSingleton<LanguageTable>();
        builder.Services.AddSingleton<LiveReader>();
        builder.Services.AddSingleton<RevisionGate>();
        builder.Services.AddSingleton<Reading>();
        builder.Services.AddSingleton<PageReader>();
        builder.Services.AddSingleton(services => new FinishedAnswers(services.GetRequiredService<IOptions<WelcomeOptions>>().Value.CachedLists, largest: 24 * 1024 * 1024));
        builder.Services.AddSingleton<BlobStore>();
        builder.Services.AddSingleton<PictureCleaner>();
        builder.Services.AddSingleton<PageCounter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PageCounter>());
        builder.Services.AddScoped<FeedbackBounds>();
        builder.Services.AddScoped<MediaCheck>();
        builder.Services.AddScoped<TextRules>();
        builder.Services.AddScoped<Renderer>();
        builder.Services.AddScoped<LiveWriter>();
        builder.Services.AddScoped<PageEditing>();
        builder.Services.AddScoped<WriteText>();
        builder.Services.AddScoped<Publishing>();
        builder.Services.AddSingleton<AssociationReader>();
        builder.Services.AddSingleton<PackageAddress>();
        builder.Services.AddSingleton<Booklet>();
        builder.Services.AddSingleton<RegistryContact>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RegistryContact>());

        var app = builder.Build();
        app.UseServiceDefaults();
        var api = app.MapServiceApi(Prefix);
        api.MapLanguages();
        api.MapPages();
        api.MapTranslations();
        api.MapShared();
        api.MapMedia();
        api.MapFeedback();
        api.MapGet("/counters", ListCounts.Handle).WithName("ListCounters").WithTags("Counters").WithSummary("How often pages were read; numbers below five are hidden");
        api.MapAssociations();
        api.MapPackages();
        api.MapMessaging<WelcomeDb>();
        api.MapJobs();
        return app;
    }
}
