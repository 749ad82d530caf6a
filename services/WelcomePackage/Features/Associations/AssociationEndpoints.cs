using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.Contracts;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;

namespace Wir.WelcomePackage.Features.Associations;

/// <summary>An association as the register published it. Its contacts are at the entry.</summary>
public sealed record AssociationView(
    Guid Id, string Number, bool Demo, string Kind, string Name, string Area, PostalAddress? Address, GeoPoint? Location,
    IReadOnlyList<SchemedCode> Categories, IReadOnlyList<string> Languages, IReadOnlyDictionary<string, SnapshotText> Texts,
    [property: Description("Always empty; the entry has them")] IReadOnlyList<FunctionalContact> Contacts,
    IReadOnlyList<SnapshotLink> Links, [property: Description("The entry in the register")] string Entry)
{
    internal static AssociationView Of(AssociationSnapshot snapshot) => new(
        snapshot.Id, snapshot.Number, snapshot.Demo, snapshot.Kind, snapshot.Name, snapshot.Area, snapshot.Address, snapshot.Location,
        snapshot.Categories, snapshot.Languages, snapshot.Texts, [], snapshot.Links,
        $"/api/registry/v1/associations/{snapshot.Id}");
}

public sealed record AssociationListMeta : ListMeta
{
    /// <summary>True when the register gives no sign of life: the list is complete as of its last one.</summary>
    public required bool Stale { get; init; }
}

internal static class AssociationEndpoints
{
    public static void MapAssociations(this RouteGroupBuilder api) =>
        api.MapGet("/associations", ListAssociations).WithName("ListAssociations").WithTags("Associations")
            .WithSummary("Associations of an area from this service's own copy of the register; it answers when the register does not");

    private static async Task<Results<ReadResult<ListOf<AssociationView, AssociationListMeta>>, ProblemHttpResult>> ListAssociations(
        HttpContext context, AssociationReader associations, RegistryContact contact, AreaRegister areas, TimeProvider time, [AsParameters] Paging paging,
        [Description("Key of an area; those below it are included")] string? area, CancellationToken ct)
    {
        Area? within = null;
        if (area is not null && !areas.ParseAt(area, time.Today()).TryGet(out within, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var keys = within is null ? null : areas.DescendantsAndSelf(within.Key).Select(one => one.Key).ToArray();
        var rows = await associations.ListAsync(keys, paging.After<Position>(context)?.Id, take + 1, ct);
        var (data, links) = Paging.Cut(context, rows, take, last => new Position(last.Id));
        return Reads.Ok(new ListOf<AssociationView, AssociationListMeta>(data, links, new AssociationListMeta { Stale = contact.IsStale }));
    }

    private sealed record Position(Guid Id);
}

/// <summary>Reads the copy of the register.</summary>
internal sealed class AssociationReader(NpgsqlDataSource source)
{
    /// <summary>In the order of their ids: who walks through them while names change meets each once.</summary>
    public Task<IReadOnlyList<AssociationView>> ListAsync(IReadOnlyList<string>? areas, Guid? after, int limit, CancellationToken ct) =>
        ReadAsync("(@areas::text[] is null or area = any(@areas)) and (@after::uuid is null or id > @after) order by id", areas, after, limit, ct);

    /// <summary>As one reads them on paper.</summary>
    public Task<IReadOnlyList<AssociationView>> ByNameAsync(string area, int limit, CancellationToken ct) =>
        ReadAsync("area = any(@areas) order by snapshot->>'name', id", [area], null, limit, ct);

    private async Task<IReadOnlyList<AssociationView>> ReadAsync(string condition, IReadOnlyList<string>? areas, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select snapshot from {WelcomeDb.SchemaName}.association where snapshot is not null and {condition} limit @limit");
        command.Parameters.Add(new("areas", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = areas?.ToArray() ?? (object)DBNull.Value });
        command.Parameters.Add(new("after", NpgsqlDbType.Uuid) { Value = after ?? (object)DBNull.Value });
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<AssociationView>();
        while (await reader.ReadAsync(ct)) rows.Add(AssociationView.Of(JsonSerializer.Deserialize<AssociationSnapshot>(reader.GetString(0), JsonColumn.Options)!));
        return rows;
    }
}
