using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Wir.Contracts;
using Wir.Messaging.Inbox;

namespace Wir.Messaging.Broker;

/// <summary>What goes into the error queue beside the message.</summary>
internal sealed record ErrorNote(Guid? MessageId, string Reason, int Attempts, string? TraceParent);

/// <summary>One message of an error queue, as an operator sees it.</summary>
/// <param name="MessageId">The event's id; null when the message could not be read.</param>
/// <param name="Type">The event's identity, if readable.</param>
/// <param name="Reason">Why it is here.</param>
/// <param name="Attempts">How often handling was tried.</param>
/// <param name="TraceParent">Trace of the request that caused the event.</param>
/// <param name="FailedAt">When it came here (UTC).</param>
public sealed record ErrorMessage(string? MessageId, string? Type, string Reason, int? Attempts, string? TraceParent, DateTimeOffset? FailedAt);

/// <summary>The error queues of a service: put, look, and send back to the consumer that failed.</summary>
internal sealed class ErrorQueue(BusFactory buses, RewrittenEvents rewritten, TimeProvider time) : IAsyncDisposable
{
    private const string ReasonHeader = "wir-reason";
    private const string AttemptsHeader = "wir-attempts";
    private const string FailedAtHeader = "wir-failed-at";
    private const string TypeHeader = "wir-type";
    private const string TraceHeader = "traceparent";
    private static readonly CreateChannelOptions s_confirming = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly SemaphoreSlim _walking = new(1, 1);
    private IConnection? _connection;

    /// <summary>
    /// Puts a message into the error queue of <paramref name="queue"/>, with its new data if its owner has rewritten it
    /// meanwhile; returns when the broker has confirmed it.
    /// </summary>
    public async Task PutAsync(string queue, byte[] body, ErrorNote note, CancellationToken ct)
    {
        if (note.MessageId is { } id && await rewritten.FindAsync(id, ct) is { } data)
        {
            body = RewrittenEvents.With(body, data);
            note = note with { Reason = RewrittenEvents.KindOf(note.Reason) };
        }

        var headers = new Dictionary<string, object?>
        {
            [ReasonHeader] = note.Reason,
            [AttemptsHeader] = note.Attempts,
            [FailedAtHeader] = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        };
        if (note.TraceParent is not null) headers[TraceHeader] = note.TraceParent;
        var error = EventNames.ErrorQueueOf(queue);
        await WithChannelAsync(
            async channel =>
            {
                await PublishAsync(channel, error, body, note.MessageId?.ToString(), headers, ct);
                return true;
            },
            ct);
    }

    public Task<uint> CountAsync(string queue, CancellationToken ct) =>
        WithChannelAsync(channel => channel.MessageCountAsync(EventNames.ErrorQueueOf(queue), ct), ct);

    /// <summary>Looks at the first messages and leaves them where they are.</summary>
    public Task<List<ErrorMessage>> PeekAsync(string queue, int limit, CancellationToken ct) => WalkAsync(async channel =>
    {
        var messages = new List<ErrorMessage>();
        while (messages.Count < limit && await channel.BasicGetAsync(EventNames.ErrorQueueOf(queue), autoAck: false, ct) is { } got)
        {
            messages.Add(Describe(got));
        }

        return messages; // Closing the channel gives them back.
    }, ct);

    /// <summary>Sends messages back to the queue that failed; the inbox keeps the effect from happening twice.</summary>
    /// <param name="queue">The queue, without <c>_error</c>.</param>
    /// <param name="messageId">Only this one; null = all that are there now.</param>
    /// <param name="ct">Stops between two messages.</param>
    /// <returns>How many were sent back.</returns>
    public Task<int> ReplayAsync(string queue, Guid? messageId, CancellationToken ct) => WalkAsync(async channel =>
    {
        var error = EventNames.ErrorQueueOf(queue);
        var replayed = 0;
        // Counted first: what fails again at once comes back to the end of this queue and must not be taken a second time.
        for (var left = await channel.MessageCountAsync(error, ct); left > 0; left--)
        {
            if (await channel.BasicGetAsync(error, autoAck: false, ct) is not { } got) break;
            if (messageId is not null && Describe(got).MessageId != messageId.ToString()) continue;

            var headers = new Dictionary<string, object?>();
            if (Text(got, TraceHeader) is { } trace) headers[TraceHeader] = trace;
            var body = await NewBodyAsync(got, ct) ?? got.Body.ToArray();
            await PublishAsync(channel, queue, body, got.BasicProperties.MessageId, headers, ct);
            await channel.BasicAckAsync(got.DeliveryTag, multiple: false, ct);
            replayed++;
        }

        return replayed;
    }, ct);

