using Microsoft.EntityFrameworkCore;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Mail;
using Wir.Registry.Messaging;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Privacy;

/// <summary>Finds a person everywhere in the register, and takes the person out of it: history, feed and events included.</summary>
public sealed class PersonalData(RegistryDb db, AssociationWriter writer, HeavyWork work, TimeProvider time)
{
    /// <summary>Entries whose versions are searched in one step.</summary>
    private const int EntriesAtATime = 100;

    /// <param name="query">Who.</param>
    /// <param name="areas">Only entries of these areas.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<PersonExport> FindAsync(PersonQuery query, string[] areas, CancellationToken ct)
    {
        var persons = await PersonsAsync(query, areas, ct);
        var submissions = await SubmissionsAsync(query, areas, ct);
        var tasks = await TasksAsync(query, areas, ct);
        var mentions = await VersionsAsync(query, areas, ct);
        var current = await db.Associations.AsNoTracking().Where(entry => areas.Contains(entry.Area)).Select(entry => new { entry.Id, entry.Version }).ToDictionaryAsync(entry => entry.Id, entry => entry.Version, ct);
        return new()
        {
            Persons = [.. persons.Select(person => new HeldPerson(
                person.AssociationId, person.Name, person.Role, person.Email, person.Phone, EnumCodes.Of(person.Visibility), person.LegalBasis, person.Until))],
            Submissions = [.. submissions.Select(submission => new HeldSubmission(
                submission.Id, submission.AssociationId, submission.CreatedAt, EnumCodes.Of(submission.State), submission.Submitter?.Name, submission.Submitter?.Email, submission.Submitter?.Role))],
            Tasks = [.. tasks.Select(task => new HeldTask(task.Id, task.AssociationId, task.CreatedAt, task.Text, task.ReplyTo))],
            Mentions = [.. mentions.Select(version => new HeldMention(version.AssociationId, version.Version, current.GetValueOrDefault(version.AssociationId) == version.Version))],
            Mails = persons.Count + submissions.Count + tasks.Count + mentions.Count > 0 ? await Mails(query).CountAsync(ct) : 0,
        };
    }

