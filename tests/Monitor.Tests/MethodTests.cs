using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wir.Monitor.Data.Configurations;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Seed;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>Nobody changes alone what published numbers are computed by, or read by.</summary>
[Lane(Lane.Functional)]
public sealed class MethodTests(MonitorService service)
{
    [Fact]
    public async Task A_changed_formula_is_a_draft_that_a_second_person_approves()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z60", "Z61", 10);
        var (editor, second) = (monitor.District(), monitor.District("client:second"));

        var proposed = (await ChangeAsync(monitor, "Z61", node =>
            (node["formula"], node["name"]!["en"]) = ("Z60 * 3", "Thrice"))).Is(HttpStatusCode.Accepted);
        var id = (string)proposed.Json["id"]!;

        Assert.Equal($"/api/monitor/v1/imports/{id}", proposed.Message.Headers.Location!.ToString());
        Assert.Equal(("draft", "Z60 * 2", "Z60 * 3", "06635015"),
            ((string)proposed.Json["state"]!, (string)proposed.Json["changes"]!["formula"]!["old"]!,
            (string)proposed.Json["changes"]!["formula"]!["new"]!, (string)proposed.Json["areas"]!.AsArray()
                .Single()!));
        Assert.Equal([20], await ValuesAsync(monitor.Anonymous, "Z61"));
        Assert.Equal([30], await ValuesAsync(editor, $"Z61&vintage={proposed.Json["vintage"]}"));
        (await monitor.Anonymous.GetAsync($"/data?indicator=Z61&vintage={proposed.Json["vintage"]}"))
            .Is(HttpStatusCode.NotFound);
        var read = (await monitor.Anonymous.GetAsync("/indicators/Z61")).Json;
        Assert.Equal(("Z60 * 2", "Testwert (en)", 1),
            ((string)read["formula"]!, (string)read["name"]!["en"]!, (int)read["vintage"]!));

