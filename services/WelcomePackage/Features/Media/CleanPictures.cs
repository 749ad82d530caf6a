using Microsoft.EntityFrameworkCore;
using Wir.Jobs;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>
/// Cleans the pictures that were stored as they came, one content per transaction: the clean content is stored, all
/// that show it name it from then on, and the old content is deleted. A migration enters it where there are such
/// pictures; its progress counts contents.
/// </summary>
internal sealed partial class CleanPictures(WelcomeDb db, BlobStore blobs, PictureCleaner cleaner,
    ILogger<CleanPictures> logger)
    : IJobHandler
{
    public const string Kind = "clean-pictures";

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var (done, unreadable) = (job.Done, 0L);
        while (true)
        {
            var left = db.Media.Where(medium => medium.State == MediumState.Unchecked).Select(medium => medium.Hash)
                .Distinct();
            var total = done + await left.CountAsync(ct);
            if (await left.OrderBy(hash => hash).FirstOrDefaultAsync(ct) is not { } hash) break;
            if (!await CleanAsync(hash, ct)) unreadable++;
            await job.CheckpointAsync(++done, total, ct);
            db.ChangeTracker.Clear();
        }

        Log.Cleaned(logger, done, unreadable);
    }

    private async Task<bool> CleanAsync(string hash, CancellationToken ct)
    {
        var content = await blobs.GetAsync(hash, ct) ?? [];
        var isReadable = (await cleaner.CleanStoredAsync(content, ct)).TryGet(out var clean, out _);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var shown = await db.Media
            .FromSql($"select * from welcomepackage.medium where hash = {hash} order by id for update").ToListAsync(ct);
        // Somebody else was faster.
        if (shown.All(medium => medium.State != MediumState.Unchecked)) return true;
        if (isReadable)
        {
            var name = await BlobStore.PutAsync(db, clean!.Content, ct);
            foreach (var medium in shown) medium.Replace(name, clean.ContentType, clean.Content.Length);
        }
        else
        {
            // Kept for those who uploaded it to look into; readers no longer get it.
            foreach (var medium in shown) (medium.State, medium.Version) = (MediumState.Unreadable, medium.Version + 1);
        }

        await db.SaveChangesAsync(ct);
        if (isReadable) await BlobStore.DropUnusedAsync(db, hash, ct);
        await transaction.CommitAsync(ct);
        if (isReadable) return true;
        foreach (var medium in shown) Log.Unreadable(logger, medium.Id);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(3003, LogLevel.Information,
            "Stored pictures looked at: {Done}; unreadable, no longer shown: {Unreadable}")]
        public static partial void Cleaned(ILogger logger, long done, long unreadable);

        [LoggerMessage(3006, LogLevel.Warning, "The picture {Medium} cannot be read and is no longer shown")]
        public static partial void Unreadable(ILogger logger, Guid medium);
    }
}
