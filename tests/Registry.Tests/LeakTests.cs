using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>Roles × every readable route × formats: nobody reads what is not theirs. New routes are covered by the table itself.</summary>
[Lane(Lane.Functional)]
[Collection(Alone)]
public sealed class LeakTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    /// <summary>Listeners hear the whole process: the statements of a test beside this one would look like leaks.</summary>
    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class AloneDefinition;

    private const string Alone = "Telemetry of the whole process";

    private static readonly string[] s_formats = ["", "format=ndjson", "format=csv", "format=geojson", "format=jsonld", "q=Geheimnis", "limit=200", "expand=contacts", "asOf=2099-01-01"];
    private static readonly string[] s_accept = ["application/json", "application/x-ndjson", "text/csv", "application/geo+json", "application/ld+json"];

    [Fact]
    public async Task No_role_reads_a_contact_a_person_or_a_text_that_is_not_for_it()
    {
        using var telemetry = new Telemetry();
        var input = Sample.Association("Geheimnis Verein");
        var contacts = (JsonArray)input["contacts"]!;
        contacts.Add(Sample.Person("LEAKPUBLIC Person"));
        contacts.Add(Sample.Person("LEAKAUTHORITY Person", "authorities"));
        contacts.Add(Sample.Person("LEAKINTERNAL Person", "internal"));
        contacts.Add(Sample.Person("LEAKFORMER Person", "public", "2021-06-30"));
        contacts.Add(new JsonObject { ["type"] = "functional", ["email"] = "leakauthority@office.example", ["visibility"] = "authorities" });
        contacts.Add(new JsonObject { ["type"] = "functional", ["email"] = "leakinternal@office.example", ["visibility"] = "internal" });
        input["texts"]!["en"] = new JsonObject { ["summary"] = "LEAKDRAFT", ["state"] = "draft" };
        var created = await registry.Office.PostAsync("/associations", input);
        var id = (Guid)created.Json["id"]!;
        var pending = await registry.Writer.PatchAsync(created.Location!, new JsonObject { ["name"] = "LEAKPENDING Verein" }, 1);
        var submission = Sample.Association("LEAKPENDING neuer Verein");
        await registry.SubmitAndConfirmAsync(submission, "leakauthority@submitter.example");
        await Eventually.TrueAsync(async () => (await registry.QueryAsync($"select 1 from registry.feed where thing_id = '{id}'")).Count == 1, "the feed has the entry");
        await Eventually.TrueAsync(async () => (await registry.QueryAsync("select 1 from registry.outbox_message where not logged")).Count == 0, "the events are in the log");

        (string Role, Client Client, string[] Forbidden)[] roles =
        [
            ("anonymous", registry.Anonymous, ["LEAKAUTHORITY", "LEAKINTERNAL", "LEAKFORMER", "LEAKDRAFT", "LEAKPENDING", "leakauthority", "leakinternal", "client:office"]),
            ("operator", registry.As("client:operator", [Scopes.PlatformAdmin]), ["LEAKAUTHORITY", "LEAKINTERNAL", "LEAKFORMER", "LEAKDRAFT", "LEAKPENDING", "leakauthority", "leakinternal"]),
            ("welcome and monitor", registry.As("client:others", [Scopes.WelcomeWrite, Scopes.WelcomeIssue, Scopes.MonitorWrite, Scopes.MonitorApprove], RegistryFixture.Korbach), ["LEAKAUTHORITY", "LEAKINTERNAL", "LEAKFORMER", "LEAKDRAFT", "LEAKPENDING", "leakauthority", "leakinternal"]),
            ("other office", registry.OtherOffice, ["LEAKAUTHORITY", "LEAKINTERNAL", "LEAKFORMER", "LEAKDRAFT", "LEAKPENDING", "leakauthority", "leakinternal"]),
            ("authority", registry.Authority, ["LEAKINTERNAL", "LEAKFORMER", "LEAKDRAFT", "LEAKPENDING", "leakinternal"]),
        ];
        var (answered, leaks) = (0, new List<string>());
        foreach (var (role, client, forbidden) in roles)
        {
            foreach (var path in Paths(id, (Guid)pending.Json["id"]!))
            {
                foreach (var (query, accept) in s_formats.Select(format => (format, s_accept[0])).Concat(s_accept[1..].Select(accept => ("", accept))))
                {
                    var answer = await client.GetAsync(query.Length == 0 ? path : $"{path}?{query}", ("Accept", accept));
                    Assert.True(answer.Status < 500, $"{path}?{query} answers {answer.Status}: {answer.Text}");
                    if (answer.Status == 200) answered++;
                    var text = PlainOf(answer);
                    leaks.AddRange(forbidden.Where(word => text.Contains(word, StringComparison.Ordinal)).Select(word => $"{role} reads {word} at {path}?{query} ({accept})"));
                }
            }

            var batch = await client.PostAsync("/associations/batch?expand=kind", new JsonObject { ["ids"] = new JsonArray(id.ToString(), (string)pending.Json["id"]!) });
            leaks.AddRange(forbidden.Where(word => batch.Text.Contains(word, StringComparison.Ordinal)).Select(word => $"{role} reads {word} in a batch"));
        }

        Assert.Empty(leaks);
        Assert.True(answered > 200, $"only {answered} answers were looked at");
        Assert.Contains("Geheimnis", PlainOf(await registry.Anonymous.GetAsync("/exports/associations.ndjson.gz")), StringComparison.Ordinal);
        // Looked at before the test itself asks the database for such words.
        var measured = telemetry.Values.ToArray();
        Assert.True(measured.Length > 100, "hardly anything was measured");
        Assert.DoesNotContain(measured, value => Regex.IsMatch(value, @"leak|\w@\w", RegexOptions.IgnoreCase));
        // What others copy holds no person at all, whatever their visibility.
        Assert.Empty(await registry.QueryAsync("""
            select 'feed' from registry.feed where data::text ~* 'LEAK'
            union all select 'events' from registry.event_log where payload::text ~* 'LEAK'
            union all select 'outbox' from registry.outbox_message where payload::text ~* 'LEAK'
            union all select 'jobs' from registry.job where payload::text ~* 'LEAK|@'
            union all select 'history' from registry.association_version where content::text ~ 'LEAK(PUBLIC|AUTHORITY|INTERNAL|FORMER)'
            """));
        Assert.NotEmpty(registry.Logs);
        Assert.DoesNotContain(registry.Logs, line => line.Contains("leak", StringComparison.OrdinalIgnoreCase) || line.Contains('@', StringComparison.Ordinal));
        Assert.Contains("LEAKPUBLIC", (await registry.Anonymous.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
        Assert.Contains("LEAKAUTHORITY", (await registry.Authority.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
        Assert.Contains("LEAKINTERNAL", (await registry.Office.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Paths(Guid association, Guid submission) => AccessTable.Rules
        .Where(rule => rule.Method == "GET" && (rule.Path.StartsWith("/api/registry/", StringComparison.Ordinal) || rule.Path.StartsWith("/hsds", StringComparison.Ordinal) || rule.Path.StartsWith("/api/{service}/", StringComparison.Ordinal)))
        .Select(rule => rule.Path.Replace("{service}", "registry", StringComparison.Ordinal)
            .Replace("{list}", "kinds", StringComparison.Ordinal)
            .Replace("{id}", (rule.Path.Contains("submissions", StringComparison.Ordinal) ? submission : association).ToString(), StringComparison.Ordinal))
        .Append("/openapi/v1.json");

    private static string PlainOf(Answer answer) =>
        answer.Status == 200 && answer.Headers.GetValueOrDefault("Content-Type", "").Contains("gzip", StringComparison.Ordinal) ? PlainExport.Of(answer.Bytes) : answer.Text;

    /// <summary>Everything that spans and metrics say of what happens.</summary>
    private sealed class Telemetry : IDisposable
    {
        private readonly ConcurrentDictionary<string, byte> _values = new();
        private readonly ActivityListener _spans;
        private readonly MeterListener _meters = new() { InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument) };

        public Telemetry()
        {
            _spans = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    _values.TryAdd(activity.DisplayName, 0);
                    foreach (var (name, value) in activity.TagObjects) _values.TryAdd($"{name}={value}", 0);
                },
            };
            ActivitySource.AddActivityListener(_spans);
            _meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Take(tags));
            _meters.SetMeasurementEventCallback<int>((_, _, tags, _) => Take(tags));
            _meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Take(tags));
            _meters.Start();
        }

        public ICollection<string> Values => _values.Keys;

        public void Dispose()
        {
            _spans.Dispose();
            _meters.Dispose();
        }

        private void Take(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, value) in tags) _values.TryAdd($"{name}={value}", 0);
        }
    }
}
