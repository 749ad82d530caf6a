using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.Areas;
using Wir.Contracts;
using Wir.Jobs;
using Wir.Monitor.Data;
using Wir.Monitor.Messaging;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>What the journal keeps of events, and for how long, in a monitor of its own.</summary>
[Lane(Lane.Functional)]
public sealed class JournalTests : IAsyncLifetime
{
    private const string Korbach = "06635015";
    private const string Unknown = "urn:message:wir:somewhere:unknown:v1";
    private static readonly string[] s_tables = ["live_association", "live_submission", "live_package"];
    private Running _monitor = null!;

    public async ValueTask InitializeAsync() => _monitor = await MonitorService.StartAsync();

    public ValueTask DisposeAsync() => _monitor.DisposeAsync();

    [Fact]
    public async Task The_journal_holds_no_name_and_no_text_of_an_event()
    {
        await HandleAsync(Published(Guid.CreateVersion7(), 1, DateTimeOffset.UtcNow));
        await HandleAsync(Envelope(Unknown, Guid.CreateVersion7(), 1, DateTimeOffset.UtcNow, new { text = "Erna Erzählt" }));

        Assert.Equal("""{"area":"06635015","snapshot":{"demo":true,"languages":["de","ar"]}}""", await DataAsync("published"));
        Assert.Equal("{}", await DataAsync("unknown"));
        Assert.Equal(0L, await CountAsync("monitor.journal j where j::text like '%Erna%'"));
    }

    [Fact]
    public async Task Rows_stored_before_are_reduced_to_what_is_kept_of_new_ones()
    {
        foreach (var type in EventCatalog.ByUrn.Keys.Append(Unknown)) await ReducesAsync(type);
    }

    private async Task ReducesAsync(string type)
    {
        var whole = new JsonObject
        {
            ["area"] = Korbach, ["submissionId"] = Guid.CreateVersion7(), ["submittedAt"] = "2026-01-01T00:00:00Z",
            ["reviewedAt"] = "2026-01-02T00:00:00Z", ["outcome"] = "approved", ["language"] = "ar", ["wantedLanguage"] = "ti",
            ["channel"] = "office", ["checkedAt"] = "2026-01-01", ["state"] = "outdated", ["languages"] = new JsonArray("de"),
            ["reason"] = "request", ["text"] = "Erna Erzählt",
            ["snapshot"] = new JsonObject
            {
                ["name"] = "Chor Erna", ["demo"] = false, ["languages"] = new JsonArray("de"),
                ["contacts"] = new JsonArray("a@example.org"),
            },
        };
        var (id, nul) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (row, text) in new[] { (id, whole.ToJsonString()), (nul, """{"text":"\u0000 Erna"}""") })
        {
            await _monitor.ScalarAsync<object>($"""
                insert into monitor.journal
                    (id, service, type, aggregate_type, aggregate_id, sequence, occurred_at, data)
                values ('{row}', 'x', '{type}', 'x', '{row}', 1, now(), '{text}')
                """);
        }

        foreach (var _ in Enumerable.Range(0, 2)) await _monitor.ScalarAsync<object>(JournalSchema.Facts);

