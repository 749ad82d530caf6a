using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>Submissions as an attacker would use them.</summary>
[Lane(Lane.Functional)]
public sealed class SubmissionSafetyTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task No_municipality_takes_its_neighbours_entry_by_approving_a_move()
    {
        var entry = await registry.OtherOffice.PostAsync("/associations", Sample.Association("Begehrter Verein", RegistryFixture.Frankenberg));
        var move = Sample.Association("Entführter Verein", RegistryFixture.Korbach);
        move["associationId"] = (Guid)entry.Json["id"]!;
        var submission = await registry.SubmitAndConfirmAsync(move, "mover@entry.example");
        var byKey = await registry.As("client:wide", ["registry:write"], "06635").PatchAsync(entry.Location!, new JsonObject { ["area"] = RegistryFixture.Korbach }, 1);

        foreach (var id in new[] { submission, (Guid)byKey.Json["id"]! })
        {
            Assert.Equal(403, (await ReviewAsync(registry.Office, id)).Status);
            Assert.Equal(403, (await ReviewAsync(registry.OtherOffice, id)).Status);
            Assert.Contains((await registry.District.GetAsync("/submissions?limit=200&area=06635")).Json["data"]!.AsArray(), row => (Guid)row!["id"]! == id && (string)row["area"]! == "06635");
        }

        Assert.Equal(("Begehrter Verein", RegistryFixture.Frankenberg), await NameAndAreaAsync(entry.Location!));
        Assert.Equal(200, (await ReviewAsync(registry.District, submission)).Status);
        Assert.Equal(("Entführter Verein", RegistryFixture.Korbach), await NameAndAreaAsync(entry.Location!));
    }

    [Fact]
    public async Task A_change_from_outside_goes_to_the_entrys_municipality_and_keeps_what_outsiders_do_not_see()
    {
        var input = Sample.Association("Voll besetzter Verein");
        var contacts = (JsonArray)input["contacts"]!;
        contacts.Add(new JsonObject { ["type"] = "functional", ["email"] = "nur-amt@entry.example", ["visibility"] = "authorities" });
        contacts.Add(Sample.Person("Alte Vorsitzende"));
        contacts.Add(Sample.Person("Stille Kassenwartin", "internal"));
        input["texts"]!["en"] = new JsonObject { ["summary"] = "Not yet ready", ["state"] = "draft" };
        var created = await registry.Office.PostAsync("/associations", input);
        var seen = (JsonObject)(await registry.Anonymous.GetAsync(created.Location!)).Json;
        var offer = (Guid)seen["offers"]![0]!["id"]!;

        foreach (var name in new[] { "id", "number", "version", "status", "demo", "confirmedAt", "updatedAt", "confirmation" }) seen.Remove(name);
        seen["associationId"] = (Guid)created.Json["id"]!;
        seen["contacts"] = new JsonArray(seen["contacts"]![0]!.DeepClone(), Sample.Person("Neue Vorsitzende"));
        var id = await registry.SubmitAndConfirmAsync(seen, "chair@entry.example");
        Assert.Contains((await registry.Approver.GetAsync("/submissions?limit=200")).Json["data"]!.AsArray(), row => (Guid)row!["id"]! == id);
        Assert.Equal(200, (await ReviewAsync(registry.Approver, id)).Status);

        var after = (await registry.Office.GetAsync(created.Location!)).Json;
        Assert.Equal(["Neue Vorsitzende", "Stille Kassenwartin"], after["contacts"]!.AsArray().Where(contact => (string)contact!["type"]! == "person").Select(contact => (string)contact!["name"]!));
        Assert.Contains(after["contacts"]!.AsArray(), contact => (string?)contact!["email"] == "nur-amt@entry.example");
        Assert.Equal("draft", (string)after["texts"]!["en"]!["state"]!);
        Assert.Equal(offer, (Guid)after["offers"]![0]!["id"]!);
    }

    [Fact]
    public async Task Ids_of_others_and_the_same_id_twice_are_nobodys()
    {
        var victim = await registry.Office.PostAsync("/associations", WithPerson("Opfer Verein"));
        var (offer, person) = ((Guid)victim.Json["offers"]![0]!["id"]!, (Guid)victim.Json["contacts"]![1]!["id"]!);
        var thief = WithPerson("Dieb Verein");
        thief["offers"] = new JsonArray(WithId(thief["offers"]![0]!, offer), WithId(thief["offers"]![0]!, offer));
        thief["contacts"] = new JsonArray(WithId(thief["contacts"]![1]!, person), WithId(thief["contacts"]![1]!, person));

        var created = await registry.Office.PostAsync("/associations", thief);

        Assert.True(created.Status == 201, created.Text);
        Guid[] ids = [.. created.Json["offers"]!.AsArray().Concat(created.Json["contacts"]!.AsArray()).Select(part => (Guid)part!["id"]!)];
        Assert.Equal(4, ids.Append(offer).Append(person).Distinct().Count() - 2);
        Assert.Contains("Opfer", (await registry.Anonymous.GetAsync($"/hsds/services/{offer}?full=true")).Text, StringComparison.Ordinal);
        Assert.Equal("Opfer Verein", (string)(await registry.Office.GetAsync(victim.Location!)).Json["name"]!);

        // The entry's own ids stay.
        var kept = await registry.Office.PatchAsync(victim.Location!, new JsonObject { ["offers"] = victim.Json["offers"]!.DeepClone(), ["contacts"] = victim.Json["contacts"]!.DeepClone() }, 1);
        Assert.Equal((200, offer, person), (kept.Status, (Guid)kept.Json["offers"]![0]!["id"]!, (Guid)kept.Json["contacts"]![1]!["id"]!));
    }

    [Theory]
    [InlineData("Max <victim@entry.example>")]
    [InlineData("(a)victim@entry.example")]
    [InlineData("victim@entry.example.")]
    [InlineData("\"victim\"@entry.example")]
    [InlineData("victim@entry.example,other@entry.example")]
    [InlineData("victim@entry.example\r\nBcc: other@entry.example")]
    [InlineData(" victim@entry.example")]
    [InlineData("victim@localhost")]
    public async Task One_mailbox_has_one_spelling_so_that_its_limit_holds(string address)
    {
        var submission = Sample.Association();
        submission["submitter"] = new JsonObject { ["name"] = "Max Muster", ["email"] = address };

        var answer = await registry.Anonymous.PostAsync("/submissions", submission);

        Assert.Equal((422, "/submitter/email"), (answer.Status, answer.Pointers.Single()));
    }

    [Fact]
    public async Task The_submitter_learns_the_decision_and_a_confirmation_meanwhile_does_not_hinder_it()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association("Bestätigter Verein"));
        var change = Sample.Association("Umbenannter bestätigter Verein");
        change["associationId"] = (Guid)created.Json["id"]!;
        var id = await registry.SubmitAndConfirmAsync(change, "decided@entry.example");
        var confirmed = await registry.Office.SendAsync(HttpMethod.Post, $"{created.Location}/confirm", null, ("If-Match", "\"1\""));

        var review = await registry.Office.PostAsync($"/submissions/{id}/review", new JsonObject { ["decision"] = "approve", ["comment"] = "Willkommen im Verzeichnis." });

        Assert.Equal((200, 200), (confirmed.Status, review.Status));
        await Eventually.TrueAsync(async () => (await registry.MailsToAsync("decided@entry.example")).Any(mail => mail.Contains("Willkommen im Verzeichnis.", StringComparison.Ordinal)), "the decision is sent");
        Assert.Equal(3, (int)(await registry.Anonymous.GetAsync(created.Location!)).Json["version"]!);

        // Any other change does.
        var late = Sample.Association("Zu spät umbenannt");
        late["associationId"] = (Guid)created.Json["id"]!;
        var lateId = await registry.SubmitAndConfirmAsync(late, "late@entry.example");
        await registry.Office.PatchAsync(created.Location!, new JsonObject { ["languages"] = new JsonArray("de") }, 3);
        var refused = await ReviewAsync(registry.Office, lateId);
        Assert.Equal((409, "WIR-REG-0005"), (refused.Status, refused.Code));
        Assert.Equal("in-review", (string)(await registry.Office.GetAsync($"/submissions/{lateId}")).Json["state"]!);
        Assert.DoesNotContain(await registry.MailsToAsync("late@entry.example"), mail => mail.Contains("Your municipality has reviewed", StringComparison.Ordinal));
    }

    private static JsonObject WithPerson(string name)
    {
        var input = Sample.Association(name);
        ((JsonArray)input["contacts"]!).Add(Sample.Person($"Vorsitz {name}"));
        return input;
    }

    private static JsonNode WithId(JsonNode part, Guid id)
    {
        var copy = part.DeepClone();
        copy["id"] = id;
        return copy;
    }

    private static Task<Answer> ReviewAsync(Client client, Guid id) => client.PostAsync($"/submissions/{id}/review", new JsonObject { ["decision"] = "approve" });

    private async Task<(string, string)> NameAndAreaAsync(string path)
    {
        var entry = (await registry.Anonymous.GetAsync(path)).Json;
        return ((string)entry["name"]!, (string)entry["area"]!);
    }
}
