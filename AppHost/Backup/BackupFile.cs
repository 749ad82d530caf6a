using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Wir.AppHost.Backup;

/// <summary>What a backup holds: one dump per database, all of the same instant, and the development keys.</summary>
internal sealed record Manifest(int Format, DateTimeOffset CreatedAt, string Version, IReadOnlyList<DumpEntry> Databases)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";
    public const string KeysFileName = "keys.json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Packs a directory's files into one that only its owner may read; it appears under its name when it is whole.</summary>
    public static async Task PackAsync(string directory, string file, CancellationToken cancellation)
    {
        await using (var stream = new FileStream(file + ".new", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await TarFile.CreateFromDirectoryAsync(directory, stream, includeBaseDirectory: false, cancellation);
        }

        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Unpacks a backup and checks it against its own manifest.</summary>
    /// <exception cref="InvalidOperationException">It is no backup, is damaged, or was made by a later version.</exception>
    public static async Task<Manifest> UnpackAsync(string file, string directory, CancellationToken cancellation)
    {
        try
        {
            await TarFile.ExtractToDirectoryAsync(file, directory, overwriteFiles: false, cancellation);
            var manifest = JsonSerializer.Deserialize<Manifest>(await File.ReadAllTextAsync(Path.Combine(directory, FileName), cancellation), s_json)!;
            if (manifest.Format > CurrentFormat) throw new InvalidOperationException($"{file} was made by a later version ({manifest.Version}).");
            foreach (var dump in manifest.Databases)
            {
                if (await HashAsync(Path.Combine(directory, dump.File), cancellation) != dump.Sha256)
                {
                    throw new InvalidOperationException($"{file} is damaged: {dump.File} does not have the checksum that the manifest states.");
                }
            }

            return manifest;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or JsonException or FileNotFoundException)
        {
            throw new InvalidOperationException($"{file} is not a backup, or is damaged: {e.Message}", e);
        }
    }

    public Task WriteAsync(string directory, CancellationToken cancellation) =>
        File.WriteAllTextAsync(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, s_json), cancellation);

    public static async Task<string> HashAsync(string file, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}

/// <param name="Name">Of the database.</param>
/// <param name="File">Within the backup.</param>
/// <param name="Sha256">Of that file, hexadecimal.</param>
/// <param name="FeedPosition">Last position given in the service's public feed; null without one.</param>
/// <param name="EventPosition">Last position given in the service's event log; null without one.</param>
internal sealed record DumpEntry(string Name, string File, string Sha256, long? FeedPosition, long? EventPosition);

/// <summary>A directory for the time of one command, readable by its owner only.</summary>
internal sealed class Scratch : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("wir-backup-").FullName;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