        (await CheckAsync(editor, id)).Is(HttpStatusCode.OK);
        Assert.Equal("WIR-COM-0023", (await editor.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\"")))
            .Is(HttpStatusCode.Forbidden).Code);
        Assert.Equal([20], await ValuesAsync(monitor.Anonymous, "Z61"));
        (await second.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/release", Editing.Json("{}"), ("If-Match", "\"4\"")))
            .Is(HttpStatusCode.OK);

        Assert.Equal([30], await ValuesAsync(monitor.Anonymous, "Z61"));
        read = (await monitor.Anonymous.GetAsync("/indicators/Z61")).Json;
        Assert.Equal(("Z60 * 3", "Thrice"), ((string)read["formula"]!, (string)read["name"]!["en"]!));
        var revision = Assert.Single((await monitor.Reader.GetAsync("/indicators/Z61/revisions"))
            .Json["data"]!.AsArray())!;
        Assert.Equal((20, 30, "formula: \"Z60 * 2\" → \"Z60 * 3\"", "client:district"),
            ((double)revision["old"]!["value"]!, (double)revision["new"]!["value"]!, (string)revision["reason"]!,
                (string)revision["who"]!));
        // From now on it is computed like this.
        await monitor.PublishAsync("Z60", One(11), "&reason=x");
        Assert.Equal([33], await ValuesAsync(monitor.Anonymous, "Z61"));
    }

    [Fact]
    public async Task What_follows_from_a_changed_formula_follows_with_it()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z62", "Z63", 10);
        await monitor.DescribeAsync("Z64", "count", "Z63 + 1");

        var proposed = (await ChangeAsync(monitor, "Z63", node => node["formula"] = "Z62 * 5"))
            .Is(HttpStatusCode.Accepted).Json;
        Assert.Equal([21], await ValuesAsync(monitor.Anonymous, "Z64"));
        await monitor.ReleaseAsync((string)proposed["id"]!);

        Assert.Equal([50], await ValuesAsync(monitor.Anonymous, "Z63"));
        Assert.Equal([51], await ValuesAsync(monitor.Anonymous, "Z64"));
        Assert.Equal(1, await monitor.ScalarAsync<long>("""
            select count(distinct visible_at) from (
                select distinct on (indicator) visible_at from monitor.vintage where indicator in ('Z63', 'Z64')
                order by indicator, number desc) v
            """));
    }

    [Fact]
    public async Task An_embargo_holds_for_the_formula_too_and_inputs_meanwhile_are_computed_by_the_one_in_force()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z65", "Z66", 10);
        var proposed = (await ChangeAsync(monitor, "Z66", node => node["formula"] = "Z65 * 3"))
            .Is(HttpStatusCode.Accepted).Json;
        var until = DateTimeOffset.UtcNow.AddSeconds(12);

        await monitor.ReleaseAsync((string)proposed["id"]!, until.ToString("O"));
        await monitor.PublishAsync("Z65", One(100), "&reason=x");

        var early = (Values: await ValuesAsync(monitor.Anonymous, "Z66"), Formula: await FormulaAsync());
        if (DateTimeOffset.UtcNow < until)
        {
            Assert.Equal("Z65 * 2", early.Formula);
            Assert.Equal([200], early.Values);
            Assert.Equal([300], await ValuesAsync(monitor.District(), "Z66"));
        }

        await Eventually.TrueAsync(async () => (await ValuesAsync(monitor.Anonymous, "Z66")).SequenceEqual([300]),
            "the new formula counts");
        Assert.True(DateTimeOffset.UtcNow >= until);
        await Eventually.TrueAsync(async () => await FormulaAsync() == "Z65 * 3", "the catalogue says so");
        await monitor.PublishAsync("Z65", One(7), "&reason=x");
        Assert.Equal([21], await ValuesAsync(monitor.Anonymous, "Z66"));

        async Task<string> FormulaAsync() => (string)(await monitor.Anonymous.GetAsync("/indicators/Z66"))
            .Json["formula"]!;
    }

    [Fact]
    public async Task Only_the_owning_area_and_those_above_change_an_indicator()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z67", "Z68", 10);
        Assert.Equal("06635", (string)(await monitor.Anonymous.GetAsync("/indicators/Z68")).Json["area"]!);
        var (other, land) = (monitor.District("client:other", "06699"), monitor.District("client:land", "06"));

        Assert.Equal("WIR-COM-0009", (await ChangeAsync(monitor, "Z68", node => node["formula"] = "Z67 * 3", other))
            .Is(HttpStatusCode.Forbidden).Code);
        (await ChangeAsync(monitor, "Z68", node => node["name"]!["en"] = "Mine", other)).Is(HttpStatusCode.Forbidden);
        (await ChangeAsync(monitor, "Z68", node => node["area"] = "06699", other)).Is(HttpStatusCode.Forbidden);
        (await ChangeAsync(monitor, "Z68", node => node["area"] = "06699")).Is(HttpStatusCode.Forbidden);
        Assert.Equal(["/area"], (await ChangeAsync(monitor, "Z68", node => node["area"] = "06635015"))
            .Is(HttpStatusCode.UnprocessableEntity).Pointers);
        var id = (string)(await ChangeAsync(monitor, "Z68", node => node["formula"] = "Z67 * 3", land))
            .Is(HttpStatusCode.Accepted).Json["id"]!;
        (await other.GetAsync($"/imports/{id}")).Is(HttpStatusCode.Forbidden);
        (await CheckAsync(other, id)).Is(HttpStatusCode.Forbidden);
        // Its numbers change, but the method is not Korbach's to decide on.
        (await CheckAsync(monitor.As("client:korbach2", ["monitor:write", "monitor:approve"], ["06635015"]), id)).Is(HttpStatusCode.Forbidden);
        await monitor.ReleaseAsync(id);

        Assert.Equal([30], await ValuesAsync(monitor.Anonymous, "Z68"));
        (await ChangeAsync(monitor, "Z68", node => node["area"] = "06", land)).Is(HttpStatusCode.OK);
        (await ChangeAsync(monitor, "Z68", node => node["name"]!["en"] = "Mine")).Is(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("Z74", "direction", "\"lower-better\"", "direction")]
    [InlineData("Z75", "breaks", """[{"period": "2022", "note": {"de": "Bruch", "en": "Break"}}]""", "breaks")]
    [InlineData("Z76", "unit", "\"per-mille\"", "unit")]
    public async Task Whatever_numbers_are_read_by_waits_for_a_second_person(string code, string member, string value,
        string changed)
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync(code);
        await monitor.PublishAsync(code, Editing.Header + "06635015;2022;total;total;50;;500;1000\n");
        var before = (await monitor.Anonymous.GetAsync($"/indicators/{code}")).Json[member]!.ToJsonString();

        var proposed = (await ChangeAsync(monitor, code, node => node[member] = JsonNode.Parse(value)))
            .Is(HttpStatusCode.Accepted).Json;

        Assert.Equal([changed], proposed["changes"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(before, (await monitor.Anonymous.GetAsync($"/indicators/{code}")).Json[member]!.ToJsonString());
        await monitor.ReleaseAsync((string)proposed["id"]!);
        Assert.NotEqual(before, (await monitor.Anonymous.GetAsync($"/indicators/{code}")).Json[member]!.ToJsonString());
        // A rate is its counts by the unit's factor.
        Assert.Equal(member == "unit" ? [500] : [50], await ValuesAsync(monitor.Anonymous, code));
    }

    [Fact]
    public async Task What_only_describes_changes_at_once_and_changes_no_number()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z77", "Z78", 10);

        (await ChangeAsync(monitor, "Z78", node =>
        {
            node["name"]!["en"] = "Renamed";
            node["plausible"] = new JsonObject { ["min"] = 0, ["max"] = 1000 };
            node["nextUpdate"] = "2030-01-01";
        })).Is(HttpStatusCode.OK);

        var read = (await monitor.Anonymous.GetAsync("/indicators/Z78")).Json;
        Assert.Equal(("Renamed", 1), ((string)read["name"]!["en"]!, (int)read["vintage"]!));
        Assert.Equal("WIR-MON-0006", (await ChangeAsync(monitor, "Z78", node => node["periodicity"] = "month"))
            .Is(HttpStatusCode.Conflict).Code);
    }

    [Fact]
    public async Task What_was_approved_is_what_is_released()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z79", "Z80", 10);
        var (editor, second) = (monitor.District(), monitor.District("client:second"));
        var change = await ChangeAsync(monitor, "Z80", node => node["formula"] = "Z79 * 3");
        var id = (string)change.Is(HttpStatusCode.Accepted).Json["id"]!;
        Assert.Equal(id, (string)(await ChangeAsync(monitor, "Z80", node => node["formula"] = "Z79 * 3"))
            .Is(HttpStatusCode.Accepted).Json["id"]!);
        (await CheckAsync(editor, id)).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);

        await monitor.PublishAsync("Z79", One(11), "&reason=x");

        Assert.Equal("WIR-MON-0027", (await second.PostAsync($"/imports/{id}/release", Editing.Json("{}"),
            ("If-Match", "\"4\""))).Is(HttpStatusCode.Conflict).Code);
        var anew = (await editor.GetAsync($"/imports/{id}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("draft", null), ((string)anew["state"]!, (string?)anew["approvedBy"]));
        Assert.Equal([22], await ValuesAsync(monitor.Anonymous, "Z80"));
        Assert.Equal([33], await ValuesAsync(editor, $"Z80&vintage={anew["vintage"]}"));
    }

    [Fact]
    public async Task Two_drafts_that_would_lead_back_to_themselves_are_not_both_released()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z91", "Z92", 10);
        await monitor.DescribeAsync("Z93", "count", "Z91 + 1");
        var first = (string)(await ChangeAsync(monitor, "Z92", node => node["formula"] = "Z93 * 2"))
            .Is(HttpStatusCode.Accepted).Json["id"]!;
        var second = (string)(await ChangeAsync(monitor, "Z93", node => node["formula"] = "Z92 + 1"))
            .Is(HttpStatusCode.Accepted).Json["id"]!;

        await monitor.ReleaseAsync(first);
        var refused = await CheckAsync(monitor.District(), second);

        Assert.Equal("WIR-MON-0009", refused.Is(HttpStatusCode.UnprocessableEntity).Code);
        Assert.Equal([22], await ValuesAsync(monitor.Anonymous, "Z92"));
    }

    [Fact]
    public async Task A_file_for_what_is_computed_since_is_not_released()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z94", "count");
        await monitor.DescribeAsync("Z95", "count");
        await monitor.PublishAsync("Z94", One(10));
        await monitor.PublishAsync("Z95", One(1));
        var file = (string)(await monitor.ImportAsync("Z95", One(2), "&reason=x")).Is(HttpStatusCode.Created)
            .Json["id"]!;
        var formula = (await ChangeAsync(monitor, "Z95", node => node["formula"] = "Z94 * 2"))
            .Is(HttpStatusCode.Accepted).Json;

        await monitor.ReleaseAsync((string)formula["id"]!);

        Assert.Equal("superseded", (string)(await monitor.District().GetAsync($"/imports/{file}")).Json["state"]!);
        Assert.Equal("WIR-MON-0025", (await monitor.ImportAsync("Z95", One(3), "&reason=x")).Is(HttpStatusCode.Conflict)
            .Code);
        Assert.Equal([20], await ValuesAsync(monitor.Anonymous, "Z95"));
        // And back: the numbers stay, and files are taken again.
        var measured = (await ChangeAsync(monitor, "Z95", node => node.AsObject().Remove("formula")))
            .Is(HttpStatusCode.Accepted).Json;
        await monitor.ReleaseAsync((string)measured["id"]!);
        Assert.Equal([20], await ValuesAsync(monitor.Anonymous, "Z95"));
        await monitor.PublishAsync("Z95", One(4), "&reason=x");
        Assert.Equal([4], await ValuesAsync(monitor.Anonymous, "Z95"));
    }

    [Fact]
    public async Task A_formula_without_numbers_is_refused_where_there_are_some()
    {
        var monitor = await service.Value;
        await ComputedAsync(monitor, "Z96", "Z97", 10);
        await monitor.DescribeAsync("Z98", "count");

        var refused = (await ChangeAsync(monitor, "Z97", node => node["formula"] = "Z98 * 2"))
            .Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(("WIR-MON-0009", "/formula"), (refused.Code, refused.Pointers.Single()));
    }

    [Fact]
    public async Task Values_of_the_areas_above_are_written_by_the_district_that_owns_the_indicator()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z99", "count");
        const string Land = Editing.Header + "06;2022;total;total;5;;;\n";
        var other = monitor.District("client:other", "06699");

        Assert.Equal("WIR-COM-0009", (string)(await monitor.ImportAsync("Z99", Land, by: other))
            .Is(HttpStatusCode.UnprocessableEntity).Json["errors"]![0]!["code"]!);
        var id = (string)(await monitor.ImportAsync("Z99", Land)).Is(HttpStatusCode.Created).Json["id"]!;
        (await other.PostAsync($"/imports/{id}/check", Editing.Json("{}"), ("If-Match", "\"2\"")))
            .Is(HttpStatusCode.Forbidden);
        await monitor.ReleaseAsync(id);
        // Its own numbers every district reports.
        (await monitor.ImportAsync("Z99", Editing.Header + "06699;2022;total;total;7;;;\n", by: other))
            .Is(HttpStatusCode.Created);
        // When those after these are due is the owner's to say.
        var own = (string)(await monitor.ImportAsync("Z99", Editing.Header + "06635015;2022;total;total;7;;;\n",
            by: monitor.Korbach)).Is(HttpStatusCode.Created).Json["id"]!;
        var second = monitor.As("client:korbach2", ["monitor:approve"], ["06635015"]);
        (await CheckAsync(monitor.Korbach, own)).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{own}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);
        var due = Editing.Json("""{"nextUpdate": "2099-01-01"}""");
        (await second.PostAsync($"/imports/{own}/release", due, ("If-Match", "\"4\""))).Is(HttpStatusCode.Forbidden);
        (await second.PostAsync($"/imports/{own}/release", Editing.Json("{}"), ("If-Match", "\"4\"")))
            .Is(HttpStatusCode.OK);
    }

    private static async Task ComputedAsync(Running monitor, string input, string derived, int value)
    {
        await monitor.DescribeAsync(input, "count");
        await monitor.PublishAsync(input, One(value));
        await monitor.DescribeAsync(derived, "count", $"{input} * 2");
    }

    private static Task<Answer> CheckAsync(Caller by, string id) =>
        by.PostAsync($"/imports/{id}/check", Editing.Json("""{"note": "looked at"}"""), ("If-Match", "\"2\""));

    internal static string One(int value) => Editing.Header + $"06635015;2022;total;total;{value};;;\n";

    /// <summary>Sends back what was read, changed.</summary>
    internal static async Task<Answer> ChangeAsync(Running monitor, string code, Action<JsonNode> change,
        Caller? by = null)
    {
        var read = (await monitor.District().GetAsync($"/indicators/{code}")).Is(HttpStatusCode.OK);
        var node = read.Json;
        change(node);
        return await (by ?? monitor.District())
            .PutAsync($"/indicators/{code}", node.ToJsonString(), ("If-Match", read.ETag!));
    }

    internal static async Task<double?[]> ValuesAsync(Caller caller, string question) =>
        (await caller.GetAsync($"/data?indicator={question}")).Is(HttpStatusCode.OK).Json.Values();
}

