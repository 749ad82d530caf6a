using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Jobs;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Mail;

namespace Wir.Registry.Features;

/// <summary>
/// Once a day an office learns by mail that something new waits for it: how much, and where, and nothing of what it
/// says. What an office was told of is marked in the transaction that holds the mail, so a run that is killed tells all
/// or nothing.
/// </summary>
public sealed class TellOffices(
    RegistryDb db, Mailbox mailbox, Offices offices, IConfiguration configuration, TimeProvider time) : IJobHandler
{
    public const string Kind = "tell-offices";

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var areas = await db.Submissions.Where(one => one.State == SubmissionState.InReview && one.ToldAt == null)
            .Select(one => one.Area)
            .Union(db.Tasks.Where(one => one.State == TaskState.Open && one.ToldAt == null).Select(one => one.Area))
            .ToListAsync(ct);
        foreach (var office in areas.Select(offices.Of).Distinct().Where(office => office.Email is not null))
        {
            await TellAsync(office, offices.AreasOf(office), ct);
            db.ChangeTracker.Clear();
        }
    }

    private async Task TellAsync(Office office, string[] areas, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Of two runs at once the second one finds that the office has its mail.
        await db.Database.ExecuteSqlAsync(
            $"select pg_advisory_xact_lock(hashtext('wir.registry.office.' || {office.Area}))", ct);
        var (now, today) = (time.GetUtcNow(), time.Today().StartInBerlin());
        var isTold = await db.Submissions.AnyAsync(one => areas.Contains(one.Area) && one.ToldAt >= today, ct)
            || await db.Tasks.AnyAsync(one => areas.Contains(one.Area) && one.ToldAt >= today, ct);
        if (isTold) return;
        var submissions = await db.Submissions
            .Where(one => areas.Contains(one.Area) && one.State == SubmissionState.InReview && one.ToldAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.ToldAt, now), ct);
        var tasks = await db.Tasks
            .Where(one => areas.Contains(one.Area) && one.State == TaskState.Open && one.ToldAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.ToldAt, now), ct);
        if (submissions + tasks == 0) return;
        await mailbox.AddAsync(office.Email!, "Neues im Vereinsverzeichnis / News in the register",
            BodyOf(office, submissions, tasks), MailCause.Office, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private string BodyOf(Office office, int submissions, int tasks)
    {
        var queue = $"{configuration["Wir:PublicUrl"]?.TrimEnd('/')}{RegistryApi.Prefix}";
        return $"""
            Guten Tag,

            im Vereinsverzeichnis wartet Neues auf {office.Name}:
            Einreichungen zur Prüfung: {submissions}, Aufgaben: {tasks}.

            New in the register of associations for {office.Name}:
            submissions to review: {submissions}, tasks: {tasks}.

            {queue}/submissions?area={office.Area}&state=in-review
            {queue}/tasks?area={office.Area}&state=open

            Diese Nachricht kommt höchstens einmal am Tag. / This message comes once a day at the most.
            """;
    }
}
