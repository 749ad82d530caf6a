using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Jobs.Tests;

[Lane(Lane.Functional)]
public sealed class FrozenWorkerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_frozen_worker_writes_after_its_lease_is_refused(bool stubborn)
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var id = await works.EnqueueAsync("steps", new StepsPayload(3, stubborn));
        await using var frozen = works.StartProcess();
        await Eventually.TrueAsync(async () => await works.ScalarAsync<long>("select count(*) from work.note") == 1, "the first worker did a step");

        frozen.Signal(ProcessSignal.Stop);
        await works.StartAsync();
        await Eventually.TrueAsync(async () => await works.ScalarAsync<long>($"select fence from work.job where id = '{id}'") == 2, "another worker has the job");
        frozen.Signal(ProcessSignal.Continue);
        await works.OpenGateAsync(3);
        await works.UntilAsync(id, "done");
        await Eventually.TrueAsync(() => Task.FromResult(frozen.Output.Contains("was refused", StringComparison.Ordinal)), "the first worker was refused");

        Assert.Equal("1,2,3", await works.ScalarAsync<string>("select string_agg(step::text, ',' order by id) from work.note"));
        Assert.Equal("1,2,2", await works.ScalarAsync<string>("select string_agg(fence::text, ',' order by id) from work.note"));
        Assert.Equal(2, await works.ScalarAsync<int>($"select attempts from work.job where id = '{id}'"));
    }

    [Fact]
    public async Task The_job_of_a_killed_worker_is_done_by_another()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var id = await works.EnqueueAsync("steps", new StepsPayload(2));
        await using var killed = works.StartProcess();
        await Eventually.TrueAsync(async () => await works.ScalarAsync<long>("select count(*) from work.note") == 1, "the first worker did a step");

        await killed.EndAsync(ProcessSignal.Kill);
        await works.OpenGateAsync(2);
        await works.StartAsync();

        await works.UntilAsync(id, "done");
        Assert.Equal("1,2", await works.ScalarAsync<string>("select string_agg(step::text, ',' order by id) from work.note"));
    }

    [Fact]
    public async Task A_job_that_kills_its_worker_each_time_is_dead_in_the_end()
    {
        await using var works = await Works.CreateAsync();
        var id = await works.EnqueueAsync("steps", new StepsPayload(1));
        // As two workers would leave it that died in their runs.
        await works.ExecuteAsync("update work.job set state = 'running', attempts = 2, fence = 2, due_at = clock_timestamp()");

        await works.StartAsync(("Wir:Jobs:MaxAttempts", "2"));

        await works.UntilAsync(id, "dead");
        Assert.Equal(0, await works.ScalarAsync<long>("select count(*) from work.note"));
    }
}
