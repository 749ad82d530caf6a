using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>What is under embargo comes when it was promised, holds up nobody unasked, and tells nothing before.</summary>
[Lane(Lane.Functional)]
public sealed class EmbargoTests(MonitorService service)
{
    [Fact]
    public async Task Measured_numbers_come_though_a_formula_follows_them_and_its_input_changes_before()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z06", "count");
        await monitor.DescribeAsync("Z07", "count");
        await monitor.PublishAsync("Z06", MethodTests.One(10));
        await monitor.PublishAsync("Z07", MethodTests.One(1));
        var until = DateTimeOffset.UtcNow.AddSeconds(12);
        await monitor.PublishAsync("Z07", MethodTests.One(5), "&reason=x", until.ToString("O"));
        var formula = (await MethodTests.ChangeAsync(monitor, "Z07", node => node["formula"] = "Z06 * 2"))
            .Is(HttpStatusCode.Accepted).Json;
        await monitor.ReleaseAsync((string)formula["id"]!, until.AddHours(1).ToString("O"));

        await monitor.PublishAsync("Z06", MethodTests.One(11), "&reason=x");

        var early = await MethodTests.ValuesAsync(monitor.Anonymous, "Z07");
        if (DateTimeOffset.UtcNow < until) Assert.Equal([1], early);
        await Eventually.TrueAsync(
            async () => (await MethodTests.ValuesAsync(monitor.Anonymous, "Z07")).SequenceEqual([5]),
            "the measured numbers come", TimeSpan.FromSeconds(30));
        // The formula has the input's new number at its own instant.
        Assert.Equal([22], await MethodTests.ValuesAsync(monitor.District(), "Z07"));
    }
}
