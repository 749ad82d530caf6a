using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wir.Gateway.Data;
using Wir.ServiceDefaults.Access;

namespace Wir.Gateway.Clients;

/// <summary>
/// The clients that an instance with start data has: one for each part that a Land, a district, a municipality and the
/// services play. Their keys are written to <c>Wir:KeysFile</c>, once; the database holds hashes.
/// </summary>
internal static class DevelopmentKeys
{
    private const string Land = "06";
    private const string District = "06635";
    private const string Korbach = "06635015";
    private const string Frankenberg = "06635011";

    private static readonly string[] s_municipality =
        [Scopes.RegistryWrite, Scopes.RegistryApprove, Scopes.WelcomeWrite, Scopes.WelcomeIssue, Scopes.MonitorWrite, Scopes.ReadInternal];

    private static readonly string[] s_approver =
        [Scopes.RegistryApprove, Scopes.WelcomePublish, Scopes.MonitorApprove, Scopes.ReadInternal];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Each listening service has one of its own name.</summary>
    private static (string Name, string[] Scopes, string[] Areas)[] All =>
    [
        ("landEditor", [Scopes.WelcomeWrite, Scopes.WelcomeTranslate], [Land]),
        ("landApprover", [Scopes.WelcomePublish], [Land]),
        ("districtAdmin", [.. Scopes.OfAreas], [District]),
        ("districtApprover", s_approver, [District]),
        ("municipality", s_municipality, [Korbach]),
        ("municipalityApprover", s_approver, [Korbach]),
        ("otherMunicipality", s_municipality, [Frankenberg]),
        ("translator", [Scopes.WelcomeTranslate], [Land]),
        ("reader", [Scopes.ReadInternal], [District]),
        ("operator", [Scopes.PlatformAdmin], []),
        ("registry", [Scopes.ReadEvents], []),
        ("welcomepackage", [Scopes.ReadEvents], []),
        ("monitor", [Scopes.ReadEvents], []),
    ];

    /// <summary>
    /// Makes what is missing, all or nothing, in one commit; an instance of an earlier release gets what has come
    /// since, as long as one of its development keys still works. What nobody has changed since it was made gets
    /// today's scopes and areas; what somebody has changed or shut out stays as it is. The file comes before the
    /// commit: a key that nobody could read would be of no use.
    /// </summary>
    public static async Task SeedAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var db = services.GetRequiredService<GatewayDb>();
        if (services.GetRequiredService<IConfiguration>()["Wir:KeysFile"] is not { Length: > 0 } file) return;
        // Clients without a file are an operator's own: there never were development keys, or somebody took them away.
        if (!File.Exists(file) && await db.Clients.AnyAsync(ct)) return;
        var written = File.Exists(file) ? await ReadAsync(file, ct) : [];
        var known = await db.Clients.Include(client => client.Keys).ToListAsync(ct);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        // Who has shut out every development client, or has only clients of their own, wants none.
        if (known.Count > 0 && !known.Exists(client => written.Values.Any(entry => Works(client, entry, now)))) return;
        var today = new Dictionary<string, Written>();
        foreach (var (name, scopes, areas) in All)
        {
            // By the key: somebody else's client may have the name by now.
            if (written.GetValueOrDefault(name) is { } entry && known.Find(client => Holds(client, entry)) is { } own)
            {
                today[name] = Renew(db, name, own, entry, scopes, areas, now);
            }
            else if (!known.Exists(client => client.Name == name))
            {
                today[name] = written[name] = Make(db, name, scopes, areas, now);
            }
        }

        foreach (var (name, entry) in written) today.TryAdd(name, entry);
        var isTold = today.All(pair => Same(pair.Value, written[pair.Key].Scopes, written[pair.Key].Areas));
        if (isTold && !db.ChangeTracker.HasChanges()) return;
        // Until the commit the file says what renewed clients were: a migration that ends in between is done again.
        await WriteAsync(file, written, ct);
        await db.SaveChangesAsync(ct);
        await WriteAsync(file, today, ct);
    }

    private static Written Make(GatewayDb db, string name, string[] scopes, string[] areas, DateTimeOffset now)
    {
        var client = new ApiClient
        {
            Id = Guid.CreateVersion7(), Name = name, Scopes = scopes, Areas = areas, CreatedAt = now, UpdatedAt = now,
        };
        var (key, text) = ApiKey.Create(client.Id, now);
        client.Keys.Add(key);
        db.Clients.Add(client);
        db.Emit(ClientEvents.Of(client, "created"));
        return new(text, scopes, areas, client.Version);
    }

    private static Written Renew(
        GatewayDb db, string name, ApiClient client, Written entry, string[] scopes, string[] areas, DateTimeOffset now)
    {
        if (!Works(client, entry, now) || Same(entry, scopes, areas)) return entry;
        var has = entry with { Scopes = client.Scopes, Areas = client.Areas };
        // An earlier renewal was committed, and the file did not come to say so.
        if (Same(has, scopes, areas))
        {
            return client.Version == entry.Version + 1 ? has with { Version = client.Version } : has;
        }

        if (IsChanged(name, client, entry)) return entry;
        (client.Scopes, client.Areas, client.UpdatedAt) = (scopes, areas, now);
        client.Version++;
        db.Emit(ClientEvents.Of(client, "changed"));
        return new(entry.Key, scopes, areas, client.Version);
    }

    /// <summary>A further key belongs to somebody, who would get the new rights, too; so it counts as a change.</summary>
    private static bool IsChanged(string name, ApiClient client, Written entry) =>
        client.Name != name || client.RequestsPerMinute is not null || client.Keys.Count != 1
        || (entry.Version is { } version && client.Version != version) || !Same(entry, client.Scopes, client.Areas);

    private static bool Same(Written entry, IEnumerable<string> scopes, IEnumerable<string> areas) =>
        entry.Scopes.ToHashSet().SetEquals(scopes) && entry.Areas.ToHashSet().SetEquals(areas);

    private static bool Holds(ApiClient client, Written entry) => KeyOf(client, entry) is not null;

    /// <summary>True when the client can still be used with the development key.</summary>
    private static bool Works(ApiClient client, Written entry, DateTimeOffset now) =>
        client.RevokedAt is null && KeyOf(client, entry) is { RevokedAt: null } key && !(key.ExpiresAt <= now);

    private static ApiKey? KeyOf(ApiClient client, Written entry) =>
        ApiKey.TryParse(entry.Key, out var id, out _) ? client.Keys.FirstOrDefault(key => key.Id == id) : null;

    private static async Task<Dictionary<string, Written>> ReadAsync(string file, CancellationToken ct) =>
        JsonSerializer.Deserialize<Dictionary<string, Written>>(await File.ReadAllBytesAsync(file, ct), s_json)!;

    /// <summary>Readable by its owner only from its first byte on, and complete or not there.</summary>
    private static async Task WriteAsync(string file, IReadOnlyDictionary<string, Written> keys, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var unfinished = file + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(unfinished, options))
        {
            await JsonSerializer.SerializeAsync(stream, keys, s_json, ct);
        }

        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>
    /// One entry of the file, with what the client got last, and its version then (absent in files of earlier releases).
    /// </summary>
    private sealed record Written(
        string Key, IReadOnlyList<string> Scopes, IReadOnlyList<string> Areas, int? Version = null);
}
