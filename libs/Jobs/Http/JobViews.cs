namespace Wir.Jobs;

/// <summary>What an operator sees of a service's jobs.</summary>
/// <param name="Kinds">Every kind: known to this service, on the list, or on the schedule.</param>
/// <param name="Jobs">The first 100: dead ones, running ones, what is due next, what was done last.</param>
public sealed record JobsOverview(IReadOnlyList<KindOverview> Kinds, IReadOnlyList<JobView> Jobs);

/// <param name="Kind">The kind.</param>
/// <param name="Known">False when no handler of this instance does it; its jobs then wait for another one.</param>
/// <param name="Waiting">Jobs that wait, due or not.</param>
/// <param name="Running">Jobs that run, or whose worker has just fallen silent.</param>
/// <param name="Dead">Jobs given up; they wait for an operator.</param>
/// <param name="OldestDueSeconds">How long the longest waiting due job has waited; 0 when none is due.</param>
/// <param name="Recurs">Its schedule, if it recurs.</param>
/// <param name="NextAt">Its next occurrence (UTC).</param>
public sealed record KindOverview(
    string Kind, bool Known, long Waiting, long Running, long Dead, double OldestDueSeconds, string? Recurs, DateTimeOffset? NextAt);

/// <summary>One job, without its payload.</summary>
public sealed record JobView(
    Guid Id, string Kind, string? Key, string State, DateTimeOffset RunAt, int Attempts, string? Worker, long Done, long? Total, string? LastError,
    string? TraceParent, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);
