using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wir.Contracts;

namespace Wir.Monitor.Messaging;

/// <summary>
/// What the journal keeps of an event beside its identity, area and time: the members from which K01 to K09 are
/// counted. Names and texts never get here, so an erasure finds nothing in the monitor. A contract that is not listed
/// keeps nothing; its owner's event log has the whole event.
/// </summary>
internal static class JournalFacts
{
    private const string Nothing = "{}";

    private static readonly FrozenDictionary<string, string[][]> s_kept = new Dictionary<string, string[][]>
    {
        [Urn<AssociationPublished>()] = [["area"], ["snapshot", "demo"], ["snapshot", "languages"]],
        [Urn<AssociationWithdrawn>()] = [["area"]],
        [Urn<AssociationSubmitted>()] = [["area"], ["submissionId"], ["submittedAt"]],
        [Urn<AssociationReviewed>()] = [["area"], ["submissionId"], ["submittedAt"], ["reviewedAt"], ["outcome"]],
        [Urn<PackageIssued>()] = [["area"], ["language"], ["wantedLanguage"], ["channel"]],
        [Urn<PagePublished>()] = [["area"], ["languages"], ["checkedAt"]],
        [Urn<TranslationStateChanged>()] = [["area"], ["language"], ["state"]],
    }.ToFrozenDictionary();

    /// <summary>The event's data, reduced to what is kept of it.</summary>
    public static string Of(EventEnvelope envelope)
    {
        if (!s_kept.TryGetValue(envelope.Type, out var paths)) return Nothing;
        var kept = new JsonObject();
        foreach (var path in paths) Copy(envelope.Data, kept, path);
        return kept.ToJsonString();
    }

    private static string Urn<TEvent>() where TEvent : IEvent => EventAttribute.Of(typeof(TEvent)).Urn;

    private static void Copy(JsonElement from, JsonObject to, ReadOnlySpan<string> path)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(path[0], out var value)) return;
        if (path.Length == 1)
        {
            to[path[0]] = JsonNode.Parse(value.GetRawText());
            return;
        }

        if (to[path[0]] is not JsonObject inner) to[path[0]] = inner = [];
        Copy(value, inner, path[1..]);
    }
}
