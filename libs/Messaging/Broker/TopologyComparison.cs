using System.Globalization;
using System.Text.Json;

namespace Wir.Messaging.Broker;

/// <summary>Compares the declared topology with what the management API tells.</summary>
internal static class TopologyComparison
{
    public static List<string> Compare(Topology declared, JsonElement exchanges, JsonElement queues, JsonElement bindings)
    {
        var differences = new List<string>();
        CompareExchanges(declared, exchanges, differences);
        CompareQueues(declared, queues, differences);
        CompareBindings(declared, bindings, differences);
        return differences;
    }

    private static void CompareExchanges(Topology declared, JsonElement exchanges, List<string> differences)
    {
        var actual = exchanges.EnumerateArray().ToDictionary(e => e.GetProperty("name").GetString()!);
        foreach (var name in declared.Exchanges)
        {
            if (!actual.TryGetValue(name, out var exchange))
            {
                differences.Add($"Exchange {name} is missing.");
            }
            else if (exchange.GetProperty("type").GetString() != "fanout" || !exchange.GetProperty("durable").GetBoolean())
            {
                differences.Add($"Exchange {name} is not a durable fanout exchange.");
            }
        }
    }

    private static void CompareQueues(Topology declared, JsonElement queues, List<string> differences)
    {
        var actual = queues.EnumerateArray().ToDictionary(q => q.GetProperty("name").GetString()!);
        foreach (var queue in declared.Queues)
        {
            if (!actual.TryGetValue(queue.Name, out var found))
            {
                differences.Add($"Queue {queue.Name} is missing.");
                continue;
            }

            var arguments = found.GetProperty("arguments");
            foreach (var (name, value) in queue.Arguments)
            {
                var want = Convert.ToString(value, CultureInfo.InvariantCulture);
                var have = arguments.TryGetProperty(name, out var argument) ? argument.ToString() : null;
                if (have != want) differences.Add($"Queue {queue.Name} has {name} = {have ?? "nothing"} instead of {want}.");
            }
        }
    }

    private static void CompareBindings(Topology declared, JsonElement bindings, List<string> differences)
    {
        var actual = bindings.EnumerateArray()
            .Select(b => new Binding(
                b.GetProperty("source").GetString()!, b.GetProperty("destination").GetString()!,
                b.GetProperty("destination_type").GetString() == "queue"))
            .ToHashSet();
        differences.AddRange(declared.Bindings.Where(binding => !actual.Contains(binding))
            .Select(binding => $"Binding from {binding.Source} to {(binding.ToQueue ? "queue" : "exchange")} {binding.Destination} is missing."));
    }
}