        var now = JournalFacts.Of(Envelope(type, id, 1, DateTimeOffset.UtcNow, whole));
        var stored = await _monitor.ScalarAsync<string>($"select data::text from monitor.journal where id = '{id}'");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(now), JsonNode.Parse(stored!)), $"{stored} instead of {now}");
        Assert.DoesNotContain("Erna", stored, StringComparison.Ordinal);
        Assert.Equal(1L, await CountAsync($"monitor.journal where id = '{nul}' and data::text = '{{}}'"));
    }

    [Fact]
    public async Task Whole_events_that_an_earlier_program_journaled_lately_are_reduced_at_night_and_counted()
    {
        const string Whole = """{"area":"06635015","snapshot":{"demo":true,"name":"Chor Erna"}}""";
        var type = EventAttribute.Of(typeof(AssociationPublished)).Urn;
        await HandleAsync(Published(Guid.CreateVersion7(), 1, DateTimeOffset.UtcNow));
        foreach (var days in new[] { 0, 6, 30 })
        {
            await _monitor.ScalarAsync<object>($"""
                insert into monitor.journal
                    (id, service, type, aggregate_type, aggregate_id, sequence, occurred_at, received_at, data)
                values (gen_random_uuid(), 'days', '{type}', 'x', gen_random_uuid(), {days + 1}, now(),
                    now() - interval '{days} days', '{Whole}')
                """);
        }

        var done = await RunJobAsync();

        Assert.Equal(2L, done);
        Assert.Equal("""{"area": "06635015", "snapshot": {"demo": true}}""", await _monitor.ScalarAsync<string>("""
            select string_agg(distinct data::text, ' ') from monitor.journal where service = 'days' and sequence < 8
            """));
        Assert.Equal(1L, await CountAsync("monitor.journal j where j::text like '%Erna%' and sequence = 31"));
        Assert.Equal(0L, await RunJobAsync());
    }

    [Fact]
    public async Task An_event_with_a_NUL_counts_as_far_as_its_row_tells_and_stops_no_rebuild()
    {
        string[] types =
        [
            EventAttribute.Of(typeof(AssociationPublished)).Urn, EventAttribute.Of(typeof(AssociationReviewed)).Urn,
            EventAttribute.Of(typeof(PackageIssued)).Urn,
        ];
        foreach (var (type, area) in types.SelectMany(one => new[] { (one, $"'{Korbach}'"), (one, "null") }))
        {
            await _monitor.ScalarAsync<object>($$"""
                insert into monitor.journal
                    (id, service, type, aggregate_type, aggregate_id, sequence, area, occurred_at, data)
                values (gen_random_uuid(), 'x', '{{type}}', 'x', gen_random_uuid(), 1, {{area}}, now(),
                    '{"text":"\u0000"}')
                """);
        }

        await _monitor.ScalarAsync<object>(JournalSchema.Facts);
        await using (var scope = _monitor.App.Services.CreateAsyncScope())
        {
            await RebuildCounters.RunAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), default);
        }

        Assert.Equal(Korbach, await _monitor.ScalarAsync<string>(
            "select string_agg(area, ' ') from monitor.live_association where published"));
        Assert.Equal(0L, await CountAsync("monitor.live_submission") + await CountAsync("monitor.live_package"));
    }

    [Fact]
    public async Task Months_older_than_25_leave_the_journal_and_a_rebuild_counts_the_same_from_what_is_frozen()
    {
        var random = new Random(20261129);
        var today = TimeProvider.System.Today();
        var things = Enumerable.Range(0, 40).Select(_ => new Thing(Guid.CreateVersion7(), Guid.CreateVersion7())).ToArray();
        for (var back = 30; back >= 0; back--)
        {
            var at = today.PlusMonths(-back).PlusDays(-1).StartInBerlin().AddHours(random.Next(24));
            foreach (var thing in things.Where(_ => random.Next(4) == 0))
            {
                await HandleAsync(thing.Next(at));
                var wanted = random.Next(2) == 0 ? "ar" : "ti";
                await HandleAsync(Envelope<PackageIssued>(
                    Guid.CreateVersion7(), 1, at, new { area = Korbach, language = "ar", wantedLanguage = wanted, channel = "office" }));
            }
        }

        var (live, shown) = (await LiveAsync(), await ShownAsync());
        var events = await CountAsync("monitor.journal");
        var border = new NodaTime.LocalDate(today.Year, today.Month, 1).PlusMonths(-ForgetJournal.MonthsKept);
        await RunJobAsync();
        var kept = await CountAsync("monitor.journal");
        Assert.Equal(0L, await CountAsync($"monitor.journal where occurred_at < '{border.StartInBerlin():O}'"));
        Assert.Equal(
            events, kept + await _monitor.ScalarAsync<long>("select sum(events)::bigint from monitor.frozen_month"));
        Assert.InRange(kept, 1, events - 1);
        var frozen = await LiveAsync();
        // What was decided in a frozen month is a number now; all else stays as it was.
        Assert.Equal((live[0], live[2]), (frozen[0], frozen[2]));
        var decided = await _monitor.ScalarAsync<long>("select sum(cardinality(days))::bigint from monitor.frozen_duration");
        Assert.Equal(decided, live[1].Count(IsRow) - frozen[1].Count(IsRow));

        await using (var scope = _monitor.App.Services.CreateAsyncScope())
        {
            await RebuildCounters.RunAsync(scope.ServiceProvider.GetRequiredService<MonitorDb>(), default);
        }

        Assert.Equal(frozen, await LiveAsync());
        Assert.Equal(shown, await ShownAsync());
        await RunJobAsync();
        Assert.Equal(kept, await CountAsync("monitor.journal"));
        await Assert.ThrowsAsync<PostgresException>(() => _monitor.ScalarAsync<object>("delete from monitor.journal"));

        static bool IsRow(char character) => character == '(';
    }

    [Fact]
    public async Task Numbers_of_a_frozen_month_say_what_was_public_at_its_end()
    {
        var first = TimeProvider.System.Today();
        first = new NodaTime.LocalDate(first.Year, first.Month, 1).PlusMonths(-ForgetJournal.MonthsKept - 2);
        var (stays, goes) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await HandleAsync(Published(stays, 1, first.StartInBerlin()));
        await HandleAsync(Published(goes, 1, first.StartInBerlin()));
        var (from, to) = (first.StartInBerlin(), first.PlusDays(9).StartInBerlin());
        var decided = new { area = Korbach, submissionId = stays, submittedAt = from, reviewedAt = to, outcome = "approved" };
        await HandleAsync(Envelope<AssociationReviewed>(stays, 2, to, decided));
        var withdrawn = new { area = Korbach, reason = "request" };
        await HandleAsync(Envelope<AssociationWithdrawn>(goes, 2, first.PlusMonths(1).StartInBerlin(), withdrawn));

        await RunJobAsync();

        Assert.Equal("2, 1", await _monitor.ScalarAsync<string>(
            "select string_agg(published::text, ', ' order by month) from monitor.frozen_published"));
        Assert.Equal("approved 9", await _monitor.ScalarAsync<string>(
            "select outcome || ' ' || days[1] from monitor.frozen_duration"));
        Assert.Equal(0L, await CountAsync("monitor.journal where service = 'registry'"));
        Assert.Equal(1L, await CountAsync("monitor.live_association where published"));
    }

    [Fact]
    public async Task An_erasure_in_the_register_reaches_what_the_monitor_has_put_by()
    {
        await using var registry = await Publisher.StartAsync<RegistrySender>(_monitor, "registry");
        var id = Published(Guid.CreateVersion7(), 1, DateTimeOffset.UtcNow);
        foreach (var envelope in new[] { id, Published(Guid.CreateVersion7(), 1, DateTimeOffset.UtcNow) }) await PutByAsync(envelope);

        await registry.EmitAsync(new EventRewritten
        {
            AssociationId = id.AggregateId, Area = Korbach, EventId = id.Id,
            Data = """{"area":"06635015","snapshot":{"name":"[…]"}}""",
        });

        await Eventually.TrueAsync(
            async () => await CountAsync("monitor.retry_message r where r::text like '%Erna%'") == 1, "the retry is rewritten");
        await Eventually.TrueAsync(
            async () => await PeekAsync() is [_, _] texts && texts.Count(text => text.Contains("Erna", StringComparison.Ordinal)) == 1,
            "the error queue is rewritten, and only that event of it");
        Assert.Equal("{}", await DataAsync("event-rewritten"));
    }

    /// <summary>As if the monitor had not been able to handle it: once to be tried again, once given up.</summary>
    private async Task PutByAsync(EventEnvelope envelope)
    {
        const string Reason = "SomeException: Chor Erna";
        var text = JsonSerializer.Serialize(envelope, JsonSerializerOptions.Web);
        var path = $"api/exchanges/{_monitor.Broker.Name}/monitor.journal_error/publish";
        using var put = await _monitor.Broker.Management.PostAsJsonAsync(path, new
        {
            properties = new { delivery_mode = 2, headers = new Dictionary<string, string> { ["wir-reason"] = Reason } },
            routing_key = "",
            payload = text,
            payload_encoding = "string",
        });
        Assert.True((await put.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("routed").GetBoolean());
        await _monitor.ScalarAsync<object>($"""
            insert into monitor.retry_message (consumer, message_id, envelope, attempts, last_error, due_at)
            values ('monitor.journal', '{envelope.Id}', '{text}', 3, '{Reason}', now() + interval '1 hour')
            """);
    }

    private async Task<string[]> PeekAsync()
    {
        using var answer = await _monitor.Broker.Management.PostAsJsonAsync(
            $"api/queues/{_monitor.Broker.Name}/monitor.journal_error/get",
            new { count = 100, ackmode = "reject_requeue_true", encoding = "auto" });
        var messages = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return [.. messages.EnumerateArray().Select(message => message.GetRawText())];
    }

    private Task<long> CountAsync(string rows) => _monitor.ScalarAsync<long>($"select count(*) from {rows}");

    private Task<string?> DataAsync(string type) =>
        _monitor.ScalarAsync<string>($"select data::text from monitor.journal where type like '%{type}%'");

    private static EventEnvelope Published(Guid id, long sequence, DateTimeOffset at) =>
        Envelope<AssociationPublished>(id, sequence, at, new
        {
            area = Korbach,
            snapshot = new
            {
                name = "Chor Erna", demo = true, languages = new[] { "de", "ar" },
                texts = new { de = new { summary = "Erna singt" } }, contacts = new[] { new { email = "erna@example.org" } },
            },
        });

    private static EventEnvelope Envelope<TEvent>(Guid id, long sequence, DateTimeOffset at, object data)
        where TEvent : IEvent => Envelope(EventAttribute.Of(typeof(TEvent)).Urn, id, sequence, at, data);

    private static EventEnvelope Envelope(string type, Guid id, long sequence, DateTimeOffset at, object data) => new()
    {
        Id = Guid.CreateVersion7(), Type = type, AggregateType = "thing", AggregateId = id, Sequence = sequence, OccurredAt = at,
        Data = JsonSerializer.SerializeToElement(data),
    };

    private async Task HandleAsync(EventEnvelope envelope)
    {
        await using var scope = _monitor.App.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await new WhenAnything(db).HandleAsync(envelope, default);
        await transaction.CommitAsync();
    }

    /// <summary>How many events it has reduced.</summary>
    private async Task<long> RunJobAsync()
    {
        Guid id;
        await using (var scope = _monitor.App.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<MonitorDb>();
            id = db.Enqueue(ForgetJournal.Kind, new { });
            await db.SaveChangesAsync();
        }

        await Eventually.TrueAsync(
            async () => await CountAsync($"monitor.job where id = '{id}' and state = 'done'") == 1, "the job is done");
        return await _monitor.ScalarAsync<long>($"select progress_done from monitor.job where id = '{id}'");
    }

    /// <summary>All rows of each table of counters.</summary>
    private async Task<string[]> LiveAsync()
    {
        var all = new List<string>();
        foreach (var table in s_tables)
        {
            all.Add(await _monitor.ScalarAsync<string>(
                $"select string_agg(t::text, ' ' order by t::text) from monitor.{table} t") ?? "");
        }

        return [.. all];
    }

    private async Task<string> ShownAsync()
    {
        var all = new JsonArray();
        foreach (var code in new[] { "K01", "K03", "K05", "K06" })
        {
            var answer = await _monitor.Reader.GetAsync($"/live/{code}?area={Korbach}");
            var value = answer.Is(HttpStatusCode.OK).Json.AsObject();
            value.Remove("asOf");
            all.Add((JsonNode)value);
        }

        return all.ToJsonString();
    }

    /// <summary>An association's way through the register: submitted, decided, then published and withdrawn by turns.</summary>
    private sealed class Thing(Guid id, Guid submission)
    {
        private int _sequence;
        private DateTimeOffset _submittedAt;

        public EventEnvelope Next(DateTimeOffset at)
        {
            _sequence++;
            if (_sequence == 1) _submittedAt = at;
            return _sequence switch
            {
                1 => Envelope<AssociationSubmitted>(
                    id, _sequence, at, new { area = Korbach, submissionId = submission, submittedAt = at }),
                2 => Envelope<AssociationReviewed>(id, _sequence, at, new
                {
                    area = Korbach, submissionId = submission, submittedAt = _submittedAt, reviewedAt = at, outcome = "approved",
                }),
                _ when _sequence % 4 == 0 => Envelope<AssociationWithdrawn>(
                    id, _sequence, at, new { area = Korbach, reason = "request" }),
                _ => Published(id, _sequence, at),
            };
        }
    }
}
