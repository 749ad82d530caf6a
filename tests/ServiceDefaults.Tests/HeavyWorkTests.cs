using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.TestKit;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>Turns of heavy work, one at a time, with rests between them.</summary>
[Lane(Lane.Unit)]
public sealed class HeavyWorkTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task After_a_turn_comes_a_rest_and_then_the_next_one()
    {
        using var work = Work(rest: 2);
        var turn = await work.TakeTurnAsync(default);
        await Task.Delay(100);
        var ended = Stopwatch.StartNew();
        turn.Dispose();

        using var next = await work.TakeTurnAsync(default);

        Assert.InRange(ended.ElapsedMilliseconds, 150, 10_000);
    }

    [Fact]
    public async Task Work_that_fails_gives_its_turn_back()
    {
        using var work = Work();

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            work.RunAsync<int>(_ => throw new InvalidOperationException("no"), default));

        Assert.Equal(7, await work.RunAsync(_ => 7, default).WaitAsync(s_soon));
    }

    [Fact]
    public async Task Whose_turn_does_not_come_in_time_is_refused_and_so_is_who_would_wait_behind_too_many()
    {
        using var work = Work(waiting: 1, patience: 1000);
        using var turn = await work.TakeTurnAsync(default);
        var first = work.TakeTurnAsync(default);
        var second = work.TakeTurnAsync(default);
        var clock = Stopwatch.StartNew();

        var behind = await Assert.ThrowsAsync<ProblemException>(() => work.TakeTurnAsync(default));

        Assert.InRange(clock.ElapsedMilliseconds, 0, 900);
        var late = await Assert.ThrowsAsync<ProblemException>(() => first);
        await Assert.ThrowsAsync<ProblemException>(() => second);
        Assert.NotNull(behind);
        Assert.NotNull(late);
    }

    [Fact]
    public async Task A_request_waits_for_one_step_and_not_for_all_streams()
    {
        using var work = Work();
        var held = await work.TakeStepAsync(default);
        var streams = Enumerable.Range(0, 50).Select(_ => work.TakeStepAsync(default)).ToArray();
        var request = work.TakeTurnAsync(default);
        held.Dispose();

        using var turn = await request.WaitAsync(s_soon);

        // None of them gives its step back here; so the request was before all but one.
        Assert.InRange(streams.Count(stream => stream.IsCompleted), 0, 1);
    }

    [Fact]
    public async Task A_step_waits_longer_than_a_request_and_ends_with_its_reader()
    {
        using var work = Work(patience: 50);
        var turn = await work.TakeTurnAsync(default);
        using var reader = new CancellationTokenSource();
        var (gone, staying) = (work.TakeStepAsync(reader.Token), work.TakeStepAsync(default));
        await Task.Delay(200);
        Assert.False(staying.IsCompleted);

        await reader.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        turn.Dispose();

        (await staying.WaitAsync(s_soon)).Dispose();
    }

    [Fact]
    public async Task A_slow_reader_holds_no_turn()
    {
        using var work = Work();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5));
        var writing = work.WriteAsync(
            pipe.Writer,
            async output =>
            {
                for (var i = 0; i < 3; i++) await output.WriteAsync(new byte[20]);
            },
            default);
        await Task.Delay(100);
        Assert.False(writing.IsCompleted);

        Assert.Equal(1, await work.RunAsync(_ => 1, default).WaitAsync(s_soon));

        var read = 0L;
        while (read < 60)
        {
            var result = await pipe.Reader.ReadAsync();
            read += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        await writing.WaitAsync(s_soon);
        Assert.Equal(2, await work.RunAsync(_ => 2, default).WaitAsync(s_soon));
    }

    private static HeavyWork Work(double rest = 0, int waiting = 16, int patience = 10_000) => new(
        Options.Create(new HeavyWorkOptions
        {
            Turns = 1, Rest = rest, Waiting = waiting, Patience = TimeSpan.FromMilliseconds(patience),
        }),
        TimeProvider.System);
}
