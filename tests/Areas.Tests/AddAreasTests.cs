using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

[Lane(Lane.Unit)]
public sealed class AddAreasTests
{
    [Fact]
    public async Task Without_configuration_the_start_data_beside_the_program_are_used()
    {
        using IHost host = Host([]);

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal("Korbach", host.Services.GetRequiredService<AreaRegister>().Find("06635015")!.Name);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_wrong_directory_stops_the_start_and_not_the_first_request()
    {
        using IHost host = Host(new() { ["Wir:Areas"] = Path.Combine(AppContext.BaseDirectory, "nowhere") });

        AreaLoadException exception = await Assert.ThrowsAsync<AreaLoadException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("nowhere", exception.Message, StringComparison.Ordinal);
    }

    private static IHost Host(Dictionary<string, string?> settings)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddAreas(builder.Configuration);
        return builder.Build();
    }
}
