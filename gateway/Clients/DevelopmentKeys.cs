using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wir.Gateway.Data;
using Wir.ServiceDefaults.Access;

namespace Wir.Gateway.Clients;

/// <summary>The clients that a new instance with start data has. Their keys are written to <c>Wir:KeysFile</c>, once; the database holds hashes.</summary>
internal static class DevelopmentKeys
{
    private const string District = "06635";
    private const string Korbach = "06635015";
    private const string Frankenberg = "06635011";

    private static readonly string[] s_municipality =
        [Scopes.RegistryWrite, Scopes.RegistryApprove, Scopes.WelcomeWrite, Scopes.WelcomeIssue, Scopes.MonitorWrite, Scopes.ReadInternal];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static (string Name, string[] Scopes, string[] Areas)[] All =>
    [
        ("districtAdmin", [.. Scopes.All.Except([Scopes.PlatformAdmin])], [District]),
        ("municipality", s_municipality, [Korbach]),
        ("municipalityApprover", [Scopes.RegistryApprove, Scopes.WelcomePublish, Scopes.MonitorApprove, Scopes.ReadInternal], [Korbach]),
        ("otherMunicipality", s_municipality, [Frankenberg]),
        ("translator", [Scopes.WelcomeTranslate], [District]),
        ("reader", [Scopes.ReadInternal], [District]),
        ("operator", [Scopes.PlatformAdmin], []),
    ];

    /// <summary>All or nothing, in one commit. The file comes first: a key that nobody could read would be of no use.</summary>
    public static async Task SeedAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var db = services.GetRequiredService<GatewayDb>();
        if (services.GetRequiredService<IConfiguration>()["Wir:KeysFile"] is not { Length: > 0 } file || await db.Clients.AnyAsync(ct)) return;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var written = new Dictionary<string, object>();
        foreach (var (name, scopes, areas) in All)
        {
            var client = new ApiClient { Id = Guid.CreateVersion7(), Name = name, Scopes = scopes, Areas = areas, CreatedAt = now, UpdatedAt = now };
            var (key, text) = ApiKey.Create(client.Id, now);
            client.Keys.Add(key);
            db.Clients.Add(client);
            db.Emit(ClientEvents.Of(client, "created"));
            written.Add(name, new { key = text, scopes, areas });
        }

        await WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(written, s_json), ct);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Readable by its owner only from its first byte on, and complete or not there.</summary>
    private static async Task WriteAsync(string file, byte[] content, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var unfinished = file + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(unfinished, options))
        {
            await stream.WriteAsync(content, ct);
        }

        File.Move(unfinished, file, overwrite: true);
    }
}
