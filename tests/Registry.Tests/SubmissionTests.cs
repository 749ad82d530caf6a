using System.Globalization;
using System.Text.Json.Nodes;
using Wir.Areas;
using Wir.Registry.Domain;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Functional)]
public sealed class SubmissionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task A_club_enters_itself_and_is_public_after_proof_and_review()
    {
        var submission = Sample.Association("Turnverein Selbsteintrag");
        ((JsonArray)submission["contacts"]!).Add(Sample.Person("Petra Geheimlich"));
        var id = await registry.SubmitAndConfirmAsync(submission, "self@entry.example");

        Assert.Empty((await registry.Anonymous.GetAsync("/associations?q=Selbsteintrag")).Json["data"]!.AsArray());
        var queue = (await registry.Approver.GetAsync("/submissions?state=in-review")).Json["data"]!.AsArray();
        Assert.Contains(queue, row => (Guid)row!["id"]! == id);
        var review = await registry.Approver.PostAsync($"/submissions/{id}/review", Decision("approve"));

        Assert.Equal((200, "approved"), (review.Status, (string)review.Json["state"]!));
        var entry = await registry.Anonymous.GetAsync($"/associations/{(Guid)review.Json["associationId"]!}");
        Assert.Equal(200, entry.Status);
        Assert.Matches("^WF-[0-9]{4,}-[0-9]$", (string)entry.Json["number"]!);
        Assert.StartsWith("DE-CR-RA000282-VR", (string)entry.Json["identifiers"]![0]!["value"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Erika", entry.Text, StringComparison.Ordinal);
        await AssertEventsAsync((Guid)review.Json["associationId"]!, "association-submitted", "association-reviewed", "association-published");
        Assert.Empty(await registry.QueryAsync("select payload::text from registry.event_log where payload::text ~ 'Geheimlich|Musterfrau|self@entry'"));
    }

    [Fact]
    public async Task A_mail_with_a_link_is_its_owners_alone()
    {
        await registry.SubmitAndConfirmAsync(Sample.Association(), "owner@entry.example");

        if (OperatingSystem.IsWindows()) return;
        foreach (var file in registry.MailFiles) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_rejected_submission_is_never_public_and_cannot_be_decided_again()
    {
        var id = await registry.SubmitAndConfirmAsync(Sample.Association("Abgelehnter Verein"), "rejected@entry.example");

        var first = await registry.Approver.PostAsync($"/submissions/{id}/review", Decision("reject", "Kein Verein"));
        var second = await registry.Approver.PostAsync($"/submissions/{id}/review", Decision("approve"));

        Assert.Equal((200, "rejected"), (first.Status, (string)first.Json["state"]!));
        Assert.Equal((409, "WIR-REG-0004"), (second.Status, second.Code));
        Assert.Empty((await registry.Anonymous.GetAsync("/associations?q=Abgelehnter")).Json["data"]!.AsArray());
    }

    [Fact]
    public async Task The_link_counts_once_and_only_with_its_token()
    {
        var submission = Sample.Association();
        submission["submitter"] = new JsonObject { ["name"] = "Max Muster", ["email"] = "once@entry.example" };
        var id = (Guid)(await registry.Anonymous.PostAsync("/submissions", submission)).Json["id"]!;
        var token = RegistryFixture.TokenIn(await registry.MailToAsync("once@entry.example"));

        var wrong = await registry.Anonymous.PostAsync($"/submissions/{id}/confirm", new JsonObject { ["token"] = "wrong" });
        var right = await registry.Anonymous.PostAsync($"/submissions/{id}/confirm", new JsonObject { ["token"] = token });
        var again = await registry.Anonymous.PostAsync($"/submissions/{id}/confirm", new JsonObject { ["token"] = token });

        Assert.Equal((410, 200, 410), (wrong.Status, right.Status, again.Status));
        Assert.Equal("WIR-REG-0003", again.Code);
        await Eventually.TrueAsync(async () => (await registry.QueryAsync("select 1 from registry.outgoing_mail where sent_at is null")).Count == 0, "all mails are sent");
        Assert.Equal(["f"], [.. (await registry.QueryAsync("select (recipient is not null or body is not null)::text from registry.outgoing_mail where sent_at is not null")).Select(text => text[..1]).Distinct()]);
    }

    [Fact]
    public async Task Only_the_areas_own_municipality_decides_and_nobody_on_their_own()
    {
        var id = await registry.SubmitAndConfirmAsync(Sample.Association(), "foreign@entry.example");
        var own = await registry.Writer.PostAsync("/associations", Sample.Association());
        var ownId = (Guid)own.Json["id"]!;

        var foreign = await registry.OtherOffice.PostAsync($"/submissions/{id}/review", Decision("approve"));
        var anonymous = await registry.Anonymous.PostAsync($"/submissions/{id}/review", Decision("approve"));
        var self = await registry.As("client:writer", ["registry:approve"], RegistryFixture.Korbach).PostAsync($"/submissions/{ownId}/review", Decision("approve"));
        var district = await registry.District.PostAsync($"/submissions/{ownId}/review", Decision("approve"));

        Assert.Equal((202, "in-review"), (own.Status, (string)own.Json["state"]!));
        Assert.Equal((403, "WIR-COM-0009"), (foreign.Status, foreign.Code));
        Assert.Equal(401, anonymous.Status);
        Assert.Equal((403, "WIR-COM-0023"), (self.Status, self.Code));
        Assert.Equal(200, district.Status);
        Assert.DoesNotContain((await registry.OtherOffice.GetAsync("/submissions?limit=200")).Json["data"]!.AsArray(), row => (Guid)row!["id"]! == id);
    }

    [Fact]
    public async Task A_pending_change_is_invisible_until_it_is_approved()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association("Unveränderter Verein"));
        var id = (Guid)created.Json["id"]!;

        var edit = await registry.Writer.PatchAsync($"/associations/{id}", new JsonObject { ["name"] = "Neuer Name Verein" }, 1);
        var before = await registry.Anonymous.GetAsync($"/associations/{id}");
        var review = await registry.Office.PostAsync($"/submissions/{(Guid)edit.Json["id"]!}/review", Decision("approve"));
        var after = await registry.Anonymous.GetAsync($"/associations/{id}");

        Assert.Equal(202, edit.Status);
        Assert.Equal(("Unveränderter Verein", 1), ((string)before.Json["name"]!, (int)before.Json["version"]!));
        Assert.Equal(200, review.Status);
        Assert.Equal(("Neuer Name Verein", 2), ((string)after.Json["name"]!, (int)after.Json["version"]!));
    }

    [Fact]
    public async Task Each_municipality_has_its_queue_with_a_day_by_which_to_decide()
    {
        var id = await registry.SubmitAndConfirmAsync(Sample.Association(), "queue@entry.example");
        var due = WorkingDays.Add(TimeProvider.System.Today(), 10).ToDateOnly();

        var waiting = await registry.Approver.GetAsync($"/submissions/{id}");
        await registry.QueryAsync($"update registry.submission set due_on = current_date - 1 where id = '{id}'");
        var late = (await registry.District.GetAsync($"/submissions?state=in-review&area={RegistryFixture.Korbach}&limit=200")).Json["data"]!.AsArray().Single(row => (Guid)row!["id"]! == id)!;
        var foreign = await registry.OtherOffice.GetAsync($"/submissions?area={RegistryFixture.Korbach}");
        var none = (await registry.District.GetAsync($"/submissions?state=in-review&area={RegistryFixture.Frankenberg}&limit=200")).Json["data"]!.AsArray();

        Assert.Equal((due.ToString("O", CultureInfo.InvariantCulture), false), ((string)waiting.Json["dueOn"]!, (bool)waiting.Json["overdue"]!));
        Assert.True((bool)late["overdue"]!);
        Assert.Equal((403, "WIR-COM-0009"), (foreign.Status, foreign.Code));
        Assert.DoesNotContain(none, row => (Guid)row!["id"]! == id);
    }

    private async Task AssertEventsAsync(Guid association, params string[] names)
    {
        await Eventually.TrueAsync(
            async () => (await registry.QueryAsync($"select type from registry.event_log where aggregate_id = '{association}'")).Count >= names.Length,
            "the events are in the log");
        var events = (await registry.Authority.GetAsync($"/internal/events?aggregateId={association}")).Json["data"]!.AsArray();
        Assert.Equal(names.Select(name => $"urn:message:wir:registry:{name}:v1"), events.Select(row => (string)row!["event"]!["type"]!));
        var elsewhere = await registry.OtherOffice.GetAsync($"/internal/events?aggregateId={association}");
        Assert.Empty(elsewhere.Json["data"]!.AsArray());
    }

    private static JsonObject Decision(string decision, string? comment = null) => new() { ["decision"] = decision, ["comment"] = comment };
}
