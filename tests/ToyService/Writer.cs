using Microsoft.EntityFrameworkCore;

namespace Wir.ToyService;

/// <summary>
/// Changes one thing after another and says so on standard output, so that a test knows what was acknowledged before it killed the process.
/// <c>Toy:Writer</c> is <c>go</c>, or <c>hold</c> to stand still in each transaction before its commit.
/// </summary>
public sealed class Writer(IServiceScopeFactory scopes, IConfiguration configuration) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hold = configuration["Toy:Writer"] == "hold";
        var random = new Random(configuration.GetValue("Toy:Seed", 0));
        // Told to stop, it finishes what it has begun.
        while (!stoppingToken.IsCancellationRequested) await ChangeAsync(random, hold);
    }

    private async Task ChangeAsync(Random random, bool hold)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        var things = await db.Things.OrderBy(t => t.Id).ToListAsync();
        var thing = things[random.Next(things.Count)];
        thing.Version++;
        thing.Text = $"version {thing.Version}";
        db.Emit(new ThingChanged { ThingId = thing.Id, Version = thing.Version, Text = thing.Text });
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.SaveChangesAsync();
        if (hold)
        {
            Say($"holding {thing.Id} {thing.Version}");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        }

        await transaction.CommitAsync();
        Say($"committed {thing.Id} {thing.Version}");
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
