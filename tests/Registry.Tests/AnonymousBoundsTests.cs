using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Wir.Jobs;
using Wir.Registry.Data;
using Wir.Registry.Mail;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>
/// What people without credentials can leave with the offices is bounded, and offices learn of it once a day.
/// </summary>
[Lane(Lane.Functional)]
public sealed class AnonymousBoundsTests(AnonymousBoundsTests.Fixture registry)
    : IClassFixture<AnonymousBoundsTests.Fixture>
{
    [Fact]
    public async Task One_address_leaves_twenty_open_submissions_a_day_even_at_once()
    {
        var flood = registry.Reader("flood");

        var answers = await Task.WhenAll(Enumerable.Range(0, 24)
            .Select(i => flood.PostAsync("/submissions", Submission($"flood{i}@entry.example"))));

        Assert.Equal((20, 4), (answers.Count(answer => answer.Status == 202),
            answers.Count(answer => answer is { Status: 429, Code: "WIR-COM-0019" })));
        var refused = answers.First(answer => answer.Status == 429);
        Assert.Contains("Rathaus Korbach (vereine@korbach.example)", (string)refused.Json["detail"]!,
            StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 25 * 3600);
        Assert.Equal(["20"],
            await registry.QueryAsync("select count(*) from registry.submission where reader = 'flood'"));
        // A neighbour has a bound of their own, and an office has none.
        Assert.Equal(202, (await registry.Reader("neighbour")
            .PostAsync("/submissions", Submission("neighbour@entry.example"))).Status);
        // What was decided is open no longer.
        await registry.QueryAsync("update registry.submission set state = 'rejected', reviewed_at = now() where id in (select id from registry.submission where reader = 'flood' limit 1)");
        Assert.Equal(202, (await flood.PostAsync("/submissions", Submission("flood25@entry.example"))).Status);
    }

    [Fact]
    public async Task Reports_have_the_same_bound_and_pseudonyms_are_gone_after_their_day()
    {
        var entry = await registry.Office.PostAsync("/associations", Sample.Association("Gemeldeter Verein"));
        var report = new JsonObject { ["associationId"] = (Guid)entry.Json["id"]!,
            ["message"] = "Die Nummer ist falsch." };
        var reader = registry.Reader("reporter");

        var answers = new List<Answer>();
        for (var i = 0; i < 21; i++) answers.Add(await reader.PostAsync("/reports", report.DeepClone()));

        Assert.Equal((20, 429), (answers.Count(answer => answer.Status == 202), answers[^1].Status));
        await registry.QueryAsync("update registry.office_task set created_at = created_at - interval '1 day' where reader = 'reporter'");
        Assert.Equal(202, (await reader.PostAsync("/reports", report.DeepClone())).Status);
        await registry.RunJobAsync("retention", new { });
        Assert.Equal(["1"],
            await registry.QueryAsync("select count(*) from registry.office_task where reader = 'reporter'"));
    }

    [Fact]
    public async Task An_office_and_all_together_have_bounds_that_operators_set()
    {
        const string Elsewhere = "06635005";
        try
        {
            // Nobody can confirm these any more.
            await LeaveAsync(RegistryFixture.Frankenberg, 60, "-1 day");
            Assert.Equal(202, (await SubmitAsync("first@entry.example", RegistryFixture.Frankenberg)).Status);

            await LeaveAsync(RegistryFixture.Frankenberg, 60, "1 day");
            var refused = await SubmitAsync("second@entry.example", RegistryFixture.Frankenberg);

            Assert.Equal((429, "WIR-COM-0019"), (refused.Status, refused.Code));
            Assert.Contains("Frankenberg", (string)refused.Json["detail"]!, StringComparison.Ordinal);
            Assert.Equal(202, (await SubmitAsync("third@entry.example", RegistryFixture.Korbach)).Status);

            await LeaveAsync(Elsewhere, 90, "1 day");
            Assert.Equal(429, (await SubmitAsync("fourth@entry.example", RegistryFixture.Korbach)).Status);
        }
        finally
        {
            await registry.QueryAsync("delete from registry.submission where content->>'name' = 'Viele'");
        }

        Task<Answer> SubmitAsync(string email, string area) =>
            registry.Reader("last").PostAsync("/submissions", Submission(email, area));

        Task LeaveAsync(string area, int count, string expires) => registry.QueryAsync($$"""
            insert into registry.submission (id, association_id, area, state, content, submitted_by, created_at,
            token_expires_at, version)
            select gen_random_uuid(), gen_random_uuid(), '{{area}}', 'awaiting-confirmation',
            '{"kind":"initiative","name":"Viele","area":"06635011"}', 'anonymous', now() - interval '2 days',
            now() + interval '{{expires}}', 1 from generate_series(1, {{count}})
            """);
    }

    [Fact]
    public async Task One_address_for_mail_is_written_to_once_an_hour_whoever_asks()
    {
        var answers = new List<Answer>();
        foreach (var reader in new[] { "a", "b", "c" })
        {
            answers.Add(await registry.Reader(reader).PostAsync("/submissions", Submission("Victim@entry.example")));
        }

        Assert.Equal([202, 429, 429], answers.Select(answer => answer.Status));
        Assert.Equal("WIR-REG-0006", answers[1].Code);
        Assert.Equal(["1"],
            await registry.QueryAsync("select count(*) from registry.submission where submitter::text ilike '%victim@%'"));
    }

    [Fact]
    public async Task What_an_address_got_from_the_register_is_told_to_nobody_who_names_it()
    {
        await using (var scope = registry.App.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
            var mailbox = scope.ServiceProvider.GetRequiredService<Mailbox>();
            await mailbox.AddAsync("told@entry.example", "Entscheidung", "Text", MailCause.Register,
                TestContext.Current.CancellationToken);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var answer = await registry.Reader("curious").PostAsync("/submissions", Submission("told@entry.example"));

        Assert.Equal(202, answer.Status);
    }

    [Fact]
    public async Task Nobody_without_credentials_leaves_a_text_that_nobody_would_type()
    {
        var submission = Submission("long@entry.example");
        submission["texts"] = new JsonObject { ["de"] = new JsonObject { ["description"] = new string('x', 5001) } };
        submission["offers"]![0]!["description"] = new JsonObject { ["de"] = new string('y', 5001) };

        var answer = await registry.Anonymous.PostAsync("/submissions", submission);

        Assert.Equal(422, answer.Status);
        Assert.Equal(["/offers/0/description/de", "/texts/de/description"], answer.Json["errors"]!.AsArray()
            .Select(fault => (string)fault!["pointer"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_office_gets_one_mail_a_day_that_says_how_much_is_new_and_nothing_else()
    {
        await registry.QueryAsync("update registry.submission set told_at = now() - interval '2 days'; update registry.office_task set told_at = now() - interval '2 days'");
        await registry.RunJobAsync("tell-offices", new { });
        Assert.Empty(await registry.MailsToAsync("amt@frankenberg.example"));
        var submission = Sample.Association("Sehr Geheimer Verein", RegistryFixture.Frankenberg);
        await registry.SubmitAndConfirmAsync(submission, "chair-of@secret.example");
        await registry.SubmitAndConfirmAsync(Sample.Association("Anderer Verein", RegistryFixture.Frankenberg),
            "second@secret.example");

        // Two workers at once, as after a lease that was lost.
        await Task.WhenAll(registry.RunJobAsync("tell-offices", new { }),
            registry.RunJobAsync("tell-offices", new { }));

        var mail = await registry.MailToAsync("amt@frankenberg.example");
        Assert.Contains("Einreichungen zur Prüfung: 2, Aufgaben: 0.", mail, StringComparison.Ordinal);
        Assert.Contains("https://wir.example/api/registry/v1/submissions?area=06635011&state=in-review", mail,
            StringComparison.Ordinal);
        foreach (var secret in new[] { "Geheimer", "Musterfrau", "secret.example" })
        {
            Assert.DoesNotContain(secret, mail, StringComparison.Ordinal);
        }

        await registry.SubmitAndConfirmAsync(Sample.Association("Dritter Verein", RegistryFixture.Frankenberg),
            "third@secret.example");
        await registry.RunJobAsync("tell-offices", new { });
        Assert.Single(await registry.MailsToAsync("amt@frankenberg.example"));

        // On the next day it learns of the third.
        await registry.QueryAsync("update registry.submission set told_at = told_at - interval '1 day' where told_at is not null");
        await registry.RunJobAsync("tell-offices", new { });
        await Eventually.TrueAsync(async () => (await registry.MailsToAsync("amt@frankenberg.example"))
            .Any(text => text.Contains("zur Prüfung: 1, ", StringComparison.Ordinal)), "the mail of the next day");
        Assert.Equal(2, (await registry.MailsToAsync("amt@frankenberg.example")).Count);
    }

    [Fact]
    public async Task Links_that_hold_a_user_are_refused_and_stored_ones_mended()
    {
        const string Bad = "https://erika:geheim@verein.example/";
        var input = Sample.Association("Verein mit Passwort");
        input["links"] = new JsonArray(new JsonObject { ["rel"] = "website", ["href"] = Bad });
        input["offers"]![0]!["url"] = "https://nutzer@verein.example/";
        var refused = await registry.Office.PostAsync("/associations", input);
        Assert.Equal(422, refused.Status);
        Assert.Equal(["/links/0/href", "/offers/0/url"], refused.Json["errors"]!.AsArray()
            .Select(fault => (string)fault!["pointer"]!).Order(StringComparer.Ordinal));

        input["links"]![0]!["href"] = "https://verein.example/";
        input["offers"]![0]!.AsObject().Remove("url");
        var entry = await registry.Office.PostAsync("/associations", input);
        Assert.Equal(201, entry.Status);
        var ended = Sample.Association("Chor zum Abschied");
        ended["links"] = input["links"]!.DeepClone();
        var gone = await registry.Office.PostAsync("/associations", ended);
        Assert.Equal(201, gone.Status);
        Assert.Equal(204, (await registry.Office.SendAsync(
            HttpMethod.Delete, $"{gone.Location}?reason=dissolved", null, ("If-Match", "\"1\""))).Status);
        foreach (var table in new[] { "association", "association_version" })
        {
            await registry.QueryAsync($"update registry.{table} set content = replace(content::text, 'https://verein.example/', '{Bad}')::jsonb");
        }

        await registry.RunJobAsync("mend-links", new { });

        var after = await registry.Anonymous.GetAsync(entry.Location!);
        Assert.Equal(("https://verein.example/", 2),
            ((string)after.Json["links"]![0]!["href"]!, (int)after.Json["version"]!));
        Assert.Empty(await registry.FindEverywhereAsync("geheim@"));
        // What is withdrawn stays so.
        Assert.Equal(410, (await registry.Anonymous.GetAsync(gone.Location!)).Status);
    }

    [Fact]
    public async Task What_old_programs_write_during_an_upgrade_is_mended_at_night()
    {
        const string Bad = "https://rolle:wort@verein.example/";
        var entries = new List<Answer>();
        for (var i = 0; i < 2; i++)
        {
            var input = Sample.Association();
            input["links"] = new JsonArray(
                new JsonObject { ["rel"] = "website", ["href"] = "https://verein.example/" });
            entries.Add(await registry.Office.PostAsync("/associations", input));
            await registry.QueryAsync($"""
                update registry.association
                set content = replace(content::text, 'https://verein.example/', '{Bad}')::jsonb,
                    updated_at = now() - interval '{i * 30} days' where id = '{entries[i].Json["id"]}'
                """);
        }

        await RunAtNightAsync("mend-links");

        // What is older was mended by the job that the upgrade entered.
        var still = await registry.QueryAsync(
            "select id from registry.association where content::text like '%rolle:wort%'");
        Assert.Equal([(string)entries[1].Json["id"]!], still);
        await registry.RunJobAsync("mend-links", new { });
        Assert.Empty(await registry.FindEverywhereAsync("rolle:wort"));
    }

    [Fact]
    public async Task Contacts_that_old_programs_put_into_events_are_gone_after_the_night()
    {
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var id = (string)(await registry.Office.PostAsync("/associations", Sample.Association())).Json["id"]!;
            ids.Add(id);
            await Eventually.TrueAsync(async () => (await registry.QueryAsync(
                $"select 1 from registry.event_log where aggregate_id = '{id}'")).Count == 1, "the event is logged");
            await registry.QueryAsync($$"""
                update registry.event_log set logged_at = logged_at - interval '{{i * 30}} days', payload = jsonb_set(
                    payload::jsonb, '{snapshot,contacts}', '[{"email":"alt@rollout.example"}]')::json
                where aggregate_id = '{{id}}'
                """);
        }

        Assert.Equal("1", await RunAtNightAsync("forget-contacts"));

        const string Left = """
            select aggregate_id from registry.event_log where payload::text like '%alt@rollout.example%'
            """;
        Assert.Equal([ids[1]], await registry.QueryAsync(Left));
        Assert.Equal("0", await RunAtNightAsync("forget-contacts"));
    }

    /// <summary>As the schedule has it done; how much it says it did.</summary>
    private async Task<string> RunAtNightAsync(string kind)
    {
        Guid id;
        await using (var scope = registry.App.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
            id = db.Enqueue(kind, new { }, key: "recurring");
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(async () => await registry.QueryAsync(
            $"select state from registry.job where id = '{id}'") is ["done"], $"job {kind} is done");
        return (await registry.QueryAsync($"select progress_done from registry.job where id = '{id}'"))[0];
    }

    public sealed class Fixture : RegistryFixture
    {
        protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
        {
            ["Wir:Registry:UnconfirmedSubmissionsPerOffice"] = "60",
            ["Wir:Registry:UnconfirmedSubmissions"] = "150",
            ["Wir:Registry:Offices:06635015:Name"] = "Rathaus Korbach",
            ["Wir:Registry:Offices:06635015:Email"] = "vereine@korbach.example",
            ["Wir:Registry:Offices:06635011:Email"] = "amt@frankenberg.example",
        };
    }

    private static JsonObject Submission(string email, string area = RegistryFixture.Korbach)
    {
        var submission = Sample.Association(area: area);
        submission["submitter"] = new JsonObject { ["name"] = "Max Muster", ["email"] = email };
        return submission;
    }
}
