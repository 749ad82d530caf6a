using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Wir.ServiceDefaults.Http;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>What takes turns waits for them, and nothing else does.</summary>
[Lane(Lane.Functional)]
public sealed class HeavyWorkTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task Occurrences_streams_and_searches_wait_for_a_turn_and_an_ordinary_read_does_not()
    {
        var work = registry.App.Services.GetRequiredService<HeavyWork>();
        var occurrences = $"/associations/{Guid.CreateVersion7()}/occurrences";
        var turns = new List<IDisposable>();
        var most = Math.Max(1, Environment.ProcessorCount / 2);
        while (turns.Count < most) turns.Add(await work.TakeTurnAsync(default));

        var stream = registry.Anonymous.GetAsync("/hsds/services?format=ndjson&full=true");
        var search = registry.Office.PostAsync("/privacy/export", new JsonObject { ["phone"] = "05631 555012" });
        var refused = await registry.Anonymous.GetAsync(occurrences);
        var read = await registry.Anonymous.GetAsync("/associations?limit=1");

        Assert.Equal((503, "WIR-COM-0020"), (refused.Status, (string)refused.Json["code"]!));
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal(200, read.Status);
        Assert.False(stream.IsCompleted);
        Assert.False(search.IsCompleted);
        turns.ForEach(turn => turn.Dispose());
        Assert.Equal(200, (await stream.WaitAsync(TimeSpan.FromSeconds(30))).Status);
        Assert.Equal(200, (await search.WaitAsync(TimeSpan.FromSeconds(30))).Status);
        Assert.Equal(404, (await registry.Anonymous.GetAsync(occurrences)).Status);
    }
}
