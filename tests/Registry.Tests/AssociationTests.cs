using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Functional)]
public sealed class AssociationTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task An_entry_comes_back_as_it_was_handed_in_with_a_tag_that_answers_304()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association("Wortgetreuer Verein"));

        var read = await registry.Anonymous.GetAsync(created.Location!);
        var known = await registry.Anonymous.GetAsync(created.Location!, ("If-None-Match", read.ETag!));
        var byNumber = await registry.Anonymous.GetAsync($"/associations/{(string)read.Json["number"]!}");

        Assert.Equal((201, 200, 304, 200), (created.Status, read.Status, known.Status, byNumber.Status));
        Assert.Equal("Wortgetreuer Verein", (string)read.Json["name"]!);
        Assert.Equal("published", (string)read.Json["status"]!);
        Assert.Equal("functional", (string)read.Json["contacts"]![0]!["type"]!);
        Assert.Equal("FREQ=WEEKLY;BYDAY=TU", (string)read.Json["offers"]![0]!["schedule"]![0]!["rrule"]!);
        Assert.Equal("approved", (string)read.Json["texts"]!["de"]!["state"]!);
        Assert.False((bool)read.Json["demo"]!);
    }

    [Fact]
    public async Task Changes_need_the_version_and_the_area()
    {
        var id = (Guid)(await registry.Office.PostAsync("/associations", Sample.Association())).Json["id"]!;
        var patch = new JsonObject { ["texts"] = new JsonObject { ["en"] = new JsonObject { ["summary"] = "Football for all" } } };

        var without = await registry.Office.SendAsync(HttpMethod.Patch, $"/associations/{id}", patch.DeepClone());
        var stale = await registry.Office.PatchAsync($"/associations/{id}", patch.DeepClone(), 7);
        var foreign = await registry.OtherOffice.PatchAsync($"/associations/{id}", patch.DeepClone(), 1);
        var away = await registry.Office.PatchAsync($"/associations/{id}", new JsonObject { ["area"] = RegistryFixture.Frankenberg }, 1);
        var unknown = await registry.Office.PatchAsync($"/associations/{id}", new JsonObject { ["nam"] = "x" }, 1);
        var good = await registry.Office.PatchAsync($"/associations/{id}", patch.DeepClone(), 1);

        Assert.Equal((428, 412, 403, 403, 400, 200), (without.Status, stale.Status, foreign.Status, away.Status, unknown.Status, good.Status));
        Assert.Equal(2, (int)good.Json["version"]!);
        Assert.Equal(["de", "en"], good.Json["texts"]!.AsObject().Select(text => text.Key).Order());
    }

    [Fact]
    public async Task A_withdrawn_entry_is_gone_for_the_public_and_a_tombstone_in_the_feed()
    {
        var id = (Guid)(await registry.Office.PostAsync("/associations", Sample.Association("Aufgelöster Verein"))).Json["id"]!;

        var withdrawn = await registry.Office.SendAsync(HttpMethod.Delete, $"/associations/{id}?reason=dissolved", null, ("If-Match", "\"1\""));
        var read = await registry.Anonymous.GetAsync($"/associations/{id}");
        var office = await registry.Office.GetAsync($"/associations/{id}");

        Assert.Equal(204, withdrawn.Status);
        Assert.Equal((410, "WIR-REG-0002", "dissolved"), (read.Status, read.Code, (string)read.Json["reason"]!));
        Assert.Equal("withdrawn", (string)office.Json["status"]!);
        await Eventually.TrueAsync(async () => (await FeedAsync()).Any(row => (Guid)row["id"]! == id && (string)row["op"]! == "delete" && (string)row["reason"]! == "dissolved"), "the tombstone is in the feed");
    }

    [Fact]
    public async Task A_second_use_of_a_register_number_answers_409_with_a_link_to_the_first()
    {
        var first = Sample.Association();
        var number = $"VR {Sample.NextNumber()} Korbach";
        first["identifiers"]![0]!["value"] = number;
        var second = Sample.Association();
        second["identifiers"]![0]!["value"] = "Amtsgericht Korbach, " + number.Replace(" Korbach", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

        var created = await registry.Office.PostAsync("/associations", first);
        var refused = await registry.Office.PostAsync("/associations", second);

        Assert.Equal((201, 409, "WIR-REG-0001"), (created.Status, refused.Status, refused.Code));
        Assert.Equal(created.Location, (string)refused.Json["existing"]!["href"]!);
    }

    [Fact]
    public async Task Fifty_posts_with_one_key_make_one_entry()
    {
        var input = Sample.Association("Einmaliger Verein");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => registry.Office.PostAsync("/associations", input.DeepClone(), ("Idempotency-Key", "one-and-only-key"))));
        var submission = Sample.Association();
        submission["submitter"] = new JsonObject { ["name"] = "Doppelt Geklickt", ["email"] = "twice@entry.example" };
        var first = await registry.Anonymous.PostAsync("/submissions", submission.DeepClone(), ("Idempotency-Key", "clicked-twice"));
        var second = await registry.Anonymous.PostAsync("/submissions", submission.DeepClone(), ("Idempotency-Key", "clicked-twice"));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Single(answers.Select(answer => (Guid)answer.Json["id"]!).Distinct());
        Assert.Single(answers.Select(answer => (string)answer.Json["number"]!).Distinct());
        Assert.Equal((202, 202, (Guid)first.Json["id"]!), (first.Status, second.Status, (Guid)second.Json["id"]!));
        Assert.Equal(["1"], await registry.QueryAsync("select count(*) from registry.submission where submitter::text like '%Doppelt%'"));
    }

    [Theory]
    [InlineData("{\"name\":\"\\ud800\"}", 400)]
    [InlineData("{\"name\":\"a\\u0000b\"}", 400)]
    [InlineData("{\"name\":\"A\",\"name\":\"B\"}", 400)]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 400)]
    [InlineData("{\"name\":", 400)]
    [InlineData("null", 400)]
    [InlineData("", 400)]
    public async Task What_is_no_entry_is_refused_and_changes_nothing(string body, int status)
    {
        var before = await registry.QueryAsync("select count(*) from registry.association");

        var (answered, text) = await registry.Office.PostRawAsync("/associations", System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal(status, answered);
        Assert.Contains("WIR-COM-000", text, StringComparison.Ordinal);
        Assert.Equal(before, await registry.QueryAsync("select count(*) from registry.association"));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_and_bodies_without_end_are_refused()
    {
        var (latin, _) = await registry.Office.PostRawAsync("/associations", [.. "{\"name\":\"K"u8, 0xE4, .. "se\"}"u8]);
        var (huge, _) = await registry.Office.PostRawAsync("/associations", new byte[64 * 1024 * 1024]);
        var (text, _) = await registry.Office.PostRawAsync("/associations", "{}"u8.ToArray(), "text/plain");

        Assert.Equal((400, 413, 415), (latin, huge, text));
    }

    [Fact]
    public async Task Dates_and_places_out_of_this_world_are_refused_and_names_from_right_to_left_are_not()
    {
        var old = Sample.Association();
        old["offers"]![0]!["schedule"]![0]!["dtstart"] = "1899-12-31T18:00";
        var sea = Sample.Association();
        sea["location"] = new JsonObject { ["lat"] = 0, ["lon"] = 0 };
        var far = Sample.Association();
        far["location"] = new JsonObject { ["lat"] = 1e308, ["lon"] = -1e308 };
        var arabic = Sample.Association("الجمعية الثقافية كورباخ");
        var ended = Sample.Association();
        ended["area"] = "06635005";

        Assert.Equal(["/offers/0/schedule/0/dtstart"], (await registry.District.PostAsync("/associations", old)).Pointers);
        Assert.Equal(["/location"], (await registry.District.PostAsync("/associations", sea)).Pointers);
        Assert.Equal(["/location"], (await registry.District.PostAsync("/associations", far)).Pointers);
        Assert.Equal("الجمعية الثقافية كورباخ", (string)(await registry.District.PostAsync("/associations", arabic)).Json["name"]!);
        Assert.Equal("06635001", (string)(await registry.District.PostAsync("/associations", ended)).Json["area"]!);
    }

    [Fact]
    public async Task Every_fault_is_named_at_once_with_its_pointer()
    {
        var broken = Sample.Association("A\u0007 \u202eB");
        broken["kind"] = "registered-asociation";
        broken["area"] = "99999999";
        broken["location"] = new JsonObject { ["lat"] = 8.87, ["lon"] = 51.27 };
        broken["categories"]![0]!["code"] = "sport.fotball";
        broken["languages"] = new JsonArray("xx-klingon");
        broken["offers"]![0]!["schedule"]![0]!["rrule"] = "FREQ=SOMETIMES";

        var refused = await registry.Office.PostAsync("/associations", broken);

        Assert.Equal((422, "WIR-COM-0004"), (refused.Status, refused.Code));
        Assert.Equal(
            ["/area", "/categories/0/code", "/kind", "/languages/0", "/location", "/name", "/offers/0/schedule/0/rrule"],
            refused.Pointers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_list_filters_by_area_and_walks_to_its_end()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            Assert.Equal(201, (await registry.District.PostAsync("/associations", Sample.Association($"Wanderverein {i}", "06635017"))).Status);
        }

        var (names, path) = (new List<string>(), "/associations?area=06635017&limit=2&count=exact");
        while (path is not null)
        {
            var page = await registry.Anonymous.GetAsync(path);
            Assert.Equal(5, (int)page.Json["meta"]!["count"]!);
            names.AddRange(page.Json["data"]!.AsArray().Select(entry => (string)entry!["name"]!));
            path = (string?)page.Json["links"]!["next"];
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"Wanderverein {i}"), names);
        Assert.Contains("Wanderverein 3", (await registry.Anonymous.GetAsync("/associations?area=066&limit=200&q=wanderverein")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await registry.Anonymous.GetAsync("/associations?area=0663501")).Status);
        Assert.Equal(400, (await registry.Anonymous.GetAsync("/associations?aera=06635")).Status);
    }

    [Fact]
    public async Task Persons_are_shown_by_visibility_and_hidden_from_the_day_after_their_office()
    {
        var input = Sample.Association();
        var contacts = (JsonArray)input["contacts"]!;
        contacts.Add(Sample.Person("Oeffentliche Person"));
        contacts.Add(Sample.Person("Behoerdliche Person", "authorities"));
        contacts.Add(Sample.Person("Interne Person", "internal"));
        contacts.Add(Sample.Person("Fruehere Person", "public", "2020-12-31"));
        var path = (await registry.Office.PostAsync("/associations", input)).Location!;

        Assert.Equal(["Oeffentliche Person"], await NamesAsync(registry.Anonymous, path));
        Assert.Equal(["Oeffentliche Person"], await NamesAsync(registry.OtherOffice, path));
        Assert.Equal(["Oeffentliche Person", "Behoerdliche Person"], await NamesAsync(registry.Authority, path));
        Assert.Equal(4, (await NamesAsync(registry.Office, path)).Count);
        Assert.Empty(await registry.QueryAsync("select 1 from registry.feed where data::text like '% Person%' union all select 1 from registry.association_version where content::text like '% Person%'"));
    }

    [Fact]
    public async Task Areas_are_those_of_the_day_and_categories_form_a_tree()
    {
        var today = (await registry.Anonymous.GetAsync("/areas?limit=200")).Json["data"]!.AsArray();
        var before = (await registry.Anonymous.GetAsync("/areas?limit=200&asOf=2020-01-01")).Json["data"]!.AsArray();
        var categories = (await registry.Anonymous.GetAsync("/categories")).Json["data"]!.AsArray();

        Assert.Equal((21, 22), (today.Count(area => (string?)area!["parentKey"] == "06635"), before.Count(area => (string?)area!["parentKey"] == "06635")));
        Assert.Contains(categories, category => (string)category!["code"]! == "sport.football" && (string)category["parent"]! == "sport" && (string)category["label"]!["en"]! == "Football");
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(Client client, string path) =>
        [.. (await client.GetAsync(path)).Json["contacts"]!.AsArray().Where(contact => (string)contact!["type"]! == "person").Select(contact => (string)contact!["name"]!)];

    private async Task<IEnumerable<JsonNode>> FeedAsync() => (await registry.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().Select(row => row!);
}
