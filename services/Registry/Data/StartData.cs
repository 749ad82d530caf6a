using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Data;

/// <summary>Loads made-up entries into an empty register; each is marked as demo.</summary>
public static class StartData
{
    private const int BatchSize = 100;

    public static async Task LoadAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var (db, writer) = (services.GetRequiredService<RegistryDb>(), services.GetRequiredService<AssociationWriter>());
        var (intake, time) = (services.GetRequiredService<AssociationIntake>(), services.GetRequiredService<TimeProvider>());
        var options = services.GetRequiredService<IOptions<RegistryOptions>>().Value;
        var generator = new DemoAssociations(services.GetRequiredService<AreaRegister>(), time.Today());
        var present = await db.Associations.CountAsync(ct);
        foreach (var batch in generator.Generate(options.DemoEntries).Skip(present).Chunk(BatchSize))
        {
            foreach (var input in batch)
            {
                if (!intake.Read(input).TryGet(out var accepted, out var problem))
                {
                    throw new InvalidOperationException($"The start data is invalid: {string.Join("; ", problem.Faults.Select(fault => $"{fault.Pointer} {fault.Detail.En}"))}");
                }

                var change = new Change("seed", "created", null, time.GetUtcNow());
                if (!(await writer.CreateAsync(Guid.CreateVersion7(), accepted, demo: true, change, ct)).TryGet(out _, out problem))
                {
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The start data is invalid: {problem.Detail.En}"));
                }
            }

            db.ChangeTracker.Clear();
        }
    }
}