    /// <summary>
    /// Puts the new body in place of each of these events, in one pass; the note says no more than the kind of failure.
    /// </summary>
    /// <returns>How many messages were replaced.</returns>
    public Task<int> RewriteAsync(string queue, IReadOnlySet<Guid> ids, CancellationToken ct) => WalkAsync(async channel =>
    {
        var error = EventNames.ErrorQueueOf(queue);
        var replaced = 0;
        // Counted first: what is replaced comes back to the end of this queue.
        for (var left = await channel.MessageCountAsync(error, ct); left > 0; left--)
        {
            if (await channel.BasicGetAsync(error, autoAck: false, ct) is not { } got) break;
            // Other events go back when the channel closes. A crash in between leaves two copies for the next pass.
            if (IdOf(got) is not { } id || !ids.Contains(id)) continue;
            if (await NewBodyAsync(got, ct) is not { } body || body.AsSpan().SequenceEqual(got.Body.Span)) continue;
            Dictionary<string, object?> headers = new(got.BasicProperties.Headers ?? new Dictionary<string, object?>());
            if (Text(got, ReasonHeader) is { } reason) headers[ReasonHeader] = RewrittenEvents.KindOf(reason);
            await PublishAsync(channel, error, body, got.BasicProperties.MessageId, headers, ct);
            await channel.BasicAckAsync(got.DeliveryTag, multiple: false, ct);
            replaced++;
        }

        return replaced;
    }, ct);

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connecting.Dispose();
        _walking.Dispose();
    }

    private static async Task PublishAsync(
        IChannel channel, string exchange, byte[] body, string? messageId, Dictionary<string, object?> headers, CancellationToken ct)
    {
        var properties = new BasicProperties { ContentType = "application/json", Persistent = true, MessageId = messageId, Headers = headers };
        await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body, ct);
    }

    /// <summary>One at a time: each holds what it has looked at, and the next would not see it.</summary>
    private async Task<T> WalkAsync<T>(Func<IChannel, Task<T>> work, CancellationToken ct)
    {
        await _walking.WaitAsync(ct);
        try
        {
            return await WithChannelAsync(work, ct);
        }
        finally
        {
            _walking.Release();
        }
    }

    /// <summary>A channel of its own per call: putting a message by does not wait for a walk through the queue.</summary>
    private async Task<T> WithChannelAsync<T>(Func<IChannel, Task<T>> work, CancellationToken ct)
    {
        var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(s_confirming, ct);
        return await work(channel);
    }

    /// <summary>A connection that failed is replaced by the next call.</summary>
    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        await _connecting.WaitAsync(ct);
        try
        {
            if (_connection is { IsOpen: true }) return _connection;
            if (_connection is not null) await _connection.DisposeAsync();
            return _connection = await buses.ConnectAsync("errors", ct);
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>The message with its event's new data; null when the event was not rewritten.</summary>
    private async Task<byte[]?> NewBodyAsync(BasicGetResult got, CancellationToken ct)
    {
        if (IdOf(got) is not { } id || await rewritten.FindAsync(id, ct) is not { } data) return null;
        return RewrittenEvents.With(got.Body, data);
    }

    private static Guid? IdOf(BasicGetResult got) =>
        Guid.TryParse(ReadIdentity(got.Body.Span).Id, out var id) ? id : null;

    private static ErrorMessage Describe(BasicGetResult got)
    {
        var (id, type) = ReadIdentity(got.Body.Span);
        var failedAt = DateTimeOffset.TryParse(Text(got, FailedAtHeader), CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : (DateTimeOffset?)null;
        // Without our note the broker itself put it here, after too many deliveries.
        var reason = Text(got, ReasonHeader) ?? Text(got, "x-first-death-reason") ?? "unknown";
        return new ErrorMessage(
            id ?? got.BasicProperties.MessageId, type ?? Text(got, TypeHeader), reason,
            Header(got, AttemptsHeader) as int?, Text(got, TraceHeader), failedAt);
    }

    private static (string? Id, string? Type) ReadIdentity(ReadOnlySpan<byte> body)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<EventEnvelope>(body, MessagingJson.Options);
            return (envelope?.Id.ToString(), envelope?.Type);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static object? Header(BasicGetResult got, string name) =>
        got.BasicProperties.Headers is { } headers && headers.TryGetValue(name, out var value) ? value : null;

    private static string? Text(BasicGetResult got, string header) => Header(got, header) switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        var value => value?.ToString(),
    };
}
