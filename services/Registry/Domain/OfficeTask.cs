namespace Wir.Registry.Domain;

/// <summary>Where a task comes from.</summary>
public enum TaskKind
{
    /// <summary>Somebody reported an error in an entry.</summary>
    Report,

    /// <summary>Somebody gave feedback on an entry elsewhere on the platform; the text stays there.</summary>
    Feedback,

    /// <summary>An entry was not confirmed in time.</summary>
    Confirmation,
}

public enum TaskState
{
    Open,
    Done,
    Dismissed,
}

/// <summary>Something that the municipality of an entry has to look at.</summary>
public sealed class OfficeTask
{
    public required Guid Id { get; init; }
    public required TaskKind Kind { get; init; }

    /// <summary>What caused it; the same cause makes no second task.</summary>
    public required Guid SourceId { get; init; }
    public required Guid AssociationId { get; init; }
    public required string Area { get; init; }

    /// <summary>Code of what is wrong: <c>contact</c>, <c>closed</c>, <c>duplicate</c>, <c>other</c>; empty for other kinds.</summary>
    public string? Subject { get; init; }

    /// <summary>The reporter's words. Emptied by retention.</summary>
    public string? Text { get; set; }

    /// <summary>For an answer, if the reporter left one. Emptied by retention.</summary>
    public string? ReplyTo { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateOnly DueOn { get; init; }
    public TaskState State { get; private set; }
    public DateTimeOffset? ClosedAt { get; private set; }
    public string? ClosedBy { get; private set; }
    public string? Comment { get; set; }

    /// <summary>Stands for the address it came from, on that day; emptied after it.</summary>
    public string? Reader { get; init; }

    /// <summary>When its office got a mail that something waits.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Concurrency token.</summary>
    public long Version { get; private set; } = 1;

    public void Close(TaskState state, string? comment, string actor, DateTimeOffset now)
    {
        (State, Comment, ClosedBy, ClosedAt) = (state, comment, actor, now);
        Version++;
    }
}

/// <summary>A running request to an association to say that its entry is still right.</summary>
public sealed class ConfirmationRequest
{
    public required Guid Id { get; init; }
    public required Guid AssociationId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Mails sent so far; each one's link replaces the one before.</summary>
    public int Reminders { get; set; }
    public required DateTimeOffset NextAt { get; set; }
    public byte[]? TokenHash { get; set; }
}

/// <summary>What one run of the retention job removed, by class.</summary>
public sealed class RetentionRun
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required IReadOnlyDictionary<string, int> Removed { get; init; }
}
