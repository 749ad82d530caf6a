using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Tasks;

/// <summary>A task as its municipality sees it.</summary>
public sealed record TaskView
{
    public required Guid Id { get; init; }

    /// <summary><c>report</c>, <c>feedback</c> or <c>confirmation</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>open</c>, <c>done</c> or <c>dismissed</c>.</summary>
    public required string State { get; init; }
    public required long Version { get; init; }
    public required string Area { get; init; }
    public required Guid AssociationId { get; init; }

    /// <summary>It is about an entry made up for demonstration.</summary>
    public required bool Demo { get; init; }

    /// <summary>The report, the feedback or the request it comes from.</summary>
    public required Guid SourceId { get; init; }
    public string? Subject { get; init; }
    public string? Text { get; init; }
    public string? ReplyTo { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateOnly DueOn { get; init; }
    public required bool Overdue { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? Comment { get; init; }

    public static TaskView Of(OfficeTask task, bool demo, DateOnly today) => new()
    {
        Id = task.Id,
        Kind = EnumCodes.Of(task.Kind),
        State = EnumCodes.Of(task.State),
        Version = task.Version,
        Area = task.Area,
        AssociationId = task.AssociationId,
        Demo = demo,
        SourceId = task.SourceId,
        Subject = task.Subject,
        Text = task.Text,
        ReplyTo = task.ReplyTo,
        CreatedAt = task.CreatedAt,
        DueOn = task.DueOn,
        Overdue = task.State == TaskState.Open && task.DueOn < today,
        ClosedAt = task.ClosedAt,
        Comment = task.Comment,
    };
}

/// <param name="Outcome">done or dismissed.</param>
/// <param name="Comment">What was done.</param>
public sealed record CloseInput([AllowedValues("done", "dismissed")] string Outcome, [MaxLength(2000)] string? Comment = null);

public static class HandleTasks
{
    public static async Task<Results<ReadResult<ListOf<TaskView>>, ProblemHttpResult>> List(
        HttpContext http, [AsParameters] Paging paging,
        [Description("open, done or dismissed")] string? state,
        [Description("Only this area and what lies below it")] string? area,
        Caller caller, RegistryDb db, AreaRegister areas, TimeProvider time, CancellationToken ct)
    {
        var take = paging.Take();
        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        var tasks = db.Tasks.AsNoTracking().Where(task => keys.Contains(task.Area));
        if (state is not null)
        {
            if (!EnumCodes.TryParse<TaskState>(state, out var wanted)) return Query.Invalid("state", new("Diesen Zustand gibt es nicht.", "There is no such state.")).ToResult();
            tasks = tasks.Where(task => task.State == wanted);
        }

        if (paging.After<Position>(http) is { } after) tasks = tasks.Where(task => task.Id > after.Id);
        var rows = await tasks.OrderBy(task => task.Id).Take(take + 1).ToListAsync(ct);
        var (data, links) = Paging.Cut(http, rows, take, last => new Position(last.Id));
        var today = time.Today().ToDateOnly();
        var entries = data.Select(task => task.AssociationId).ToList();
        var demo = await db.Associations.Where(entry => entries.Contains(entry.Id) && entry.Demo).Select(entry => entry.Id).ToHashSetAsync(ct);
        return Reads.Ok(new ListOf<TaskView>([.. data.Select(task => TaskView.Of(task, demo.Contains(task.AssociationId), today))], links, new ListMeta()));
    }

    public static async Task<Results<ReadResult<TaskView>, ProblemHttpResult>> Get(
        [Description("The task")] Guid id, Caller caller, RegistryDb db, TimeProvider time, CancellationToken ct)
    {
        var task = await db.Tasks.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (task is null) return NotFound().ToResult();
        if (!caller.Covers(task.Area)) return RegisterAssociation.ForeignArea(task.Area).ToResult();
        return Reads.Ok(TaskView.Of(task, await IsDemoAsync(db, task, ct), time.Today().ToDateOnly()), task.Version, task.ClosedAt ?? task.CreatedAt);
    }

    public static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Close(
        [Description("The task")] Guid id, HttpContext http, JsonBody<CloseInput> body, Caller caller, RegistryDb db, TimeProvider time, CancellationToken ct)
    {
        var task = await db.Tasks.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (task is null) return NotFound().ToResult();
        if (!caller.May(Scopes.RegistryWrite, task.Area) && !caller.May(Scopes.RegistryApprove, task.Area)) return RegisterAssociation.ForeignArea(task.Area).ToResult();
        if (IfMatch.Require(http, task.Version) is { } stale) return stale.ToResult();
        task.Close(body.Value.Outcome == "done" ? TaskState.Done : TaskState.Dismissed, body.Value.Comment, caller.Subject, time.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return CommonProblems.PreconditionFailed.With(new("Die Aufgabe wurde inzwischen geändert.", "The task was changed meanwhile.")).ToResult();
        }

        IfMatch.Tell(http, task.Version);
        return TypedResults.Ok(TaskView.Of(task, await IsDemoAsync(db, task, ct), time.Today().ToDateOnly()));
    }

    private static Task<bool> IsDemoAsync(RegistryDb db, OfficeTask task, CancellationToken ct) =>
        db.Associations.AnyAsync(entry => entry.Id == task.AssociationId && entry.Demo, ct);

    private static ProblemCase NotFound() => CommonProblems.NotFound.With(new("Diese Aufgabe gibt es nicht.", "There is no such task."));

    private sealed record Position(Guid Id);
}