    /// <summary>All or nothing, in one transaction.</summary>
    public async Task<Outcome<ErasureReport>> EraseAsync(PersonQuery query, string[] areas, string actor, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var scrub = new Scrub(query.Values);
        var persons = (await PersonsAsync(query, areas, ct)).ToLookup(person => person.AssociationId);
        var versions = await VersionsAsync(query, areas, ct);
        var submissions = await SubmissionsAsync(query, areas, ct);
        var tasks = await TasksAsync(query, areas, ct);
        foreach (var version in versions) version.Erase(StoredJson.Read<AssociationContent>(scrub.Json(StoredJson.Write(version.Content)) ?? StoredJson.Write(version.Content)), scrub.Text(version.Reason));
        foreach (var submission in submissions) Erase(submission, query, scrub);
        foreach (var task in tasks) (task.Text, task.ReplyTo, task.Comment) = (scrub.Text(task.Text), scrub.Text(task.ReplyTo), scrub.Text(task.Comment));
        await db.SaveChangesAsync(ct);

        var saved = new HashSet<Guid>();
        foreach (var id in persons.Select(group => group.Key).Union(versions.Select(version => version.AssociationId)))
        {
            var entry = await writer.FindAsync(id, ct);
            if (entry is null) continue;
            var change = new Change(actor, "erased", null, time.GetUtcNow());
            var clean = scrub.Json(StoredJson.Write(entry.Content));
            var gone = persons[id].Select(person => person.Id).ToHashSet();
            if (clean is null && gone.Count == 0) continue;
            entry.Erase(clean is null ? entry.Content : StoredJson.Read<AssociationContent>(clean), gone, change);
            if ((await writer.SaveAsync(entry, change, ct)).Problem is { } problem) return problem;
            saved.Add(id);
        }

        // A mail belongs to no area: only who has something of the person may take it away, and with it what counts against the limit of the address.
        var mails = persons.Count + versions.Count + submissions.Count + tasks.Count > 0 ? await Mails(query).ExecuteDeleteAsync(ct) : 0;
        var events = await EraseEventsAsync(query, areas, scrub, saved, ct);
        var report = new ErasureReport(
            persons.Sum(group => group.Count()), saved.Count, versions.Count, submissions.Count, tasks.Count, mails, events);
        if (report.FoundAnything)
        {
            // Also tells every process that copies made before then are good no longer.
            db.RetentionRuns.Add(new() { Id = Guid.CreateVersion7(), At = time.GetUtcNow(), Removed = new Dictionary<string, int> { ["erasure"] = report.Persons + report.Versions } });
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return report;
    }

    private static void Erase(Submission submission, PersonQuery query, Scrub scrub)
    {
        if (scrub.Json(StoredJson.Write(submission.Content)) is { } content) submission.Content = StoredJson.Read<AssociationContent>(content);
        submission.Persons = submission.Persons?.Where(person => !query.Means(person.Name, person.Email, person.Phone)).ToArray();
        if (submission.Submitter is { } submitter && query.Means(submitter.Name, submitter.Email, null)) submission.Submitter = null;
        submission.Comment = scrub.Text(submission.Comment);
        submission.Version++;
    }

    /// <summary>
    /// Rows that mention the person at all, to be compared with composed text; what they mean is decided by comparing
    /// values. Between the parts of a name a text may have any spaces, between digits whatever separates them.
    /// </summary>
    private static string[] Patterns(PersonQuery query) => [.. query.Values.Select(value => value.Any(char.IsLetter)
        ? $"%{string.Join('%', value.Split(' ').Select(Like))}%"
        : $"%{string.Join('%', LastDigits(value).AsEnumerable())}%")];

    /// <summary>
    /// The text as a pattern: JSON escapes quotes and backslashes, and beyond ASCII a database may not know that two
    /// letters are the same, large and small.
    /// </summary>
    private static string Like(string text) => string.Concat(text.Select(character => character switch
    {
        '%' or '_' => $"\\{character}",
        '"' or '\\' => "%",
        > '\u007F' when char.ToLowerInvariant(character) != char.ToUpperInvariant(character) => "_",
        _ => character.ToString(),
    }));

    /// <summary>However a number is written, its end is: two digits are enough to look closer.</summary>
    private static string LastDigits(string phone) => string.Concat(phone.Where(char.IsAsciiDigit))[^2..];

    private async Task<List<PersonContact>> PersonsAsync(PersonQuery query, string[] areas, CancellationToken ct)
    {
        using var step = await work.TakeStepAsync(ct);
        // With or without a title before it.
        var name = query.Name is null ? null : $"%{Like(query.Name)}";
        var email = query.Email is null ? null : Like(query.Email);
        return [.. (await db.Persons.AsNoTracking().Where(person => db.Associations.Any(entry => entry.Id == person.AssociationId && areas.Contains(entry.Area)))
            .Where(person => (name != null && EF.Functions.ILike(person.Name, name)) || (email != null && EF.Functions.ILike(person.Email!, email)) || (query.Phone != null && person.Phone != null))
            .ToListAsync(ct)).Where(person => query.Means(person.Name, person.Email, person.Phone))];
    }

    private async Task<List<Submission>> SubmissionsAsync(PersonQuery query, string[] areas, CancellationToken ct)
    {
        using var step = await work.TakeStepAsync(ct);
        var patterns = Patterns(query);
        var scrub = new Scrub(query.Values);
        var rows = await db.Submissions.FromSql($"""
            select * from registry.submission s
            where (s.area = any({areas}) or exists (select from registry.association a where a.id = s.association_id and a.area = any({areas})))
                and (normalize(s.content::text, NFC) ilike any({patterns})
                    or normalize(s.persons::text, NFC) ilike any({patterns})
                    or normalize(s.submitter::text, NFC) ilike any({patterns})
                    or normalize(s.comment, NFC) ilike any({patterns}))
            """).ToListAsync(ct);
        return [.. rows.Where(row => scrub.Json(StoredJson.Write(row.Content)) is not null || scrub.Text(row.Comment) != row.Comment
            || (row.Submitter is { } submitter && query.Means(submitter.Name, submitter.Email, null))
            || row.Persons?.Any(person => query.Means(person.Name, person.Email, person.Phone)) == true)];
    }

    private async Task<List<OfficeTask>> TasksAsync(PersonQuery query, string[] areas, CancellationToken ct)
    {
        using var step = await work.TakeStepAsync(ct);
        var patterns = Patterns(query);
        var scrub = new Scrub(query.Values);
        var rows = await db.Tasks.FromSql($"""
            select * from registry.office_task t
            where t.area = any({areas}) and (normalize(t.text, NFC) ilike any({patterns})
                or normalize(t.reply_to, NFC) ilike any({patterns}) or normalize(t.comment, NFC) ilike any({patterns}))
            """).ToListAsync(ct);
        return [.. rows.Where(row => scrub.Text(row.Text) != row.Text || scrub.Text(row.ReplyTo) != row.ReplyTo || scrub.Text(row.Comment) != row.Comment)];
    }

    private async Task<List<AssociationVersion>> VersionsAsync(PersonQuery query, string[] areas, CancellationToken ct)
    {
        var patterns = Patterns(query);
        var scrub = new Scrub(query.Values);
        var entries = await db.Associations.AsNoTracking().Where(entry => areas.Contains(entry.Area))
            .OrderBy(entry => entry.Id).Select(entry => entry.Id).ToListAsync(ct);
        var found = new List<AssociationVersion>();
        // All versions are the most that is looked through at all: in steps, between which others have their turn.
        foreach (var some in entries.Chunk(EntriesAtATime))
        {
            using var step = await work.TakeStepAsync(ct);
            var rows = await db.Versions.FromSql($"""
                select v.* from registry.association_version v
                where v.association_id = any({some})
                    and (normalize(v.content::text, NFC) ilike any({patterns})
                        or normalize(v.reason, NFC) ilike any({patterns}))
                """).ToListAsync(ct);
            found.AddRange(rows.Where(row =>
                scrub.Json(StoredJson.Write(row.Content)) is not null || scrub.Text(row.Reason) != row.Reason));
        }

        return found;
    }

    private IQueryable<OutgoingMail> Mails(PersonQuery query)
    {
        var hash = query.Email is { } email ? OutgoingMail.HashOf(email) : [];
        return db.Mails.Where(mail => mail.RecipientHash == hash);
    }

    /// <summary>
    /// Texts of events may have named the person. The log and what is still to be sent are rewritten in place: same ids,
    /// same order. Others are told of each, since their retries and error queues may hold it, and of the entry as it is.
    /// </summary>
    private async Task<int> EraseEventsAsync(
        PersonQuery query, string[] areas, Scrub scrub, HashSet<Guid> told, CancellationToken ct)
    {
        var known = await db.Associations.Where(entry => areas.Contains(entry.Area))
            .Select(entry => new { entry.Id, entry.Area })
            .ToDictionaryAsync(entry => entry.Id, entry => entry.Area, ct);
        var rewritten = await db.RewriteEventsAsync(known.Keys, Patterns(query), scrub.Json, ct);
        foreach (var one in rewritten)
        {
            var area = known[one.AggregateId];
            db.Emit(new EventRewritten { AssociationId = one.AggregateId, Area = area, EventId = one.Id, Data = one.Data });
        }

        foreach (var id in rewritten.Select(one => one.AggregateId).Distinct().Where(id => !told.Contains(id)))
        {
            if (await writer.FindAsync(id, ct) is { } entry) db.Emit(RegistryMessages.Current(entry));
        }

        await db.SaveChangesAsync(ct);
        return rewritten.Count;
    }
}
