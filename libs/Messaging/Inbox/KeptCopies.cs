using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;
using Wir.Messaging.Broker;
using Wir.Messaging.Outbox;

namespace Wir.Messaging;

/// <summary>Deliveries that a service could not handle and keeps for later: its retries and its error queues.</summary>
public sealed partial class KeptCopies
{
    private readonly MessagingBuilder _model;
    private readonly ErrorQueue _errors;
    private readonly ILogger<KeptCopies> _logger;

    internal KeptCopies(MessagingBuilder model, ErrorQueue errors, ILogger<KeptCopies> logger) =>
        (_model, _errors, _logger) = (model, errors, logger);

    /// <summary>
    /// Puts new data into each kept copy of an event; what is noted of the failure is shortened to its kind, since it may
    /// quote the old data. Repeated, it changes nothing. The copies can be replayed as before.
    /// </summary>
    /// <param name="db">The service's database, with an open transaction.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="data">Its new data, JSON.</param>
    /// <param name="ct">Cancellation.</param>
    /// <returns>How many copies there were.</returns>
    public async Task<int> RewriteAsync(ServiceDb db, Guid eventId, string data, CancellationToken ct)
    {
        // Retries first: one that is being given up is waited for, and is in the error queue afterwards.
        var copies = await RewriteRetriesAsync(db, eventId, data, ct);
        foreach (var queue in _model.Queues)
        {
            copies += await _errors.RewriteAsync(queue.Name, eventId, body => With(body, data), ct);
        }

        if (copies > 0) Log.Rewritten(_logger, copies, eventId);
        return copies;
    }

    private static async Task<int> RewriteRetriesAsync(ServiceDb db, Guid eventId, string data, CancellationToken ct)
    {
        var rows = new List<(string Consumer, string Envelope)>();
        await using (var command = OutboxWriter.CreateCommand(
            db, $"select consumer, envelope from {db.Schema}.retry_message where message_id = @id for update"))
        {
            OutboxWriter.Add(command, "id", eventId, NpgsqlDbType.Uuid);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Add((reader.GetString(0), reader.GetString(1)));
        }

        foreach (var (consumer, envelope) in rows)
        {
            await using var command = OutboxWriter.CreateCommand(db, $"""
                update {db.Schema}.retry_message set envelope = @envelope, last_error = split_part(last_error, ':', 1)
                where consumer = @consumer and message_id = @id
                """);
            var rewritten = Encoding.UTF8.GetString(With(Encoding.UTF8.GetBytes(envelope), data));
            OutboxWriter.Add(command, "envelope", rewritten, NpgsqlDbType.Json);
            OutboxWriter.Add(command, "consumer", consumer, NpgsqlDbType.Text);
            OutboxWriter.Add(command, "id", eventId, NpgsqlDbType.Uuid);
            await command.ExecuteNonQueryAsync(ct);
        }

        return rows.Count;
    }

    private static byte[] With(ReadOnlyMemory<byte> envelope, string data)
    {
        var members = JsonNode.Parse(envelope.Span)!.AsObject();
        members["data"] = JsonNode.Parse(data);
        return Encoding.UTF8.GetBytes(members.ToJsonString(MessagingJson.Options));
    }

    private static partial class Log
    {
        [LoggerMessage(1063, LogLevel.Information, "{Copies} kept copies of event {Id} were rewritten")]
        public static partial void Rewritten(ILogger logger, int copies, Guid id);
    }
}
