using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Wir.Areas;

/// <summary>Registration of the area register.</summary>
public static class AreasServiceCollectionExtensions
{
    /// <summary>
    /// Adds the <see cref="AreaRegister"/> as a singleton, read from the directory <c>Wir:Areas</c>, by default the folder
    /// <c>areas</c> beside the program. Wrong files stop the service at its start, with all faults in the message.
    /// </summary>
    public static IServiceCollection AddAreas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => AreaRegister.Load(Directory(configuration)));
        services.AddHostedService<LoadAtStart>();
        return services;
    }

    private static string Directory(IConfiguration configuration) =>
        configuration["Wir:Areas"] is { Length: > 0 } directory ? directory : Path.Combine(AppContext.BaseDirectory, "areas");

    /// <summary>Asking for the register while the host starts is what makes wrong files fail then, not at the first request.</summary>
    private sealed class LoadAtStart(AreaRegister register) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            register.All.Count > 0 ? Task.CompletedTask : throw new InvalidOperationException("The area register is empty.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
