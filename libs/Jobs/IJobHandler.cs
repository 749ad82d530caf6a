namespace Wir.Jobs;

/// <summary>Does one kind of work. Made anew for each run, in a scope of its own, with the service's database by constructor.</summary>
/// <remarks>
/// What it has changed in the database when it returns is saved together with the job's end: both or neither. Long work saves on its way
/// (<see cref="Job.CheckpointAsync"/>) and begins at <see cref="Job.Done"/> when it is run again. Every commit of the database context is
/// refused once another worker has the job (this one was frozen or cut off for longer than the lease); effects outside of the
/// database have no such protection and are to be made repeatable.
/// </remarks>
public interface IJobHandler
{
    Task HandleAsync(Job job, CancellationToken ct);
}
