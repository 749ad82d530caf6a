using Microsoft.EntityFrameworkCore;
using Wir.Contracts;
using Wir.Messaging;

namespace Wir.ToyService;

/// <summary>Writes an effect. A text that begins with "poison" fails until the antidote is there; "crash" ends the process.</summary>
public sealed class WhenThingChanged(CopyDb db, Gate gate) : IEventHandler<ThingChanged>
{
    public async Task HandleAsync(Received<ThingChanged> received, CancellationToken ct)
    {
        await gate.EnterAsync(received.Envelope, ct);
        var (change, envelope) = (received.Event, received.Envelope);
        if (change.Text == "crash") Environment.FailFast(change.Text);
        if (change.Text.StartsWith("poison", StringComparison.Ordinal) && !await HasAntidoteAsync(ct))
        {
            throw new InvalidOperationException($"Cannot bear {change.Text}.");
        }

        db.Effects.Add(new Effect
        {
            MessageId = envelope.Id,
            ThingId = change.ThingId,
            Sequence = envelope.Sequence,
            Text = change.Text,
            Trace = envelope.TraceParent,
            OccurredAt = envelope.OccurredAt.UtcDateTime,
        });
        if (!gate.KeepsView) return;
        // A later number wins, whatever order they arrive in.
        await db.Database.ExecuteSqlAsync($"""
            insert into copy.view as v (thing_id, sequence, text) values ({change.ThingId}, {envelope.Sequence}, {change.Text})
            on conflict (thing_id) do update set sequence = excluded.sequence, text = excluded.text where v.sequence < excluded.sequence
            """, ct);
    }

    private async Task<bool> HasAntidoteAsync(CancellationToken ct) =>
        await db.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from copy.antidote").SingleAsync(ct) > 0;
}

/// <summary>Writes down every event of the platform, known here or not.</summary>
public sealed class WhenAnything(CopyDb db) : IAnyEventHandler
{
    public Task HandleAsync(EventEnvelope envelope, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"insert into copy.journal (message_id, type, sequence) values ({envelope.Id}, {envelope.Type}, {envelope.Sequence})", ct);
}

/// <summary>Lets a test watch calls and hold them up. Open by default.</summary>
public sealed class Gate
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>False to have one row per event as the whole effect.</summary>
    public bool KeepsView { get; init; } = true;

    public Func<EventEnvelope, CancellationToken, Task> OnEnter { get; set; } = (_, _) => Task.CompletedTask;

    public Task EnterAsync(EventEnvelope envelope, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        return OnEnter(envelope, ct);
    }
}
