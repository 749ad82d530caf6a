using System.Text.Json;
using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>What <c>WirFullFeed</c> and <c>WirAspire</c> add. The code behind them cannot be built on the smaller feed; the references can be read.</summary>
[Lane(Lane.Functional)]
public class FullFeedTests
{
    [Theory]
    [InlineData("AppHost/AppHost.csproj", "Aspire.Hosting", "Aspire.Hosting.PostgreSQL", "Aspire.Hosting.RabbitMQ", "Aspire.Hosting.Docker", "Aspire.Hosting.Kubernetes")]
    [InlineData("tests/TestKit/TestKit.csproj", "Testcontainers.PostgreSql", "Testcontainers.RabbitMq")]
    public async Task The_full_feed_adds_its_packages_and_the_default_has_none_of_them(string project, params string[] packages)
    {
        var full = await PackagesAsync(project, "-p:WirFullFeed=true", "-p:WirAspire=false");
        var small = await PackagesAsync(project);

        Assert.Subset(full, packages.ToHashSet());
        Assert.Empty(small.Intersect(packages));
        Assert.Contains("Npgsql", small);
    }

    private static async Task<HashSet<string>> PackagesAsync(string project, params string[] properties)
    {
        var repository = Path.GetDirectoryName(DistributedApplication.CreateBuilder([]).AppHostDirectory)!;
        var output = await ChildProcess.RunAsync(
            new ProcessSpec("dotnet", ["msbuild", Path.Combine(repository, project), "-getItem:PackageReference", .. properties]) { WorkingDirectory = repository },
            CancellationToken.None);
        using var items = JsonDocument.Parse(output);
        return items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(p => p.GetProperty("Identity").GetString()!).ToHashSet();
    }
}
