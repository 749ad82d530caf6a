using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Wir.Registry.Data.Migrations;
using Wir.Registry.Features.Exports;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>Who has left office, and who was erased, is nowhere that anybody reads: not in answers, feed, export, events or kept copies.</summary>
[Lane(Lane.Functional)]
public sealed class PrivacyTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] s_formats = ["json", "ndjson", "csv", "geojson", "jsonld"];

    [Fact]
    public async Task Who_left_office_by_the_calendar_alone_is_gone_although_the_entry_did_not_change()
    {
        var input = Sample.Association();
        ((JsonArray)input["contacts"]!).Add(Sample.Person("Kalendaria Vorsitz"));
        var created = await registry.Office.PostAsync("/associations", input);
        var id = (Guid)created.Json["id"]!;
        var before = await registry.Anonymous.GetAsync(created.Location!);
        Assert.Contains("Kalendaria", before.Text, StringComparison.Ordinal);

        // The last day in office passes; nobody touches the entry.
        await registry.QueryAsync($"update registry.person_contact set until = current_date - 1 where association_id = '{id}'");

        var after = await registry.Anonymous.GetAsync(created.Location!, ("If-None-Match", before.ETag!));
        Assert.Equal((200, (int)before.Json["version"]!), (after.Status, (int)after.Json["version"]!));
        // Caches may keep nothing without asking.
        Assert.Contains("no-cache", before.Headers["Cache-Control"], StringComparison.Ordinal);
        foreach (var (role, client) in new[] { ("anonymous", registry.Anonymous), ("authority", registry.Authority), ("other office", registry.OtherOffice) })
        {
            foreach (var path in Everywhere(id, created.Location!))
            {
                var answer = await client.GetAsync(path);
                Assert.False(answer.Text.Contains("Kalendaria", StringComparison.Ordinal), $"{role} reads the former chair at {path}");
            }

            Assert.Empty((await client.GetAsync("/associations?q=Kalendaria")).Json["data"]!.AsArray());
            var batch = await client.PostAsync("/associations/batch", new JsonObject { ["ids"] = new JsonArray(id.ToString()) });
            Assert.Single(batch.Json["data"]!.AsArray());
            Assert.DoesNotContain("Kalendaria", batch.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Kalendaria", await ExportAsync(), StringComparison.Ordinal);
        Assert.All(await registry.FindEverywhereAsync("Kalendaria"), row => Assert.StartsWith("person_contact", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_erasure_of_somebody_who_is_nowhere_writes_nothing()
    {
        var before = (await registry.QueryAsync("select count(*)::text from registry.retention_run"))[0];

        var erased = await registry.Office.PostAsync("/privacy/erase", new JsonObject { ["name"] = "Niemand Nirgendwosch" });

        Assert.Equal((200, 0), (erased.Status, (int)erased.Json["persons"]!));
        Assert.Equal(before, (await registry.QueryAsync("select count(*)::text from registry.retention_run"))[0]);
    }

    [Fact]
    public async Task An_erasure_tells_other_services_by_event_what_their_copies_should_say()
    {
        var input = Sample.Association();
        input["texts"]!["de"]!["description"] = "Leitung: Ottokar \n Kopierfrei.";
        var created = await registry.Office.PostAsync("/associations", input);
        var id = (Guid)created.Json["id"]!;

        await registry.Office.PostAsync("/privacy/erase", new JsonObject { ["name"] = " ottokar  Kopierfrei " });

        await Eventually.TrueAsync(async () => (await registry.QueryAsync($"select 1 from registry.event_log where aggregate_id = '{id}' and type like '%association-published%'")).Count == 2, "the clean snapshot is sent");
        var last = (await registry.QueryAsync($"select payload::text from registry.event_log where aggregate_id = '{id}' order by sequence desc limit 1"))[0];
        Assert.Contains("Leitung: […].", last, StringComparison.Ordinal);
        Assert.Empty(await registry.FindEverywhereAsync("Kopierfrei"));
    }

    [Fact]
    public async Task An_office_erases_in_its_own_area_only_events_included()
    {
        var own = Sample.Association("Eigener Verein");
        own["texts"]!["de"]!["description"] = "Bei Nachbarine Nebenan.";
        var foreign = Sample.Association("Nachbarverein", RegistryFixture.Frankenberg);
        foreign["texts"]!["de"]!["description"] = "Bei Nachbarine Nebenan.";
        var mine = await registry.Office.PostAsync("/associations", own);
        var theirs = await registry.OtherOffice.PostAsync("/associations", foreign);
        await Eventually.TrueAsync(async () => (await registry.QueryAsync("select 1 from registry.event_log where payload::text like '%Nachbarine%'")).Count == 2, "both events are in the log");

        await registry.Office.PostAsync("/privacy/erase", new JsonObject { ["name"] = "Nachbarine Nebenan" });

        Assert.DoesNotContain("Nachbarine", (await registry.Anonymous.GetAsync(mine.Location!)).Text, StringComparison.Ordinal);
        Assert.Contains("Nachbarine", (await registry.Anonymous.GetAsync(theirs.Location!)).Text, StringComparison.Ordinal);
        Assert.Equal([(string)theirs.Json["id"]!], await registry.QueryAsync("select aggregate_id from registry.event_log where payload::text like '%Nachbarine%'"));
    }

    [Fact]
    public async Task An_erasure_tells_others_what_each_event_says_now_also_where_the_entry_itself_named_nobody_any_more()
    {
        var input = Sample.Association();
        input["texts"]!["de"]!["description"] = "Leitung: Umgeschrieben Wirdsie.";
        var created = await registry.Office.PostAsync("/associations", input);
        var id = (Guid)created.Json["id"]!;
        var without = new JsonObject { ["de"] = new JsonObject { ["description"] = null } };
        await registry.Office.PatchAsync(created.Location!, new JsonObject { ["texts"] = without }, 1);
        await Eventually.TrueAsync(async () => (await LoggedAsync("type")).Count == 2, "both events are in the log");
        var first = (await LoggedAsync("id"))[0];

        var erased = await registry.Office.PostAsync("/privacy/erase", new JsonObject { ["name"] = "Umgeschrieben Wirdsie" });

        var (entries, versions, events) = (erased.Json["entries"]!, erased.Json["versions"]!, erased.Json["events"]!);
        Assert.Equal((0, 1, 1), ((int)entries, (int)versions, (int)events));
        await Eventually.TrueAsync(async () => (await LoggedAsync("type")).Count == 4, "both are told");
        Assert.EndsWith("event-rewritten:v1", (await LoggedAsync("type"))[2], StringComparison.Ordinal);
        Assert.EndsWith("association-published:v1", (await LoggedAsync("type"))[3], StringComparison.Ordinal);
        var told = JsonNode.Parse((await LoggedAsync("payload"))[2])!;
        Assert.Equal(first, (string)told["eventId"]!);
        var now = JsonNode.Parse((string)told["data"]!)!["snapshot"]!["texts"]!["de"]!;
        Assert.Equal("Leitung: […].", (string)now["description"]!);
        Assert.Empty(await registry.FindEverywhereAsync("Wirdsie"));

        Task<List<string>> LoggedAsync(string column) => registry.QueryAsync(
            $"select {column}::text from registry.event_log where aggregate_id = '{id}' order by sequence");
    }

    [Fact]
    public async Task An_erasure_finds_decomposed_names_and_numbers_with_any_separators()
    {
        const string Spellings = "xk[^ ]{1,2}lla|778899";
        var input = Sample.Association("Verein der Spuren");
        input["texts"]!["de"]!["description"] = "Fragen an Jörg ÜXKÜLLA, Tel. 05631/77 88 9-9.";
        var created = await registry.Office.PostAsync("/associations", input);
        var id = (Guid)created.Json["id"]!;
        var languages = new JsonObject { ["languages"] = new JsonArray("de") };
        var changed = await registry.Writer.PatchAsync(created.Location!, languages, 1);
        var report = new JsonObject { ["associationId"] = id, ["message"] = "Jörg Üxkülla ist 05631 77 (88) 9.9" };
        Assert.Equal((201, 202, 202), (created.Status, changed.Status,
            (await registry.Anonymous.PostAsync("/reports", report)).Status));
        await Eventually.TrueAsync(async () => (await registry.QueryAsync(
            $"select 1 from registry.event_log where aggregate_id = '{id}'")).Count > 0, "the event is in the log");
        // As earlier releases took it from who types so.
        foreach (var (table, column, type, key) in new[]
        {
            ("association", "content", "jsonb", "id"), ("association_version", "content", "jsonb", "association_id"),
            ("submission", "content", "jsonb", "association_id"), ("office_task", "text", "text", "association_id"),
            ("event_log", "payload", "json", "aggregate_id"), ("outbox_message", "payload", "json", "aggregate_id"),
        })
        {
            await registry.QueryAsync($"""
                update registry.{table} set {column} = normalize({column}::text, NFD)::{type} where {key} = '{id}'
                """);
        }

        Assert.NotEmpty(await registry.FindEverywhereAsync("xku\u0308lla"));
        foreach (var (member, value) in new[] { ("name", "jörg üxkülla"), ("phone", "05631 778899") })
        {
            var erased = await registry.Office.PostAsync("/privacy/erase", new JsonObject { [member] = value });
            Assert.Equal(200, erased.Status);
        }

        await Eventually.TrueAsync(async () =>
            await registry.QueryAsync("select count(*) from registry.feed_pending") is ["0"], "the feed is in order");
        Assert.Empty(await registry.FindEverywhereAsync(Spellings));
        Assert.Empty(await registry.FindEverywhereAsync("77.{0,2}88.{0,2}9.9"));
    }

    [Fact]
    public async Task Texts_are_composed_when_they_come_in()
    {
        var submission = Sample.Association("Verein der Formen");
        submission["texts"]!["de"]!["description"] = "Ko\u0308rbe u\u0308berall";
        submission["offers"]![0]!["place"]!["name"] = "Gru\u0308ner Hof";
        submission["submitter"] = new JsonObject { ["name"] = "Jo\u0308rg Muster", ["email"] = "formen@entry.example" };
        var entry = await registry.Office.PostAsync("/associations", Sample.Association("Verein mit Fehler"));
        var id = (Guid)entry.Json["id"]!;
        var report = new JsonObject { ["associationId"] = id, ["message"] = "Die Tu\u0308r ist zu." };

        var submitted = await registry.Anonymous.PostAsync("/submissions", submission);
        var reported = await registry.Anonymous.PostAsync("/reports", report);

        Assert.Equal((202, 202), (submitted.Status, reported.Status));
        Assert.Equal(["true"], await registry.QueryAsync($"""
            select ((content::text || submitter::text) is nfc normalized)::text from registry.submission
            where id = '{submitted.Json["id"]}'
            """));
        Assert.Equal(["true"], await registry.QueryAsync(
            $"select (text is nfc normalized)::text from registry.office_task where id = '{reported.Json["id"]}'"));
    }

    [Fact]
    public async Task Events_carry_no_contacts()
    {
        var input = Sample.Association();
        input["contacts"]![0]!["email"] = "kontaktlos@sv-korbach.example";
        var id = (Guid)(await registry.Office.PostAsync("/associations", input)).Json["id"]!;

        var logged = $"select payload::text from registry.event_log where aggregate_id = '{id}'";
        var payload = await Eventually.ValueAsync(
            async () => (await registry.QueryAsync(logged)).SingleOrDefault(), "the event is in the log");

        Assert.Equal("[]", JsonNode.Parse(payload)!["snapshot"]!["contacts"]!.ToJsonString());
        Assert.DoesNotContain("kontaktlos", payload, StringComparison.Ordinal);
        Assert.Contains("kontaktlos", (await registry.Anonymous.GetAsync($"/associations/{id}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_can_be_changed_after_each_kind_of_value_was_erased()
    {
        const string Name = "Nachher Aenderbar", Mail = "nachher@gone.example", Phone = "05631 4455661";
        var input = Sample.Association();
        var contacts = (JsonArray)input["contacts"]!;
        contacts.Add(new JsonObject { ["type"] = "functional", ["label"] = Named(), ["email"] = Mail });
        contacts.Add(new JsonObject
        {
            ["type"] = "functional", ["label"] = Named(), ["phone"] = "+49 5631 4455661", ["email"] = "buero@sv-korbach.example",
        });
        var link = new JsonObject { ["rel"] = "contact", ["href"] = $"https://sv-korbach.example/?to={Mail}" };
        ((JsonArray)input["links"]!).Add(link);
        ((JsonArray)input["identifiers"]!).Add(new JsonObject { ["scheme"] = "club-list", ["value"] = Mail });
        var offer = input["offers"]![0]!;
        (offer["name"], offer["description"]) = (Named(), Named());
        offer["url"] = $"https://sv-korbach.example/{Mail}";
        var text = new JsonObject { ["summary"] = Name, ["description"] = $"Fragen an {Mail}" };
        input["texts"] = new JsonObject { ["de"] = text };
        var created = await registry.Office.PostAsync("/associations", input);
        var waiting = await registry.Writer.PatchAsync(created.Location!, new JsonObject { ["languages"] = new JsonArray("de") }, 1);
        Assert.Equal((201, 202), (created.Status, waiting.Status));

        var query = new JsonObject { ["name"] = Name, ["email"] = Mail, ["phone"] = Phone };
        var erased = await registry.Office.PostAsync("/privacy/erase", query);
        var review = $"/submissions/{(Guid)waiting.Json["id"]!}/review";
        var changed = await registry.Approver.PostAsync(review, new JsonObject { ["decision"] = "approve" });
        var languages = new JsonObject { ["languages"] = new JsonArray("de", "ti") };
        var again = await registry.Office.PatchAsync(created.Location!, languages, 3);

        Assert.Equal((200, 200, 200), (erased.Status, changed.Status, again.Status));
        Assert.Empty(await registry.FindEverywhereAsync("Nachher|nachher@gone|4455661"));
        var entry = (await registry.Anonymous.GetAsync(created.Location!)).Json;
        var left = entry["contacts"]!.AsArray().Select(contact => (string)contact!["email"]!);
        Assert.Equal(["info@sv-korbach.example", "buero@sv-korbach.example"], left);
        Assert.Equal("[…]", (string)entry["offers"]![0]!["name"]!["de"]!);
        Assert.Single(entry["links"]!.AsArray());

        static JsonObject Named() => new() { ["de"] = Name };
    }

    [Fact]
    public async Task What_earlier_erasures_left_can_be_changed_after_the_migration()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association());
        var id = (Guid)created.Json["id"]!;
        await registry.QueryAsync($$"""
            update registry.association set content = content || '{"contacts": [
                {"label": {"de": null, "en": "Office"}, "email": "a@example.org"}, {"label": {} },
                {"label": {}, "email": "x.[…]"}], "links": [{"rel": "website"}, {"rel": "website", "href": "https://[…]/"}]}' where id = '{{id}}'
            """);
        // Lists that are JSON's null, as no program writes them.
        await registry.QueryAsync($$"""
            update registry.association_version
            set content = content || '{"contacts": null, "links": null, "offers": null}' where association_id = '{{id}}'
            """);
        Assert.NotEqual(200, (await ChangeAsync()).Status);

        foreach (var _ in Enumerable.Range(0, 2)) await registry.QueryAsync(ErasedEntries.Sql);

        Assert.Equal(["null null null"], await registry.QueryAsync($"""
            select concat_ws(' ', content->'contacts', content->'links', content->'offers')
            from registry.association_version where association_id = '{id}'
            """));
        var changed = await ChangeAsync();
        Assert.Equal(200, changed.Status);
        var contact = Assert.Single(changed.Json["contacts"]!.AsArray())!;
        Assert.Equal(("""{"en":"Office"}""", "a@example.org"), (contact["label"]!.ToJsonString(), (string)contact["email"]!));
        Assert.Empty(changed.Json["links"]!.AsArray());

        Task<Answer> ChangeAsync() => registry.Office.PatchAsync(
            created.Location!, new JsonObject { ["languages"] = new JsonArray("de") }, 1);
    }

    private static IEnumerable<string> Everywhere(Guid id, string path) =>
    [
        .. s_formats.Select(format => $"{path}?format={format}"), .. s_formats.Select(format => $"/associations?limit=200&format={format}"),
        $"{path}?asOf={DateTime.UtcNow.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", $"{path}/versions", "/changes?limit=5000", "/internal/events?limit=200",
        "/hsds/organizations?full_service=true&per_page=500", "/hsds/services?format=ndjson&full=true", $"/hsds/organizations/{id}?full_service=true",
        "/hsds/organizations?search=Kalendaria",
    ];

    private async Task<string> ExportAsync() => PlainExport.Of((await registry.Anonymous.GetAsync(PlainExport.Path)).Bytes);
}

/// <summary>A registry in which nobody was erased before.</summary>
[Lane(Lane.Functional)]
public sealed class ErasedExportTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task An_erasure_reaches_the_feed_the_events_and_exports_that_were_made_before()
    {
        const string Name = "Theodora Weggetilgt";
        var input = Sample.Association();
        input["texts"]!["de"]!["description"] = $"Fragen beantwortet {Name} gern.";
        var created = await registry.Office.PostAsync("/associations", input);
        await SettledAsync();
        var begun = await registry.Anonymous.GetAsync(PlainExport.Path, ("Range", "bytes=0-99"));
        Assert.Contains(Name, await ExportAsync(), StringComparison.Ordinal);
        // Gone from the current version already: only older copies hold it.
        await registry.Office.PatchAsync(created.Location!, new JsonObject { ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Sport", ["description"] = null } } }, 1);
        await SettledAsync();
        Assert.Equal(206, (await registry.Anonymous.GetAsync(PlainExport.Path, ("Range", "bytes=100-"), ("If-Range", begun.ETag!))).Status);

        var erased = await registry.Office.PostAsync("/privacy/erase", new JsonObject { ["name"] = Name });
        await SettledAsync();
        var rest = await registry.Anonymous.GetAsync(PlainExport.Path, ("Range", "bytes=100-"), ("If-Range", begun.ETag!));
        var exports = registry.App.Services.GetRequiredService<ExportFiles>();
        await exports.ForgetAsync(TestContext.Current.CancellationToken);

        Assert.Equal((200, 200), (erased.Status, rest.Status));
        Assert.NotEqual(begun.ETag, rest.ETag);
        Assert.Empty(await registry.FindEverywhereAsync("Weggetilgt"));
        Assert.DoesNotContain(Directory.GetFiles(exports.Folder).Where(file => Path.GetFileName(file) != "lock"), file => PlainExport.Of(File.ReadAllBytes(file)).Contains("Weggetilgt", StringComparison.Ordinal));
        var retention = await registry.As("client:operator", [Scopes.PlatformAdmin]).GetAsync("/privacy/retention");
        Assert.Contains(retention.Json["runs"]!.AsArray(), run => run!["removed"]!["erasure"] is not null);
    }

    private async Task<string> ExportAsync() => PlainExport.Of((await registry.Anonymous.GetAsync(PlainExport.Path)).Bytes);

    private Task SettledAsync() =>
        Eventually.TrueAsync(async () => (await registry.QueryAsync("select count(*) from registry.feed_pending"))[0] == "0", "all changes have their position");
}

internal static class PlainExport
{
    public const string Path = "/exports/associations.ndjson.gz";

    public static string Of(byte[] zipped)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
