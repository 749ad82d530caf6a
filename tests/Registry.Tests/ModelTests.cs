using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>The shapes that other systems rely on: members may be added, never renamed, and keep their types.</summary>
[Lane(Lane.Functional)]
public sealed class ModelTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Association = """
        { "id": "", "number": "", "version": 1, "status": "published", "demo": false, "kind": "registered-association", "name": "",
          "alternateNames": [""], "identifiers": [{ "scheme": "", "value": "" }], "area": "",
          "address": { "street": "", "houseNumber": "", "postalCode": "", "place": "" }, "location": { "lat": 1.5, "lon": 1.5 },
          "categories": [{ "scheme": "", "code": "" }], "languages": [""], "targetGroups": [""],
          "texts": { "de": { "summary": "", "description": "", "state": "" } },
          "contacts": [{ "type": "", "label": { "de": "" }, "email": "", "phone": "", "visibility": "" }], "links": [{ "rel": "", "href": "" }],
          "offers": [{ "id": "", "name": { "de": "" }, "schedule": [{ "dtstart": "", "tzid": "", "rrule": "", "durationMinutes": 90 }], "place": { "lat": 1.5, "lon": 1.5 } }],
          "confirmedAt": "", "updatedAt": "" }
        """;

    [Fact]
    public async Task An_association_has_these_members_alone_in_lists_in_the_feed_and_in_a_batch()
    {
        var created = await registry.Office.PostAsync("/associations", Full());
        var id = (string)created.Json["id"]!;
        var shape = JsonNode.Parse(Association)!;

        AssertShape(shape, (await registry.Anonymous.GetAsync(created.Location!)).Json, "");
        AssertShape(shape, (await registry.Anonymous.GetAsync("/associations?limit=200")).Json["data"]!.AsArray().Single(entry => (string)entry!["id"]! == id)!, "/data");
        AssertShape(shape, (await registry.Anonymous.PostAsync("/associations/batch", new JsonObject { ["ids"] = new JsonArray(id) })).Json["data"]![0]!, "/batch");
        var row = await Eventually.ValueAsync(async () => (await registry.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().FirstOrDefault(one => (string)one!["id"]! == id), "the feed has the entry");
        AssertShape(JsonNode.Parse("""{ "position": 1, "type": "association", "op": "upsert", "id": "", "version": 1, "at": "", "reason": null, "successor": null }""")!, row, "/changes");
        AssertShape(shape, row["data"]!, "/changes/data");
    }

    [Fact]
    public async Task What_the_samples_show_is_what_comes_back()
    {
        var sent = Full();
        var read = (await registry.Anonymous.GetAsync((await registry.Office.PostAsync("/associations", sent)).Location!)).Json;

        foreach (var name in new[] { "kind", "name", "alternateNames", "area", "address", "location", "categories", "languages", "targetGroups", "texts", "contacts", "links" })
        {
            Assert.True(JsonNode.DeepEquals(sent[name], read[name]), $"{name}: {sent[name]?.ToJsonString()} became {read[name]?.ToJsonString()}");
        }

        Assert.StartsWith("DE-CR-RA000282-VR", (string)read["identifiers"]![0]!["value"]!, StringComparison.Ordinal);
        Assert.Equal(7, Guid.Parse((string)read["id"]!).Version);
        Assert.Matches("^WF-[0-9]+-[0-9]$", (string)read["number"]!);
        Assert.Equal(TimeSpan.Zero, DateTimeOffset.Parse((string)read["updatedAt"]!, System.Globalization.CultureInfo.InvariantCulture).Offset);
    }

    [Fact]
    public async Task Submissions_and_lists_have_their_members()
    {
        var submission = Full();
        submission["submitter"] = new JsonObject { ["name"] = "Erika Muster", ["email"] = "erika@model.example", ["role"] = "chair" };

        var receipt = await registry.Anonymous.PostAsync("/submissions", submission);
        var list = (await registry.Anonymous.GetAsync("/associations?limit=1&count=exact")).Json;

        Assert.Equal((202, "awaiting-confirmation"), (receipt.Status, (string)receipt.Json["state"]!));
        Assert.Equal(["data", "links", "meta"], list.AsObject().Select(member => member.Key).Order());
        Assert.Equal(["next", "prev", "self"], list["links"]!.AsObject().Select(member => member.Key).Order());
        Assert.Equal(("exact", true), ((string)list["meta"]!["countKind"]!, (long)list["meta"]!["count"]! >= 0));
    }

    [Fact]
    public async Task A_reader_is_served_in_the_language_that_fits_best()
    {
        var input = Full();
        input["texts"]!["uk"] = new JsonObject { ["summary"] = "Футбол для всіх", ["state"] = "approved" };
        input["texts"]!["fr"] = new JsonObject { ["summary"] = "Brouillon", ["state"] = "draft" };
        var path = (await registry.Office.PostAsync("/associations", input)).Location!;

        foreach (var (wanted, served) in new[] { ("uk", "uk"), ("ti, uk;q=0.5", "uk"), ("fr", "de"), ("ti", "de"), ("de-AT", "de"), ("xx;q=0.1", "de"), ("*", "de") })
        {
            var answer = await registry.Anonymous.GetAsync(path, ("Accept-Language", wanted));
            Assert.Equal((wanted, 200, served), (wanted, answer.Status, answer.Headers["Content-Language"]));
            Assert.Contains("Accept-Language", answer.Headers["Vary"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_postal_code_leads_where_it_led_on_the_day()
    {
        var then = (await registry.Anonymous.GetAsync("/areas?postalCode=59969&asOf=2022-12-31")).Json;
        var now = (await registry.Anonymous.GetAsync("/areas?postalCode=59969&asOf=2023-01-01")).Json;
        var before = (await registry.Anonymous.GetAsync("/areas?asOf=2020-06-01&limit=200")).Json["data"]!.AsArray();
        var successor = (await registry.Anonymous.GetAsync("/associations?area=06635005")).Status;

        Assert.Equal(["06635005"], then["data"]!.AsArray().Select(area => (string)area!["key"]!));
        Assert.Empty(now["data"]!.AsArray());
        Assert.Contains(now["meta"]!["outside"]!.AsArray(), name => ((string)name!).Contains("Hallenberg", StringComparison.Ordinal));
        var bromskirchen = before.Single(area => (string)area!["key"]! == "06635005")!;
        Assert.Equal(("06635001", "2022-12-31"), ((string)bromskirchen["successorKeys"]![0]!, (string)bromskirchen["validTo"]!));
        Assert.Contains(bromskirchen["postalCodes"]!.AsArray(), code => (string)code! == "59969");
        Assert.Matches("^[0-9]{12}$", (string)bromskirchen["ars"]!);
        Assert.Equal((200, 400), (successor, (await registry.Anonymous.GetAsync("/areas?postalCode=5996x")).Status));
    }

    private static JsonObject Full()
    {
        var input = Sample.Association();
        input["alternateNames"] = new JsonArray("SV Korbach");
        input["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Fußball für alle", ["description"] = "Länger", ["state"] = "approved" } };
        return input;
    }

    private static void AssertShape(JsonNode expected, JsonNode actual, string at)
    {
        switch (expected)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    Assert.True(actual.AsObject().ContainsKey(name), $"{at}/{name} is missing");
                    if (value is not null) AssertShape(value, actual[name] ?? throw new InvalidOperationException($"{at}/{name} is null"), $"{at}/{name}");
                }

                break;
            case JsonArray items:
                Assert.NotEmpty(actual.AsArray());
                foreach (var item in actual.AsArray()) AssertShape(items[0]!, item!, $"{at}/0");
                break;
            default:
                Assert.True(expected.GetValueKind() == actual.GetValueKind() || (expected.GetValueKind(), actual.GetValueKind()) is (System.Text.Json.JsonValueKind.False, System.Text.Json.JsonValueKind.True), $"{at} is {actual.GetValueKind()}");
                break;
        }
    }
}
