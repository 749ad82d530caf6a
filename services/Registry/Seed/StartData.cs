using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Seed;

/// <summary>Loads made-up entries into an empty register; each is marked as demo.</summary>
public static class StartData
{
    private const int BatchSize = 100;

    /// <param name="services">A scope of the service.</param>
    /// <param name="directory">Start data; the demo entries are made from <c>registry/demo</c>.</param>
    /// <param name="ct">Stops between two batches.</param>
    public static async Task LoadAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var (db, writer, time) = (services.GetRequiredService<RegistryDb>(), services.GetRequiredService<AssociationWriter>(), services.GetRequiredService<TimeProvider>());
        var count = services.GetRequiredService<IOptions<RegistryOptions>>().Value.DemoEntries;
        if (count == 0) return;

        var files = DemoFiles.Load(Path.Combine(directory, "registry", "demo"));
        var generator = new DemoAssociations(files, services.GetRequiredService<AreaRegister>(), services.GetRequiredService<CodeLists>(), time.Today());
        var change = new Change("seed", "created", null, time.GetUtcNow());
        foreach (var batch in generator.Generate(count).Chunk(BatchSize))
        {
            // A load that was interrupted goes on where it stopped: the ids are the same each time.
            var ids = batch.Select(demo => demo.Id).ToArray();
            var present = await db.Associations.Where(entry => ids.Contains(entry.Id)).Select(entry => entry.Id).ToListAsync(ct);
            await writer.CreateManyAsync([.. batch.Where(demo => !present.Contains(demo.Id)).Select(demo => (demo.Id, demo.Content))], demo: true, change, ct);
            db.ChangeTracker.Clear();
        }
    }
}