[Lane(Lane.Unit)]
public sealed class MethodMembersTests
{
    private static readonly IndicatorContent s_content = MonitorSeed.ReadIndicators(MonitorService.Seed)[0].Content;

    [Fact]
    public void Every_member_of_a_description_is_decided_on()
    {
        var members = JsonSerializer.SerializeToNode(s_content, JsonColumn.Options)!.AsObject()
            .Select(pair => pair.Key);

        Assert.Equal(members.Order(), MethodMembers.Method.Concat(MethodMembers.Shape).Concat(MethodMembers.Description)
            .Order());
    }

    [Fact]
    public void A_change_that_waits_leaves_what_was_changed_meanwhile()
    {
        var changes = MethodMembers.Between(s_content, s_content with { Formula = "A02 * 2" });
        var meanwhile = s_content with { Name = new("Neu", "New") };

        Assert.Equal(("A02 * 2", "New"), (MethodMembers.Apply(meanwhile, changes).Formula,
            MethodMembers.Apply(meanwhile, changes).Name.En));
        Assert.True(MethodMembers.IsMethod(changes));
        Assert.False(MethodMembers.IsMethod(MethodMembers.Between(s_content, meanwhile)));
    }

    [Fact]
    public void Every_indicator_of_the_start_data_has_an_owner() =>
        Assert.All(MonitorSeed.ReadIndicators(MonitorService.Seed), row => Assert.Equal("06635", row.Content.Area));
}
