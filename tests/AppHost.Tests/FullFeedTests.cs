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
    [InlineData("ServiceDefaults/ServiceDefaults.csproj", "OpenTelemetry.Extensions.Hosting")]
    public async Task The_full_feed_adds_its_packages_and_the_default_has_none_of_them(string project, params string[] packages)
    {
        var full = await PackagesAsync(project, "-p:WirFullFeed=true", "-p:WirAspire=false");
        var small = await PackagesAsync(project);

        Assert.Subset(full, packages.ToHashSet());
        Assert.Empty(small.Intersect(packages));
        Assert.True(small.Count > 1);
    }

    [Fact]
    public async Task The_full_feed_needs_none_of_the_tricks_of_the_smaller_one()
    {
        var small = await ItemsAsync("gateway/Gateway.csproj", "-getItem:Reference,PrunePackageReference", "-p:WirFullFeed=false");
        var full = await ItemsAsync("gateway/Gateway.csproj", "-getItem:Reference,PrunePackageReference", "-p:WirFullFeed=true", "-p:WirAspire=false");

        Assert.Contains("Reference System.IO.Hashing", small);
        Assert.Contains("PrunePackageReference Mono.TextTemplating", small);
        Assert.DoesNotContain("Reference System.IO.Hashing", full);
        Assert.DoesNotContain("PrunePackageReference Mono.TextTemplating", full);
    }

    private static async Task<HashSet<string>> PackagesAsync(string project, params string[] properties) =>
        [.. (await ItemsAsync(project, ["-getItem:PackageReference", .. properties])).Select(item => item.Split(' ')[1])];

    /// <summary>Items as MSBuild sees them, each with its kind before its name.</summary>
    private static async Task<HashSet<string>> ItemsAsync(string project, params string[] arguments)
    {
        var repository = Path.GetDirectoryName(DistributedApplication.CreateBuilder([]).AppHostDirectory)!;
        var output = await ChildProcess.RunAsync(
            new ProcessSpec("dotnet", ["msbuild", Path.Combine(repository, project), .. arguments]) { WorkingDirectory = repository }, CancellationToken.None);
        using var items = JsonDocument.Parse(output);
        return [.. items.RootElement.GetProperty("Items").EnumerateObject()
            .SelectMany(kind => kind.Value.EnumerateArray().Select(item => $"{kind.Name} {item.GetProperty("Identity").GetString()}"))];
    }
}
