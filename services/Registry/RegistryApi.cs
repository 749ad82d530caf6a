using MailKit.Net.Smtp;
using Wir.Contracts;
using Wir.Jobs;
using Wir.Messaging;
using Wir.Registry.Codes;
using Wir.Registry.Data;
using Wir.Registry.Features;
using Wir.Registry.Features.Associations;
using Wir.Registry.Features.Catalogues;
using Wir.Registry.Features.Confirmations;
using Wir.Registry.Features.Exports;
using Wir.Registry.Features.Privacy;
using Wir.Registry.Features.Submissions;
using Wir.Registry.Features.Tasks;
using Wir.Registry.Formats;
using Wir.Registry.Hsds;
using Wir.Registry.Mail;
using Wir.Registry.Messaging.Consumers;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;

namespace Wir.Registry;

/// <summary>The service's parts, as the program and its tests put them together.</summary>
public static class RegistryApi
{
    public const string Prefix = "/api/registry/v1";

    public static WebApplicationBuilder AddRegistry(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults("registry");
        builder.AddServiceDatabase<RegistryDb>("registrydb");
        builder.AddMessaging<RegistryDb>("registry", messaging =>
            messaging.Queue("feedback", queue => queue.On<FeedbackReceived, WhenFeedbackReceived>()));
        builder.AddJobs<RegistryDb>(jobs =>
        {
            jobs.On<SendMail>(SendMail.Kind);
            jobs.On<Retain>(Retain.Kind).DailyAt(3, 15);
            // A program of the release before may have stored some after an upgrade had begun.
            jobs.On<MendLinks>(MendLinks.Kind).DailyAt(3, 45);
            jobs.On<ForgetContacts>(ForgetContacts.Kind).DailyAt(3, 35);
            jobs.On<TellOffices>(TellOffices.Kind).DailyAt(7, 0);
            jobs.On<RemindOfConfirmation>(RemindOfConfirmation.Kind).DailyAt(6, 30);
        });
        var services = builder.Services;
        services.AddOptions<RegistryOptions>().Bind(builder.Configuration.GetSection(RegistryOptions.Section));
        services.AddOptions<MailOptions>().Bind(builder.Configuration.GetSection(MailOptions.Section));
        services.AddSingleton(CodeLists.Load(builder.Configuration["Wir:CodeLists"] ?? Path.Combine(AppContext.BaseDirectory, "registry")));
        services.AddSingleton<EntryWriter>();
        services.AddSingleton<ExportFiles>();
        services.AddHostedService<ForgetExports>();
        services.AddSingleton<HsdsTaxonomies>();
        services.AddSingleton<HsdsMapping>();
        services.AddTransient<IStartupFilter, HsdsForeignPages>();
        services.ConfigureHttpJsonOptions(options => HsdsJson.Configure(options.SerializerOptions));
        services.AddSingleton<AssociationIntake>();
        services.AddSingleton<Offices>();
        services.AddScoped<AnonymousBounds>();
        services.AddScoped<AssociationWriter>();
        services.AddScoped<ConfirmationMail>();
        services.AddScoped<DecisionMail>();
        services.AddScoped<SubmissionWriter>();
        services.AddScoped<ConfirmEntry>();
        services.AddScoped<Mailbox>();
        services.AddTransient<SmtpClient>();
        services.AddScoped<PersonalData>();
        return builder;
    }

    public static WebApplication MapRegistry(this WebApplication app)
    {
        var api = app.MapServiceApi(Prefix);
        api.MapAssociations();
        api.MapSubmissions();
        api.MapCatalogues();
        api.MapExports();
        api.MapTasks();
        api.MapPrivacy();
        api.MapMessaging<RegistryDb>();
        api.MapJobs();
        app.MapHsds();
        return app;
    }
}
