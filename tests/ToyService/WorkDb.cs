using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Jobs;
using Wir.Jobs.Storage;
using Wir.Messaging;

namespace Wir.ToyService;

/// <summary>A service that has jobs, and neither queues nor events.</summary>
public sealed class WorkDb(DbContextOptions<WorkDb> options) : ServiceDb(options)
{
    public override string Schema => "work";

    public DbSet<Note> Notes => Set<Note>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}

/// <summary>One row per time that a job had an effect; nothing in the table keeps a second one out.</summary>
public sealed class Note
{
    public long Id { get; init; }
    public required Guid JobId { get; init; }
    public required long Step { get; init; }
    public required long Fence { get; init; }
    public required int Process { get; init; }
}

[DbContext(typeof(WorkDb))]
[Migration("20260101000000_Initial")]
public sealed class WorkInitial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateJobs("work");
        migrationBuilder.Sql("""
            create table work.note (
                id bigint generated always as identity primary key, job_id uuid not null, step bigint not null, fence bigint not null, process integer not null);
            -- Steps up to this number may be done.
            create table work.gate (step bigint not null);
            insert into work.gate values (0);
            """);
    }
}

/// <param name="Steps">How many steps there are.</param>
/// <param name="Stubborn">It does not listen when it is told to stop.</param>
/// <param name="FailAt">Fails at this step, in each run before the one with the number <paramref name="FailUntil"/>.</param>
/// <param name="FailUntil">The run from which on it succeeds.</param>
/// <param name="Raw">Writes by statements of its own.</param>
public sealed record StepsPayload(long Steps, bool Stubborn = false, long FailAt = 0, int FailUntil = 0, bool Raw = false);

/// <summary>Does steps one by one and saves each; waits at the gate before each.</summary>
public sealed class DoSteps(WorkDb db) : IJobHandler
{
    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var payload = job.Payload<StepsPayload>();
        if (payload.Stubborn) ct = CancellationToken.None;
        for (var step = job.Done + 1; step <= payload.Steps; step++)
        {
            while (await GateAsync(ct) < step) await Task.Delay(20, ct);
            if (step == payload.FailAt && job.Attempt < payload.FailUntil) throw new InvalidOperationException($"Cannot do step {step}.");
            var note = new Note { JobId = job.Id, Step = step, Fence = job.Fence, Process = Environment.ProcessId };
            if (payload.Raw) await WriteRawAsync(note, ct);
            else db.Notes.Add(note);
            await job.CheckpointAsync(step, payload.Steps, ct);
        }
    }

    private Task<int> WriteRawAsync(Note note, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"insert into work.note (job_id, step, fence, process) values ({note.JobId}, {note.Step}, {note.Fence}, {note.Process})", ct);

    private Task<long> GateAsync(CancellationToken ct) => db.Database.SqlQuery<long>($"select step as \"Value\" from work.gate").SingleAsync(ct);
}

/// <summary>Adds a note and returns: saving is done for it.</summary>
public sealed class WriteNote(WorkDb db) : IJobHandler
{
    public Task HandleAsync(Job job, CancellationToken ct)
    {
        db.Notes.Add(new Note { JobId = job.Id, Step = job.Attempt, Fence = job.Fence, Process = Environment.ProcessId });
        return Task.CompletedTask;
    }
}
