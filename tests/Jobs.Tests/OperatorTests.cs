using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Jobs.Tests;

[Lane(Lane.Functional)]
public sealed class OperatorTests
{
    [Fact]
    public async Task An_operator_sees_jobs_and_replays_a_dead_one()
    {
        await using var works = await Works.CreateAsync();
        await works.OpenGateAsync(1);
        var dead = await works.EnqueueAsync("steps", new StepsPayload(1, FailAt: 1, FailUntil: 2));
        await works.EnqueueAsync("unheard-of", new { }, DateTimeOffset.UtcNow.AddDays(1));
        var app = await works.StartAsync(("Wir:Jobs:MaxAttempts", "1"));
        await works.UntilAsync(dead, "dead");
        using var client = works.Client(app, Scopes.PlatformAdmin);

        var overview = await client.GetFromJsonAsync<JsonElement>("internal/jobs");
        var onlyDead = await client.GetFromJsonAsync<JsonElement>("internal/jobs?state=dead");
        // The next run succeeds only as a second attempt would; the replay starts counting anew, so the cause is taken away first.
        await works.ExecuteAsync("""update work.job set payload = '{"steps": 1}' where state = 'dead'""");
        using var replay = await client.PostAsync($"internal/jobs/{dead}/replay", null);
        using var none = await client.PostAsync($"internal/jobs/{Guid.CreateVersion7()}/replay", null);

        var kinds = overview.GetProperty("kinds").EnumerateArray().ToDictionary(k => k.GetProperty("kind").GetString()!);
        Assert.Equal(1, kinds["steps"].GetProperty("dead").GetInt64());
        Assert.False(kinds["unheard-of"].GetProperty("known").GetBoolean());
        var job = Assert.Single(onlyDead.GetProperty("jobs").EnumerateArray());
        Assert.Equal(dead, job.GetProperty("id").GetGuid());
        Assert.Contains("Cannot do step 1.", job.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, replay.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        await works.UntilAsync(dead, "done");
        using var again = await client.PostAsync($"internal/jobs/{dead}/replay", null);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task Only_operators_see_jobs()
    {
        await using var works = await Works.CreateAsync();
        var app = await works.StartAsync();
        using var reader = works.Client(app, Scopes.ReadInternal);
        using var admin = works.Client(app, Scopes.PlatformAdmin);

        using var forbidden = await reader.GetAsync("internal/jobs");
        using var wrong = await admin.GetAsync("internal/jobs?state=lazy");

        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal("?state", (await wrong.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Gauges_tell_how_long_due_jobs_wait()
    {
        await using var works = await Works.CreateAsync();
        await works.ExecuteAsync("insert into work.job (id, kind, payload, run_at, due_at) values (gen_random_uuid(), 'gauge-probe', '{}', now(), now() - interval '1 hour')");
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Wir.Jobs") l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "kind", Value: "gauge-probe" }) seen[instrument.Name] = value;
            }
        });
        listener.Start();

        await works.StartAsync(("Wir:Jobs:GaugeInterval", "00:00:00.1"));

        await Eventually.TrueAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(seen.GetValueOrDefault("wir.jobs.oldest_due") >= 3600 && seen.GetValueOrDefault("wir.jobs.waiting") == 1);
            },
            "the gauges show the waiting job");
    }
}
