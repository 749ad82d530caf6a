using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class DeliveryTests(Toys toys) : IClassFixture<Toys>
{
    [Fact]
    public async Task A_committed_change_reaches_the_other_service_once_and_in_order()
    {
        var toy = await toys.StartToyAsync();
        await toys.StartCopyAsync();
        var thing = Guid.CreateVersion7();

        for (var i = 1; i <= 20; i++) await Toys.ChangeAsync(toy, thing, $"text {i}", note: true);

        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(toys.CopySource, $"select count(*) from copy.effect where thing_id = '{thing}'") == 20, "20 effects");
        Assert.Equal(0, await Toys.ScalarAsync<long>(toys.ToySource, "select count(*) from toy.outbox_message where type like '%thing-changed%'"));
        Assert.Equal("text 20", await Toys.ScalarAsync<string>(toys.CopySource, $"select text from copy.view where thing_id = '{thing}'"));
    }
}
