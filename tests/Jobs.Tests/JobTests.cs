using Microsoft.Extensions.DependencyInjection;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Jobs.Tests;

[Lane(Lane.Functional)]
public sealed class JobTests
{
    [Fact]
    public async Task A_job_exists_only_if_its_transaction_commits()
    {
        await using var works = await Works.CreateAsync();
        var app = ToyApps.BuildWork([], works.Settings);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<WorkDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Enqueue("note", new { });
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await works.ScalarAsync<long>("select count(*) from work.job"));
        var id = await works.EnqueueAsync("note", new { });
        Assert.Equal(1, await works.ScalarAsync<long>($"select count(*) from work.job where id = '{id}'"));
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Two_hundred_jobs_and_three_instances_make_two_hundred_effects()
    {
        await using var works = await Works.CreateAsync();
        await works.ExecuteAsync(
            "insert into work.job (id, kind, payload, run_at, due_at) select gen_random_uuid(), 'note', '{}', now(), now() from generate_series(1, 200)");

        for (var i = 0; i < 3; i++) await works.StartAsync();

        await Eventually.TrueAsync(async () => await works.ScalarAsync<long>("select count(*) from work.job where state = 'done'") == 200, "200 jobs are done");
        Assert.Equal(200, await works.ScalarAsync<long>("select count(*) from work.note"));
        Assert.Equal(200, await works.ScalarAsync<long>("select count(distinct job_id) from work.note"));
    }

    [Fact]
    public async Task A_job_waits_for_its_time()
    {
        await using var works = await Works.CreateAsync();
        var later = await works.EnqueueAsync("note", new { }, DateTimeOffset.UtcNow.AddHours(1));
        var soon = await works.EnqueueAsync("note", new { }, DateTimeOffset.UtcNow.AddSeconds(1));

        await works.StartAsync();

        await works.UntilAsync(soon, "done");
        Assert.True(await works.ScalarAsync<bool>($"select started_at >= run_at from work.job where id = '{soon}'"));
        Assert.Equal("waiting", await works.ScalarAsync<string>($"select state from work.job where id = '{later}'"));
    }

    [Fact]
    public async Task A_key_keeps_a_second_unfinished_job_out()
    {
        await using var works = await Works.CreateAsync();
        var first = await works.EnqueueAsync("note", new { }, key: "booklet-1");
        await works.EnqueueAsync("note", new { }, key: "booklet-1");
        await works.EnqueueAsync("note", new { }, key: "booklet-2");

        Assert.Equal(2, await works.ScalarAsync<long>("select count(*) from work.job"));

        await works.StartAsync();
        await works.UntilAsync(first, "done");
        await works.EnqueueAsync("note", new { }, key: "booklet-1");
        Assert.Equal(3, await works.ScalarAsync<long>("select count(*) from work.job"));
    }

    [Fact]
    public async Task A_failing_job_is_run_again_from_its_last_checkpoint()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(5);
        var id = await works.EnqueueAsync("steps", new StepsPayload(5, FailAt: 4, FailUntil: 3));

        await works.StartAsync();

        await works.UntilAsync(id, "done");
        Assert.Equal("1,2,3,4,5", await works.ScalarAsync<string>("select string_agg(step::text, ',' order by id) from work.note"));
        Assert.Equal("1,1,1,3,3", await works.ScalarAsync<string>("select string_agg(fence::text, ',' order by id) from work.note"));
        Assert.Equal(3, await works.ScalarAsync<int>($"select attempts from work.job where id = '{id}'"));
        Assert.Equal(5L, await works.ScalarAsync<long>($"select progress_done from work.job where id = '{id}' and progress_total = 5"));
    }

    [Fact]
    public async Task A_job_that_keeps_failing_is_dead_and_others_go_on()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var bad = await works.EnqueueAsync("steps", new StepsPayload(1, FailAt: 1, FailUntil: 99));
        var good = await works.EnqueueAsync("steps", new StepsPayload(1));

        await works.StartAsync(("Wir:Jobs:MaxAttempts", "3"));

        await works.UntilAsync(bad, "dead");
        await works.UntilAsync(good, "done");
        Assert.Equal(3, await works.ScalarAsync<int>($"select attempts from work.job where id = '{bad}'"));
        Assert.Contains("Cannot do step 1.", await works.ScalarAsync<string>($"select last_error from work.job where id = '{bad}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_outside_of_a_transaction_is_refused()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var id = await works.EnqueueAsync("steps", new StepsPayload(1, Raw: true));

        await works.StartAsync(("Wir:Jobs:MaxAttempts", "1"));

        await works.UntilAsync(id, "dead");
        Assert.Equal(0, await works.ScalarAsync<long>("select count(*) from work.note"));
    }

    [Fact]
    public async Task Three_instances_make_one_job_per_occurrence()
    {
        await using var works = await Works.CreateAsync();
        for (var i = 0; i < 3; i++) await works.StartAsync(("Toy:Recurring", "true"));

        await Eventually.TrueAsync(
            async () => await works.ScalarAsync<long>("select count(*) from work.job where kind = 'tick' and state = 'done'") >= 4, "four occurrences are done");

        Assert.Equal(0, await works.ScalarAsync<long>("select count(*) - count(distinct run_at) from work.job where kind = 'tick'"));
        // On its grid, always; a machine that stood still for longer leaves occurrences out.
        Assert.True(await works.ScalarAsync<bool>(
            "select bool_and(extract(epoch from gap)::numeric % 1 = 0) from (select run_at - lag(run_at) over (order by run_at) as gap from work.job) g where gap is not null"));
    }

    [Fact]
    public async Task An_orderly_stop_gives_running_jobs_back_unharmed()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var id = await works.EnqueueAsync("steps", new StepsPayload(2));
        var first = await works.StartAsync();
        await Eventually.TrueAsync(async () => await works.ScalarAsync<long>("select count(*) from work.note") == 1, "the first step");

        await first.StopAsync();

        Assert.Equal("waiting", await works.ScalarAsync<string>($"select state from work.job where id = '{id}'"));
        Assert.Equal(0, await works.ScalarAsync<int>($"select attempts from work.job where id = '{id}'"));
        await works.OpenGateAsync(2);
        await works.StartAsync();
        await works.UntilAsync(id, "done");
        Assert.Equal("1,2", await works.ScalarAsync<string>("select string_agg(step::text, ',' order by id) from work.note"));
    }

    [Fact]
    public async Task Work_that_lasts_longer_than_the_lease_stays_with_its_worker()
    {
        await using var works = await Works.CreateAsync();
        var id = await works.EnqueueAsync("steps", new StepsPayload(1));
        await works.StartAsync();
        await works.StartAsync();
        await Eventually.TrueAsync(
            async () => await works.ScalarAsync<bool>($"select clock_timestamp() > started_at + interval '5 seconds' from work.job where id = '{id}'"),
            "the job has run for longer than twice its lease");

        await works.OpenGateAsync(1);

        await works.UntilAsync(id, "done");
        Assert.Equal(1, await works.ScalarAsync<int>($"select attempts from work.job where id = '{id}'"));
    }
}
