using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;
using Wir.Registry.Data;
using Wir.Registry.Features.Confirmations;
using Wir.Registry.Features.Privacy;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Functional)]
public sealed class OfficeTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task A_report_of_an_error_becomes_a_task_of_the_right_municipality()
    {
        var entry = await CreateAsync();

        var report = await registry.Anonymous.PostAsync("/reports", new JsonObject { ["associationId"] = entry.Id, ["message"] = "Die Telefonnummer ist falsch.", ["subject"] = "contact", ["email"] = "finder@report.example" });
        var task = (await registry.Office.GetAsync("/tasks?state=open&limit=200")).Json["data"]!.AsArray().Single(row => (Guid)row!["associationId"]! == entry.Id)!;
        var path = $"/tasks/{(Guid)task["id"]!}";
        var foreign = await registry.OtherOffice.GetAsync(path);
        var without = await registry.Office.PostAsync(path + "/close", new JsonObject { ["outcome"] = "done" });
        var closed = await registry.Office.PostAsync(path + "/close", new JsonObject { ["outcome"] = "done", ["comment"] = "berichtigt" }, ("If-Match", "\"1\""));

        Assert.Equal((202, 403, 428, 200), (report.Status, foreign.Status, without.Status, closed.Status));
        Assert.Equal(("report", "contact", "finder@report.example"), ((string)task["kind"]!, (string)task["subject"]!, (string)task["replyTo"]!));
        Assert.Equal(("done", false), ((string)closed.Json["state"]!, (bool)closed.Json["demo"]!));
        Assert.DoesNotContain((await registry.OtherOffice.GetAsync("/tasks?limit=200")).Json["data"]!.AsArray(), row => (Guid)row!["associationId"]! == entry.Id);
        Assert.Equal(422, (await registry.Anonymous.PostAsync("/reports", new JsonObject { ["associationId"] = Guid.CreateVersion7(), ["message"] = "Gibt es nicht" })).Status);
    }

    [Fact]
    public async Task Feedback_about_an_entry_becomes_one_task_however_often_it_arrives()
    {
        var entry = await CreateAsync();
        var feedback = Guid.CreateVersion7();

        for (var i = 0; i < 2; i++)
        {
            await using var scope = registry.App.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
            db.Emit(new FeedbackReceived { FeedbackId = feedback, Area = RegistryFixture.Frankenberg, Language = "ar", SubjectType = "association", SubjectId = entry.Id });
            await db.SaveChangesAsync();
        }

        await Eventually.TrueAsync(
            async () => (await registry.QueryAsync("select 1 from registry.inbox_message where consumer = 'registry.feedback'")).Count == 2, "both events are handled");
        var tasks = (await registry.Office.GetAsync("/tasks?limit=200")).Json["data"]!.AsArray().Where(row => (Guid)row!["associationId"]! == entry.Id).ToArray();
        Assert.Equal(("feedback", feedback), ((string)Assert.Single(tasks)!["kind"]!, (Guid)tasks[0]!["sourceId"]!));
    }

    [Fact]
    public async Task An_association_is_asked_thrice_then_its_municipality_and_one_click_confirms()
    {
        var entry = await CreateAsync("Vergesslicher Verein", "vergesslich@entry.example");
        await registry.QueryAsync($"update registry.association set confirmed_at = now() - interval '370 days' where id = '{entry.Id}'");
        Assert.Equal("due", (string)(await registry.Anonymous.GetAsync(entry.Path)).Json["confirmation"]!["level"]!);

        for (var mails = 1; mails <= 3; mails++)
        {
            await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());
            await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());
            Assert.Equal([$"{mails}"], await registry.QueryAsync($"select reminders from registry.confirmation_request where association_id = '{entry.Id}'"));
            Assert.Equal([$"{new[] { 14, 28, 42 }[mails - 1]}"], await registry.QueryAsync($"select extract(day from next_at - started_at)::int from registry.confirmation_request where association_id = '{entry.Id}'"));
            await Eventually.TrueAsync(async () => (await registry.MailsToAsync("vergesslich@entry.example")).Count == mails, $"{mails} mails");
            await registry.QueryAsync($"update registry.confirmation_request set next_at = now() where association_id = '{entry.Id}'");
        }

        await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());
        var task = (await registry.Office.GetAsync("/tasks?limit=200")).Json["data"]!.AsArray().Single(row => (Guid)row!["associationId"]! == entry.Id)!;
        Assert.Equal("confirmation", (string)task["kind"]!);
        var tokens = (await registry.MailsToAsync("vergesslich@entry.example")).Select(RegistryFixture.TokenIn).ToArray();
        var request = Guid.Parse((await registry.QueryAsync($"select id from registry.confirmation_request where association_id = '{entry.Id}'"))[0]);
        var answers = new List<int>();
        foreach (var token in tokens.Concat(tokens)) answers.Add((await registry.Anonymous.PostAsync($"/submissions/{request}/confirm", new JsonObject { ["token"] = token })).Status);
        Assert.Equal((1, 5), (answers.Count(status => status == 200), answers.Count(status => status == 410)));
        var after = await registry.Anonymous.GetAsync(entry.Path);
        Assert.Equal(("current", 2), ((string)after.Json["confirmation"]!["level"]!, (int)after.Json["version"]!));
    }

    [Fact]
    public async Task Who_did_not_answer_is_asked_again_the_year_after()
    {
        var entry = await CreateAsync("Schweigsamer Verein", "schweigsam@entry.example");
        await registry.QueryAsync($"update registry.association set confirmed_at = now() - interval '800 days' where id = '{entry.Id}'");
        await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());
        var first = (await registry.QueryAsync($"select id from registry.confirmation_request where association_id = '{entry.Id}'"))[0];

        // The round of last year, with its task, is over.
        await registry.QueryAsync($"update registry.confirmation_request set reminders = 3, started_at = now() - interval '366 days', next_at = now() - interval '1 day' where association_id = '{entry.Id}'");
        await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());
        await registry.RunJobAsync(RemindOfConfirmation.Kind, new RemindOfConfirmation.Order());

        var second = await registry.QueryAsync($"select id || ' ' || reminders from registry.confirmation_request where association_id = '{entry.Id}'");
        Assert.DoesNotContain(first, Assert.Single(second), StringComparison.Ordinal);
        Assert.EndsWith(" 1", second[0], StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await registry.MailsToAsync("schweigsam@entry.example")).Count == 2, "a mail of each round");
        Assert.Equal("lapsed", (string)(await registry.Anonymous.GetAsync(entry.Path)).Json["confirmation"]!["level"]!);
    }

    [Fact]
    public async Task Every_version_is_kept_and_answers_as_it_stood()
    {
        var entry = await CreateAsync("Erster Name Verein");
        var created = DateTimeOffset.UtcNow;
        await registry.Office.SendAsync(HttpMethod.Patch, $"{entry.Path}?reason=Umbenennung", new JsonObject { ["name"] = "Zweiter Name Verein" }, ("If-Match", "\"1\""));
        await registry.Office.PatchAsync(entry.Path, new JsonObject { ["languages"] = new JsonArray("de") }, 2);

        var own = (await registry.Office.GetAsync(entry.Path + "/versions")).Json["data"]!.AsArray();
        var walked = await registry.Anonymous.GetAsync(entry.Path + "/versions?limit=1");
        var second = (await registry.Anonymous.GetAsync((string)walked.Json["links"]!["next"]!)).Json["data"]![0]!;
        var then = await registry.Anonymous.GetAsync($"{entry.Path}?asOf={Uri.EscapeDataString(created.ToString("O"))}");
        var before = await registry.Anonymous.GetAsync($"{entry.Path}?asOf=2001-01-01");
        var nonsense = await registry.Anonymous.GetAsync($"{entry.Path}?asOf=gestern");

        Assert.Equal(["created", "changed", "changed"], own.Select(row => (string)row!["action"]!));
        Assert.Equal(("client:office", "Umbenennung"), ((string)own[1]!["actor"]!, (string)own[1]!["reason"]!));
        Assert.Equal((2, "name"), ((int)second["version"]!, string.Join(',', second["changed"]!.AsArray().Select(name => (string)name!))));
        Assert.Null(second["actor"]);
        Assert.Equal(("Erster Name Verein", 1), ((string)then.Json["name"]!, (int)then.Json["version"]!));
        Assert.Equal((404, 400), (before.Status, nonsense.Status));
    }

    [Fact]
    public async Task What_was_hidden_since_is_hidden_in_older_versions_too()
    {
        static JsonArray Contacts(string visibility) => [new JsonObject
        {
            ["type"] = "functional", ["label"] = new JsonObject { ["de"] = "Büro" }, ["phone"] = "05631 4711", ["visibility"] = visibility,
        }];
        var input = Sample.Association($"Verein mit altem Telefon {Guid.CreateVersion7()}");
        input["contacts"] = Contacts("public");
        var created = await registry.Office.PostAsync("/associations", input);
        var then = $"{created.Location}?asOf={Uri.EscapeDataString(DateTimeOffset.UtcNow.ToString("O"))}";
        Assert.Contains("4711", (await registry.Anonymous.GetAsync(then)).Text, StringComparison.Ordinal);

        foreach (var (visibility, toAuthorities) in new[] { ("authorities", true), ("internal", false) })
        {
            var version = (int)(await registry.Office.GetAsync(created.Location!)).Json["version"]!;
            await registry.Office.PatchAsync(created.Location!, new JsonObject { ["contacts"] = Contacts(visibility) }, version);

            Assert.DoesNotContain("4711", (await registry.Anonymous.GetAsync(then)).Text, StringComparison.Ordinal);
            Assert.Equal(toAuthorities, (await registry.Authority.GetAsync(then)).Text.Contains("4711", StringComparison.Ordinal));
            Assert.Contains("4711", (await registry.Office.GetAsync(then)).Text, StringComparison.Ordinal);
        }

        await registry.Office.PatchAsync(
            created.Location!, new JsonObject { ["contacts"] = new JsonArray() }, (int)(await registry.Office.GetAsync(created.Location!)).Json["version"]!);
        Assert.DoesNotContain("4711", (await registry.Anonymous.GetAsync(then)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_has_so_many_schedules_and_an_answer_so_many_occurrences()
    {
        JsonObject With(int offers, int schedules, string rule)
        {
            var input = Sample.Association($"Verein mit vielen Terminen {Guid.CreateVersion7()}");
            var offer = input["offers"]![0]!;
            offer["schedule"]![0]!["rrule"] = rule;
            var one = offer["schedule"]![0]!;
            offer["schedule"] = new JsonArray([.. Enumerable.Range(0, schedules).Select(_ => one.DeepClone())]);
            input["offers"] = new JsonArray([.. Enumerable.Range(0, offers).Select(_ => offer.DeepClone())]);
            return input;
        }

        var tooMany = await registry.Office.PostAsync("/associations", With(5, 50, "FREQ=WEEKLY"));
        var tooFar = await registry.Office.PostAsync("/associations", With(1, 50, "FREQ=DAILY;COUNT=5000"));
        var daily = await registry.Office.PostAsync("/associations", With(4, 50, "FREQ=DAILY"));

        Assert.Equal((422, "/offers/4/schedule"), (tooMany.Status, Assert.Single(tooMany.Pointers)));
        Assert.Equal(422, tooFar.Status);
        Assert.All(tooFar.Pointers, pointer => Assert.EndsWith("/rrule", pointer, StringComparison.Ordinal));
        var year = await registry.Anonymous.GetAsync(daily.Location + "/occurrences?from=2027-01-01&to=2027-12-31");
        var days = await registry.Anonymous.GetAsync(daily.Location + "/occurrences?from=2027-01-01&to=2027-01-07");
        Assert.Equal((413, "WIR-REG-0007"), (year.Status, (string)year.Json["code"]!));
        Assert.Equal(200 * 7, days.Json["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task Offers_take_place_when_their_schedule_says()
    {
        var entry = await CreateAsync();

        var times = (await registry.Anonymous.GetAsync(entry.Path + "/occurrences?from=2026-10-19&to=2026-10-31")).Json["data"]!.AsArray();

        Assert.Equal(["2026-10-20T18:00", "2026-10-27T18:00"], times.Select(time => (string)time!["start"]!));
        Assert.Equal(["2026-10-20T16:00:00Z", "2026-10-27T17:00:00Z"], times.Select(time => (string)time!["startsAt"]!));
        Assert.Equal(400, (await registry.Anonymous.GetAsync(entry.Path + "/occurrences?from=2026-10-19&to=2029-10-31")).Status);
    }

    [Fact]
    public async Task An_erased_person_is_nowhere_in_the_register_any_more()
    {
        const string Name = "Zacharias Verschwindibus", Mail = "zacharias@gone.example", Phone = "+49 5631 7775551";
        var input = Sample.Association("Zacharias Verschwindibus Stiftung");
        var contacts = (JsonArray)input["contacts"]!;
        var person = Sample.Person(Name);
        person["email"] = Mail;
        contacts.Add(person);
        contacts.Add(new JsonObject { ["type"] = "functional", ["label"] = new JsonObject { ["de"] = $"Büro {Name}" }, ["email"] = Mail, ["phone"] = "05631 / 7775551" });
        input["texts"]!["de"]!["description"] = $"Ansprechpartner ist {Name}, Telefon 05631-7775551.";
        var created = await registry.Office.PostAsync("/associations", input);
        await registry.Office.PatchAsync(created.Location!, new JsonObject { ["languages"] = new JsonArray("de") }, 1);
        var submission = Sample.Association("Anderer Verein");
        submission["submitter"] = new JsonObject { ["name"] = Name, ["email"] = Mail };
        Assert.Equal(202, (await registry.Anonymous.PostAsync("/submissions", submission)).Status);
        await registry.Anonymous.PostAsync("/reports", new JsonObject { ["associationId"] = (Guid)created.Json["id"]!, ["message"] = $"{Name} ist umgezogen", ["email"] = Mail });
        await Eventually.TrueAsync(async () => (await registry.QueryAsync("select 1 from registry.event_log where payload::text like '%Verschwindibus%'")).Count >= 2, "the events are in the log");
        var query = new JsonObject { ["name"] = Name, ["email"] = Mail, ["phone"] = Phone };

        var found = await registry.Office.PostAsync("/privacy/export", query.DeepClone());
        var elsewhere = await registry.OtherOffice.PostAsync("/privacy/export", query.DeepClone());
        var erased = await registry.Office.PostAsync("/privacy/erase", query.DeepClone());
        var again = await registry.Office.PostAsync("/privacy/export", query.DeepClone());

        Assert.Equal((1, 1, 1), (Count(found, "persons"), Count(found, "submissions"), Count(found, "tasks")));
        Assert.Equal(2, Count(found, "mentions"));
        Assert.Equal(0, Count(elsewhere, "persons") + Count(elsewhere, "submissions") + Count(elsewhere, "mentions"));
        Assert.Equal((200, 1, 1), (erased.Status, (int)erased.Json["persons"]!, (int)erased.Json["entries"]!));
        Assert.Equal(0, Count(again, "persons") + Count(again, "submissions") + Count(again, "tasks") + Count(again, "mentions"));
        await Eventually.TrueAsync(async () => (await registry.FindEverywhereAsync("zacharias@gone|7775551")).Count == 0, "no table holds the address or the number");
        // The organisation keeps the name under which it is known; the person's own mentions are gone.
        Assert.DoesNotContain(await registry.FindEverywhereAsync("Büro Zacharias|partner ist Zacharias|Verschwindibus ist umgezogen"), _ => true);
        var after = await registry.Anonymous.GetAsync(created.Location!);
        Assert.Equal(("Zacharias Verschwindibus Stiftung", 3), ((string)after.Json["name"]!, (int)after.Json["version"]!));
        Assert.Equal("[…]", ((string)after.Json["texts"]!["de"]!["description"]!)[20..23]);
    }

    [Fact]
    public async Task The_nightly_job_removes_what_is_no_longer_needed_and_says_so()
    {
        var input = Sample.Association();
        ((JsonArray)input["contacts"]!).Add(Sample.Person("Lange Vorbei", "public", "2020-01-01"));
        await registry.Office.PostAsync("/associations", input);
        var submission = Sample.Association();
        submission["submitter"] = new JsonObject { ["name"] = "Nie Bestaetigt", ["email"] = "never@confirmed.example" };
        var id = (Guid)(await registry.Anonymous.PostAsync("/submissions", submission)).Json["id"]!;
        await registry.QueryAsync($"update registry.submission set token_expires_at = now() - interval '8 days' where id = '{id}'");

        await registry.RunJobAsync(Retain.Kind, new Retain.Order());

        Assert.Empty(await registry.FindEverywhereAsync("Lange Vorbei|Nie Bestaetigt"));
        var retention = await registry.As("client:operator", [Scopes.PlatformAdmin]).GetAsync("/privacy/retention");
        Assert.True((int)retention.Json["runs"]![0]!["removed"]!["former-person"]! >= 1);
        Assert.True((int)retention.Json["runs"]![0]!["removed"]!["unconfirmed-submission"]! >= 1);
        Assert.Equal(12, retention.Json["classes"]!.AsArray().Count);
        Assert.Equal(401, (await registry.Anonymous.GetAsync("/privacy/retention")).Status);
        // A run counts all areas together; an authority of one district sees no number of another.
        var authority = await registry.Authority.GetAsync("/privacy/retention");
        Assert.Equal((12, 0), (authority.Json["classes"]!.AsArray().Count, authority.Json["runs"]!.AsArray().Count));
        var country = await registry.As("client:country", [Scopes.ReadInternal], "DG").GetAsync("/privacy/retention");
        Assert.NotEmpty(country.Json["runs"]!.AsArray());
    }

    [Fact]
    public async Task A_former_board_member_vanishes_with_the_change_and_a_removed_one_for_good()
    {
        var input = Sample.Association();
        ((JsonArray)input["contacts"]!).Add(Sample.Person("Ehemals Vorsitzende"));
        var created = await registry.Office.PostAsync("/associations", input);
        var contacts = created.Json["contacts"]!.DeepClone().AsArray();
        contacts[1]!["until"] = DateTime.UtcNow.AddDays(-2).ToString("yyyy-MM-dd", null);

        var ended = await registry.Office.PatchAsync(created.Location!, new JsonObject { ["contacts"] = contacts }, 1);

        Assert.Equal(200, ended.Status);
        Assert.Contains("Ehemals", ended.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ehemals", (await registry.Anonymous.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ehemals", (await registry.Authority.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
        var removed = await registry.Office.PatchAsync(created.Location!, new JsonObject { ["contacts"] = new JsonArray(contacts[0]!.DeepClone()) }, 2);
        Assert.Equal(200, removed.Status);
        Assert.Empty(await registry.FindEverywhereAsync("Ehemals Vorsitzende"));
    }

    private async Task<(Guid Id, string Path)> CreateAsync(string? name = null, string? email = null)
    {
        var input = Sample.Association(name);
        if (email is not null) input["contacts"]![0]!["email"] = email;
        var created = await registry.Office.PostAsync("/associations", input);
        Assert.Equal(201, created.Status);
        return ((Guid)created.Json["id"]!, created.Location!);
    }

    private static int Count(Answer answer, string member) => answer.Json[member]!.AsArray().Count;
}
