using System.Security.Cryptography;
using Npgsql;
using Wir.WelcomePackage.Data;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>
/// The one door to stored files. Content is named by its SHA-256, so it never changes under a name and is kept once however often it comes.
/// </summary>
internal sealed class BlobStore(NpgsqlDataSource source)
{
    public static string NameOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Keeps the content; within the caller's transaction when there is one on <paramref name="db"/>.</summary>
    public static async Task<string> PutAsync(WelcomeDb db, byte[] content, CancellationToken ct)
    {
        var name = NameOf(content);
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlAsync(
            db.Database, $"insert into welcomepackage.blob (hash, content) values ({name}, {content}) on conflict do nothing", ct);
        return name;
    }

    /// <summary>Deletes content that nothing shows any more, within the caller's transaction.</summary>
    public static async Task DropUnusedAsync(WelcomeDb db, string name, CancellationToken ct) =>
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlAsync(db.Database, $"""
            delete from welcomepackage.blob b
            where hash = {name} and not exists (select from welcomepackage.medium where hash = b.hash)
            """, ct);

    public async Task<byte[]?> GetAsync(string name, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select content from {WelcomeDb.SchemaName}.blob where hash = @name");
        command.Parameters.AddWithValue("name", name);
        return await command.ExecuteScalarAsync(ct) as byte[];
    }
}
