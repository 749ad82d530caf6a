using System.Text.Json;
using Wir.Messaging;

namespace Wir.Jobs;

/// <summary>One run of a job, as its handler sees it.</summary>
public sealed class Job
{
    private readonly JsonElement _payload;
    private readonly Func<Job, CancellationToken, Task> _checkpoint;

    internal Job(JsonElement payload, Func<Job, CancellationToken, Task> checkpoint) => (_payload, _checkpoint) = (payload, checkpoint);

    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>Unique among the unfinished jobs of the kind; <c>recurring</c> for an occurrence of a schedule.</summary>
    public string? Key { get; init; }

    /// <summary>An occurrence of a schedule, and entered by nobody.</summary>
    public bool IsRecurring => Key == "recurring";

    /// <summary>When it was to begin.</summary>
    public required DateTimeOffset RunAt { get; init; }

    /// <summary>1 for the first run.</summary>
    public required int Attempt { get; init; }

    /// <summary>Rises with every run; names of files and the like that hold it cannot collide with those of an earlier, frozen run.</summary>
    public required long Fence { get; init; }

    /// <summary>How much is done, in the handler's own unit. A repeated run finds what the earlier one saved.</summary>
    public long Done { get; private set; }

    /// <summary>How much there is to do, once that is known.</summary>
    public long? Total { get; private set; }

    /// <exception cref="JsonException">The payload has another form.</exception>
    public TPayload Payload<TPayload>() => _payload.Deserialize<TPayload>(MessagingJson.Options)
        ?? throw new JsonException($"Job {Id} ({Kind}) has no payload.");

    /// <summary>Saves what was changed in the database so far together with the progress, in one transaction.</summary>
    /// <exception cref="LeaseLostException">Another worker has the job; nothing was saved.</exception>
    public Task CheckpointAsync(long done, long? total, CancellationToken ct)
    {
        (Done, Total) = (done, total);
        return _checkpoint(this, ct);
    }

    internal Job StartAt(long done, long? total)
    {
        (Done, Total) = (done, total);
        return this;
    }
}

/// <summary>The job belongs to another worker by now; this one's writes are refused.</summary>
public sealed class LeaseLostException : Exception
{
    public LeaseLostException()
        : base("The job belongs to another worker.")
    {
    }

    public LeaseLostException(string message)
        : base(message)
    {
    }

    public LeaseLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
