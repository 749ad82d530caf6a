namespace Wir.Registry.Features.Exports;

/// <summary>Takes old exports off this process's disk, each minute.</summary>
internal sealed partial class ForgetExports(ExportFiles exports, TimeProvider time, ILogger<ForgetExports> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(45);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                await exports.ForgetAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The next minute tries again, whatever the database does.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.NotForgotten(logger, e.GetType().Name);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2030, LogLevel.Warning, "Old exports stay for a minute more: {Fault}")]
        public static partial void NotForgotten(ILogger logger, string fault);
    }
}
