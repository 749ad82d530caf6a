using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Npgsql;
using Wir.Messaging.Feed;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Features.Exports;

/// <summary>A complete export.</summary>
/// <param name="Path">The file.</param>
/// <param name="Position">Position of the feed as of which it is everything.</param>
/// <param name="Sha256">Of the file's bytes.</param>
/// <param name="Bytes">The file's size.</param>
/// <param name="Entries">Lines in it.</param>
/// <param name="MadeAt">When it was made.</param>
public sealed record ExportFile(string Path, long Position, byte[] Sha256, long Bytes, long Entries, DateTimeOffset MadeAt)
{
    /// <summary>Equal positions have equal bytes, whichever instance made them.</summary>
    public string Tag => string.Create(CultureInfo.InvariantCulture, $"\"{Position}-{Convert.ToHexStringLower(Sha256.AsSpan(0, 8))}\"");
}

/// <summary>
/// Exports as files of this process: made when asked for and the feed has moved on, one at a time, and kept so that an interrupted download
/// can go on. A file that still shows what was withdrawn or erased since is not served again, and is gone within a minute.
/// </summary>
public sealed class ExportFiles(FeedSnapshots feed, NpgsqlDataSource source, TimeProvider time) : IDisposable
{
    private const int BufferSize = 128 * 1024;
    private const string Prefix = "wir-registry-export-";
    private static readonly TimeSpan s_keep = TimeSpan.FromMinutes(10);
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly (string Path, FileStream Lock) _folder = CreateFolder();
    private volatile IReadOnlyList<ExportFile> _files = [];

    internal string Folder => _folder.Path;

    /// <summary>Everything that is public now.</summary>
    public async Task<ExportFile> CurrentAsync(CancellationToken ct)
    {
        if (await KnownAsync(ct) is { } known) return known;
        await _making.WaitAsync(ct);
        try
        {
            if (await KnownAsync(ct) is { } meanwhile) return meanwhile;
            var made = await MakeAsync(ct);
            Keep(made);
            return made;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>An earlier export that is still good, by its tag.</summary>
    public async Task<ExportFile?> FindAsync(string tag, CancellationToken ct)
    {
        if (_files.FirstOrDefault(file => file.Tag == tag) is not { } file) return null;
        return await ShowsWhatIsGoneAsync(file, ct) ? null : file;
    }

    /// <summary>Deletes what nobody may or will ask for.</summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        if (_files.Count == 0) return;
        await _making.WaitAsync(ct);
        try
        {
            var position = await feed.PositionAsync(ct);
            var kept = new List<ExportFile>();
            foreach (var file in _files)
            {
                var isWanted = file.Position == position || (file.MadeAt + s_keep > time.GetUtcNow() && !await ShowsWhatIsGoneAsync(file, ct));
                if (isWanted) kept.Add(file);
                else File.Delete(file.Path);
            }

            _files = kept;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose()
    {
        _making.Dispose();
        _folder.Lock.Dispose();
        Directory.Delete(_folder.Path, recursive: true);
    }

    /// <summary>For its owner alone. The lock in it says that the process lives; what killed processes have left is removed.</summary>
    private static (string Path, FileStream Lock) CreateFolder()
    {
        // Processes of 0.1.0 have no lock; none of them runs for so long beside this one.
        var (justNow, longAgo) = (DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddDays(-7));
        foreach (var left in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*").Where(one => one.LastWriteTimeUtc < (File.Exists(Path.Combine(one.FullName, "lock")) ? justNow : longAgo)))
        {
            try
            {
                Lock(left.FullName).Dispose();
                left.Delete(recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or somebody else's.
            }
        }

        var own = Directory.CreateTempSubdirectory(Prefix).FullName;
        return (own, Lock(own));
    }

    private static FileStream Lock(string directory) =>
        new(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private async Task<bool> ShowsWhatIsGoneAsync(ExportFile file, CancellationToken ct)
    {
        if (await feed.HasDeletesAfterAsync(file.Position, ct)) return true;
        await using var command = source.CreateCommand("select exists (select 1 from registry.retention_run where removed ? 'erasure' and at >= $1)");
        // Its rows were read before it was made.
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = file.MadeAt.AddMinutes(-1).ToUniversalTime() });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<ExportFile?> KnownAsync(CancellationToken ct)
    {
        var position = await feed.PositionAsync(ct);
        return _files.FirstOrDefault(file => file.Position == position);
    }

    private async Task<ExportFile> MakeAsync(CancellationToken ct)
    {
        var path = Path.Combine(_folder.Path, Guid.CreateVersion7().ToString("n"));
        var (entries, position) = (0L, 0L);
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous))
        await using (var zip = new GZipStream(file, CompressionLevel.Fastest))
        await using (var buffer = new BufferedStream(zip, BufferSize))
        {
            position = await feed.ReadAsync(AssociationWriter.FeedType, async line =>
            {
                entries++;
                await buffer.WriteAsync(line, ct);
                buffer.WriteByte((byte)'\n');
            }, ct);
        }

        await using var written = File.OpenRead(path);
        return new ExportFile(path, position, await SHA256.HashDataAsync(written, ct), written.Length, entries, time.GetUtcNow());
    }

    /// <summary>Files that nobody will ask for go; one that is being read stays readable until its reader is done.</summary>
    private void Keep(ExportFile made)
    {
        var kept = _files.Where(file => file.MadeAt + s_keep > made.MadeAt).Append(made).ToArray();
        foreach (var old in _files.Except(kept)) File.Delete(old.Path);
        _files = kept;
    }
}
