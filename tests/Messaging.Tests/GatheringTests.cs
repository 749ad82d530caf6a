using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class GatheringTests
{
    [Theory]
    [InlineData("well", 1)]
    [InlineData("poison", 10)]
    public async Task What_gathers_while_one_is_handled_commits_together_unless_one_of_it_is_bad(string fifth, int transactions)
    {
        await using var toys = new Toys();
        await toys.InitializeAsync();
        var toy = await toys.StartToyAsync();
        var copy = await toys.StartCopyAsync();
        var gate = (ToyService.Gate)copy.Services.GetService(typeof(ToyService.Gate))!;
        var thing = Guid.CreateVersion7();
        var (entered, gathered) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        gate.OnEnter = (envelope, _) =>
        {
            if (envelope.AggregateId != thing || envelope.Sequence > 1) return Task.CompletedTask;
            entered.TrySetResult();
            return gathered.Task;
        };

        await Toys.ChangeAsync(toy, thing, "first");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(90));
        for (var i = 2; i <= 12; i++) await Toys.ChangeAsync(toy, thing, i == 5 ? fifth : $"text {i}");
        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(toys.ToySource, $"select count(*) from toy.outbox_message where aggregate_id = '{thing}'") == 0, "all are sent");
        // Confirmed by the broker is not yet arrived here.
        await Task.Delay(500);
        gathered.SetResult();

        var bad = fifth == "poison" ? 1 : 0;
        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(toys.CopySource, $"select count(*) from copy.effect where thing_id = '{thing}'") == 12 - bad, "the effects are there");
        Assert.Equal(transactions, await Toys.ScalarAsync<long>(
            toys.CopySource, $"select count(distinct xmin::text) from copy.effect where thing_id = '{thing}' and sequence > 1"));
        Assert.Equal(
            string.Join(' ', Enumerable.Range(1, 12).Where(i => bad == 0 || i != 5)),
            await Toys.ScalarAsync<string>(toys.CopySource, $"select string_agg(sequence::text, ' ' order by id) from copy.effect where thing_id = '{thing}'"));
    }
}
