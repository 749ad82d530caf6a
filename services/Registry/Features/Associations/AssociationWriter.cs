using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Messaging;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// The one way in which an entry changes: content, history, identifiers, events and feed commit together or not at all.
/// </summary>
public sealed class AssociationWriter(RegistryDb db, IOptions<RegistryOptions> options)
{
    public const string FeedType = "association";

    public Task<Association?> FindAsync(Guid id, CancellationToken ct) =>
        db.Associations.Include(association => association.Persons).SingleOrDefaultAsync(association => association.Id == id, ct);

    /// <summary>A new public entry.</summary>
    public async Task<Outcome<Association>> CreateAsync(Guid id, Accepted accepted, bool demo, Change change, CancellationToken ct)
    {
        var number = AssociationNumber.Format(options.Value.NumberPrefix, await db.NextSerialAsync(ct));
        var entry = Association.Create(id, number, accepted.Content, accepted.Persons, demo, change);
        db.Associations.Add(entry);
        return await SaveAsync(entry, change, ct);
    }

    /// <summary>New public entries without persons, in one transaction. Their identifiers are not looked up: a second use fails the whole.</summary>
    public async Task CreateManyAsync(IReadOnlyList<(Guid Id, AssociationContent Content)> entries, bool demo, Change change, CancellationToken ct)
    {
        var serials = await db.NextSerialsAsync(entries.Count, ct);
        foreach (var (index, (id, content)) in entries.Index())
        {
            var entry = Association.Create(id, AssociationNumber.Format(options.Value.NumberPrefix, serials[index]), content, [], demo, change);
            db.Associations.Add(entry);
            db.Identifiers.AddRange(content.Identifiers.Select(identifier => new AssociationIdentifier { Scheme = identifier.Scheme, Value = identifier.Value, AssociationId = id }));
            db.Versions.Add(entry.ToVersion(change));
            Tell(entry);
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Saves an entry that was changed, with everything that follows from it, and whatever else the context holds.</summary>
    public async Task<Outcome<Association>> SaveAsync(Association entry, Change change, CancellationToken ct)
    {
        if (await IdentifierProblemAsync(entry, ct) is { } taken) return taken;
        await HoldIdentifiersAsync(entry, ct);
        db.Versions.Add(entry.ToVersion(change));
        Tell(entry);
        try
        {
            await db.SaveChangesAsync(ct);
            return entry;
        }
        catch (DbUpdateConcurrencyException)
        {
            return CommonProblems.PreconditionFailed.With(new("Der Eintrag wurde inzwischen geändert.", "The entry was changed meanwhile."));
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Two at once: whoever commits second learns of the first here.
            return await IdentifierProblemAsync(entry, ct) is { } problem
                ? problem
                : CommonProblems.PreconditionFailed.With(new("Der Eintrag wurde inzwischen geändert.", "The entry was changed meanwhile."));
        }
    }

    private void Tell(Association entry)
    {
        if (entry.Status == AssociationStatus.Published)
        {
            db.Emit(RegistryMessages.Published(entry));
            db.Feed(new FeedChange(FeedType, entry.Id, entry.Version, AssociationView.WithoutPersons(entry)));
            return;
        }

        db.Emit(RegistryMessages.Withdrawn(entry));
        db.Feed(new FeedChange(FeedType, entry.Id, entry.Version, null) { Reason = entry.WithdrawnReason, Successor = entry.Successor });
    }

    /// <summary>409 with a link to the entry that has the identifier already.</summary>
    public async Task<ProblemCase?> IdentifierProblemAsync(Guid id, AssociationContent content, CancellationToken ct)
    {
        foreach (var (index, identifier) in content.Identifiers.Index())
        {
            var holder = await db.Identifiers.AsNoTracking()
                .Where(held => held.Scheme == identifier.Scheme && held.Value == identifier.Value && held.AssociationId != id)
                .Select(held => (Guid?)held.AssociationId).SingleOrDefaultAsync(ct);
            if (holder is null) continue;
            var detail = new Text($"„{identifier.Value}“ gehört schon zu einem anderen Eintrag.", $"“{identifier.Value}” belongs to another entry already.");
            return Problems.IdentifierInUse.With(detail, new Fault($"/identifiers/{index}", Problems.IdentifierInUse.Code, detail))
                .Add("existing", new { id = holder, href = $"{RegistryApi.Prefix}/associations/{holder}" });
        }

        return null;
    }

    private Task<ProblemCase?> IdentifierProblemAsync(Association entry, CancellationToken ct) =>
        entry.Status == AssociationStatus.Published ? IdentifierProblemAsync(entry.Id, entry.Content, ct) : Task.FromResult<ProblemCase?>(null);

    /// <summary>A withdrawn entry lets go of its identifiers.</summary>
    private async Task HoldIdentifiersAsync(Association entry, CancellationToken ct)
    {
        var held = await db.Identifiers.Where(identifier => identifier.AssociationId == entry.Id).ToListAsync(ct);
        var wanted = entry.Status == AssociationStatus.Published ? entry.Content.Identifiers : [];
        db.Identifiers.RemoveRange(held.Where(old => !wanted.Any(identifier => identifier.Scheme == old.Scheme && identifier.Value == old.Value)));
        db.Identifiers.AddRange(wanted.Where(identifier => !held.Any(old => identifier.Scheme == old.Scheme && identifier.Value == old.Value))
            .Select(identifier => new AssociationIdentifier { Scheme = identifier.Scheme, Value = identifier.Value, AssociationId = entry.Id }));
    }
}
