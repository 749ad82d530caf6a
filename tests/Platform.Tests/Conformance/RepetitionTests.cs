using System.Text.Json.Nodes;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Promises about repeating and walking, on every operation that makes them.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class RepetitionTests(ApiStage stage)
{
    [Fact]
    public async Task Fifty_posts_at_once_with_one_Idempotency_Key_make_one_thing()
    {
        var operations = stage.Operations.Where(operation => operation.TakesIdempotencyKey).ToList();
        Assert.NotEmpty(operations);
        foreach (var operation in operations)
        {
            var call = await stage.AnyCallAsync(operation) with { Key = stage.Everything };
            if (call.BodyType == "application/json" && JsonNode.Parse(call.Body!) is JsonObject body && body.ContainsKey("name"))
            {
                body["name"] = $"Fünfzig {Guid.CreateVersion7():N}"[..24].Replace("ü", "ue", StringComparison.Ordinal).Replace(' ', '-');
                call = call.WithJson(body, call.BodyType!);
            }

            // An example cannot know which entries there are.
            if (call.BodyType == "application/json" && JsonNode.Parse(call.Body!) is JsonObject about && about.ContainsKey("associationId"))
            {
                var entries = await stage.SendAsync(new("GET", "/api/registry/v1/associations?limit=1"));
                about["associationId"] = entries.Json!["data"]![0]!["id"]!.DeepClone();
                call = call.WithJson(about, call.BodyType!);
            }

            var keyed = call.With("Idempotency-Key", Guid.CreateVersion7().ToString());
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => stage.SendAsync(keyed)));

            Assert.All(answers, answer => Assert.True(answer.Code is >= 200 and < 300, $"{operation.Name}: {answer}"));
            Assert.True(answers.Count(answer => answer.Header("Idempotent-Replayed") is null) == 1, $"{operation.Name}: more than one answer was a first one");
            Assert.True(answers.Select(IdentityOf).Distinct().Count() == 1, $"{operation.Name}: several things were made");

            var other = await stage.SendAsync(keyed.WithJson(new JsonObject { ["name"] = "another body" }, call.BodyType ?? "application/json"));
            Assert.True(other is { Code: 422, Problem: "WIR-COM-0025" } or { Code: 400 }, $"{operation.Name} with another body: {other}");
        }
    }

    [Fact]
    public async Task A_walk_by_cursor_neither_loses_nor_repeats_while_others_write()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var lists = stage.Operations.Where(operation => operation.Method == "GET" && operation.PathParameters.Count == 0 && !ConditionalTests.IsFacade(operation)
            && new[] { "cursor", "limit" }.All(name => operation.QueryParameters.Any(parameter => (string?)parameter["name"] == name))).ToList();
        Assert.InRange(lists.Count, 3, int.MaxValue);
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(new Random(seed), stop.Token);
        try
        {
            foreach (var list in lists)
            {
                if (await stage.CallAsync(list) is not { } call) continue;
                var before = await WalkAsync(call, 200, 50);
                var seen = await WalkAsync(call, 1 + new Random(seed).Next(9), 60);
                var after = await WalkAsync(call, 200, 50);
                if (seen is null || before is null || after is null) continue;
                Assert.True(seen.Count == seen.Distinct().Count(), $"{list.Name} repeats entries (seed {seed})");
                var lost = before.Intersect(after).Except(seen.Ids).ToList();
                Assert.True(!seen.IsComplete || lost.Count == 0, $"{list.Name} lost {lost.Count} of {seen.Count} (seed {seed})");
            }
        }
        finally
        {
            await stop.CancelAsync();
            Assert.InRange(await writing, 1, int.MaxValue);
        }
    }

    /// <summary>Makes, changes and removes entries and clients, until stopped; how many writes there were.</summary>
    private async Task<int> WriteAsync(Random random, CancellationToken stop)
    {
        var (entries, writes) = (new List<(string Path, string Tag)>(), 0);
        var create = stage.Operations.Single(operation => operation.Name == "POST /api/registry/v1/associations");
        var model = await stage.AnyCallAsync(create) with { Key = stage.Everything };
        while (!stop.IsCancellationRequested)
        {
            var body = JsonNode.Parse(model.Body!)!.AsObject();
            body["name"] = $"{(char)('A' + random.Next(26))}-Verein {random.Next()}";
            body.Remove("identifiers");
            var made = await stage.SendAsync(model.WithJson(body));
            if (made.Code == 201)
            {
                writes++;
                entries.Add(($"/api/registry/v1/associations/{(string)made.Json!["id"]!}", made.Header("ETag")!));
            }

            if (entries.Count > 5)
            {
                var (path, tag) = entries[random.Next(entries.Count)];
                entries.RemoveAll(entry => entry.Path == path);
                var gone = random.Next(2) == 0
                    ? new Call("DELETE", path + "?reason=dissolved") { Key = stage.Everything }
                    : new Call("PATCH", path) { Key = stage.Everything }.WithJson(new JsonObject { ["name"] = $"{(char)('A' + random.Next(26))}-Verein {random.Next()}" }, "application/merge-patch+json");
                if ((await stage.SendAsync(gone.With("If-Match", tag))).Code < 300) writes++;
            }

            await stage.NewClientAsync($"walk-{random.Next(1000)}", [], []);
            writes++;
        }

        return writes;
    }

    private async Task<Walk?> WalkAsync(Call list, int limit, int pages)
    {
        var ids = new List<string>();
        string? next = list.Address + (list.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + $"limit={limit}";
        for (var page = 0; next is not null && page < pages; page++)
        {
            var answer = await stage.SendAsync(new Call("GET", next) { Key = stage.Everything });
            if (answer.Code != 200 || answer.Json?["data"] is not JsonArray data) return null;
            ids.AddRange(data.Select(row => (row!["id"] ?? row["code"] ?? row["key"] ?? row["position"] ?? row)!.ToJsonString()));
            next = (string?)answer.Json["links"]?["next"];
        }

        return new(ids, next is null);
    }

    private static string IdentityOf(ApiAnswer answer) =>
        answer.Json is JsonObject thing ? (thing["id"] ?? thing["code"] ?? thing["client"]?["id"])?.ToJsonString() ?? answer.Header("Location") ?? "" : answer.Header("Location") ?? "";

    private sealed record Walk(List<string> Ids, bool IsComplete) : IEnumerable<string>
    {
        public int Count => Ids.Count;

        public IEnumerator<string> GetEnumerator() => Ids.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => Ids.GetEnumerator();
    }
}
