using System.Net;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class ReleaseTests(MonitorService service)
{
    private const string Three = Editing.Header + "06635015;2022;total;total;50;;500;1000\n06635015;2023;total;total;60,5;;605;1000\n06635011;2023;total;total;0;;0;1000\n";

    [Fact]
    public async Task Numbers_become_public_by_two_people_and_each_state_stays_readable_byte_for_byte()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z10");
        (await monitor.Anonymous.GetAsync("/data?indicator=Z10")).Is(HttpStatusCode.NotFound);

        Assert.Equal(1, await monitor.PublishAsync("Z10", Three));
        var first = (await monitor.Anonymous.GetAsync("/data?indicator=Z10&area=06635*&year=2022..2023")).Is(HttpStatusCode.OK);
        var asOf = (string)first.Json["extension"]!["asOf"]!;
        Assert.Equal([null, 0, 50, 60.5], first.Json.Values());
        Assert.Equal("missing", (string)first.Json["status"]!["0"]!);

        var refused = (await monitor.ImportAsync("Z10", Editing.Header + "06635015;2023;total;total;61;;610;1000\n")).Is(HttpStatusCode.UnprocessableEntity);
        Assert.Equal("WIR-MON-0007", refused.Code);
        Assert.Equal(2, await monitor.PublishAsync("Z10", Editing.Header + "06635015;2023;total;total;61;;610;1000\n", "&reason=Nachmeldung"));

        var later = (await monitor.Anonymous.GetAsync("/data?indicator=Z10&area=06635*&year=2022..2023")).Is(HttpStatusCode.OK);
        Assert.Equal([null, 0, 50, 61], later.Json.Values());
        foreach (var bound in new[] { $"asOf={Uri.EscapeDataString(asOf)}", "vintage=1" })
        {
            Assert.Equal(first.Bytes, (await monitor.Anonymous.GetAsync($"/data?indicator=Z10&area=06635*&year=2022..2023&{bound}")).Is(HttpStatusCode.OK).Bytes);
        }

        Assert.Equal(first.Bytes, (await monitor.Anonymous.GetAsync((string)first.Json["href"]!)).Is(HttpStatusCode.OK).Bytes);
        var revision = Assert.Single((await monitor.Reader.GetAsync("/indicators/Z10/revisions")).Is(HttpStatusCode.OK).Json["data"]!.AsArray())!;
        Assert.Equal((60.5, 61, "Nachmeldung", "client:district"), ((double)revision["old"]!["value"]!, (double)revision["new"]!["value"]!, (string)revision["reason"]!, (string)revision["who"]!));
        Assert.Null((await monitor.Anonymous.GetAsync("/indicators/Z10/revisions")).Json["data"]![0]!["who"]);
        Assert.Equal("client:district", (string?)(await monitor.Korbach.GetAsync("/indicators/Z10/revisions")).Json["data"]![0]!["who"]);
        Assert.Null((await monitor.As("client:frankenberg", ["read:internal"], ["06635011"]).GetAsync("/indicators/Z10/revisions")).Json["data"]![0]!["who"]);

        var delta = (await monitor.Anonymous.GetAsync($"/data?indicator=Z10&updatedAfter={Uri.EscapeDataString(asOf)}&format=sdmx-csv")).Is(HttpStatusCode.OK).Text.Split("\r\n");
        Assert.Equal(["dataflow,WIR:DF_Z10(1.0),R,06635015,2023,total,total,61,A,610,1000,false", ""], delta[1..]);
    }

    [Fact]
    public async Task Removed_numbers_are_told_to_who_follows_the_changes()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z11");
        await monitor.PublishAsync("Z11", Three);
        var asOf = (string)(await monitor.Anonymous.GetAsync("/data?indicator=Z11")).Json["extension"]!["asOf"]!;

        await monitor.PublishAsync("Z11", Editing.Header + "06635015;2022;total;total;50;;500;1000\n06635015;2023;total;total;60,5;;605;1000\n", "&replace=true&reason=Irrtum");

        var delta = (await monitor.Anonymous.GetAsync($"/data?indicator=Z11&updatedAfter={Uri.EscapeDataString(asOf)}&format=sdmx-csv")).Is(HttpStatusCode.OK).Text.Split("\r\n");
        Assert.Equal(["dataflow,WIR:DF_Z11(1.0),D,06635011,2023,total,total,,,,,false", ""], delta[1..]);
    }

    [Fact]
    public async Task The_same_content_twice_makes_no_new_vintage_and_a_repeated_id_no_new_import()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z12");
        var id = Guid.CreateVersion7();

        var first = (await monitor.ImportAsync("Z12", Three, $"&id={id}")).Is(HttpStatusCode.Created).Json;
        var repeated = (await monitor.ImportAsync("Z12", Three, $"&id={id}")).Is(HttpStatusCode.OK).Json;
        var again = (await monitor.ImportAsync("Z12", Three.Replace("60,5", "60.5", StringComparison.Ordinal))).Is(HttpStatusCode.OK).Json;

        Assert.Equal((string)first["id"]!, (string)repeated["id"]!);
        Assert.Equal((1, "unchanged", ","), ((int)again["vintage"]!, (string)again["state"]!, (string)first["decimal"]!));
        Assert.Equal(1, await monitor.ScalarAsync<long>("select count(*) from monitor.vintage where indicator = 'Z12'"));
    }

    [Fact]
    public async Task Nobody_approves_their_own_numbers_and_steps_have_an_order()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z13");
        var id = (string)(await monitor.ImportAsync("Z13", Three)).Is(HttpStatusCode.Created).Json["id"]!;
        var editor = monitor.District();

        Assert.Equal("WIR-MON-0006", (await monitor.District("client:second").PostAsync($"/imports/{id}/release", Editing.Json("{}"), ("If-Match", "\"2\""))).Is(HttpStatusCode.Conflict).Code);
        (await editor.PostAsync($"/imports/{id}/check", Editing.Json("{}"))).Is((HttpStatusCode)428);
        (await monitor.Korbach.PostAsync($"/imports/{id}/check", Editing.Json("{}"), ("If-Match", "\"2\""))).Is(HttpStatusCode.Forbidden);
        (await editor.PostAsync($"/imports/{id}/check", Editing.Json("""{"note": "fine"}"""), ("If-Match", "\"2\""))).Is(HttpStatusCode.OK);
        Assert.Equal("WIR-COM-0023", (await editor.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.Forbidden).Code);
        (await monitor.District("client:second").PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"2\""))).Is(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task Before_the_embargo_ends_only_editors_see_the_numbers()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z14");
        var until = DateTimeOffset.UtcNow.AddSeconds(5);

        await monitor.PublishAsync("Z14", Three, embargoUntil: until.ToString("O"));

        var early = await monitor.Anonymous.GetAsync("/data?indicator=Z14");
        if (DateTimeOffset.UtcNow < until)
        {
            early.Is(HttpStatusCode.NotFound);
            Assert.Equal("no-store", early.Message.Headers.CacheControl!.ToString());
        }

        (await monitor.District().GetAsync("/data?indicator=Z14")).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await monitor.Anonymous.GetAsync("/data?indicator=Z14")).Status == HttpStatusCode.OK, "visible after the embargo");
        Assert.True(DateTimeOffset.UtcNow >= until);
        await Eventually.TrueAsync(async () => (await monitor.Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray()
            .Any(row => (string?)row!["data"]?["code"] == "Z14" && (int?)row["data"]!["vintage"] == 1), "the feed tells of the vintage");
    }

    [Fact]
    public async Task An_import_changes_its_own_areas_and_carries_no_draft_of_others()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z71");
        await monitor.PublishAsync("Z71", Editing.Header + "06635015;2023;total;total;10;;;\n06635015;2022;total;total;11;;;\n06635011;2023;total;total;20;;;\n");
        var other = (await monitor.ImportAsync("Z71", Editing.Header + "06635011;2024;total;total;99;;;\n")).Is(HttpStatusCode.Created).Json;

        // Korbach replaces what is Korbach's: 2022 goes, Frankenberg's stays, and its draft does not ride along.
        var own = (await monitor.ImportAsync("Z71", Editing.Header + "06635015;2023;total;total;12;;;\n", "&replace=true&reason=anew", monitor.Korbach)).Is(HttpStatusCode.Created).Json;
        Assert.Equal(["06635015"], own["areas"]!.AsArray().Select(area => (string)area!));
        await monitor.ReleaseAsync((string)own["id"]!, area: "06635015");

        var shown = (await monitor.Anonymous.GetAsync("/data?indicator=Z71&format=csv")).Is(HttpStatusCode.OK).Text;
        Assert.DoesNotContain("99", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(",11", shown, StringComparison.Ordinal);
        Assert.Equal([20], (await monitor.Anonymous.GetAsync("/data?indicator=Z71&area=06635011&year=2023")).Json.Values());
        Assert.Equal([12], (await monitor.Anonymous.GetAsync("/data?indicator=Z71&area=06635015&year=2023")).Json.Values());

        // The other one was measured against what is no longer released.
        var id = (string)other["id"]!;
        var late = (await monitor.District().PostAsync($"/imports/{id}/check", Editing.Json("""{"note": "looked at"}"""), ("If-Match", "\"2\""))).Is(HttpStatusCode.Conflict);
        Assert.Equal(("WIR-MON-0027", "draft"), (late.Code, (string)late.Json["state"]!));
        var anew = (await monitor.District().GetAsync($"/imports/{id}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal((3, "draft", "06635011"), ((int)anew["version"]!, (string)anew["state"]!, (string)anew["areas"]!.AsArray().Single()!));
        Assert.True((int)anew["vintage"]! > (int)own["vintage"]!);
    }

    [Fact]
    public async Task Whoever_is_released_later_is_measured_and_approved_anew()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z72");
        await monitor.PublishAsync("Z72", Editing.Header + "06635015;2023;total;total;10;;;\n");
        var first = (string)(await monitor.ImportAsync("Z72", Editing.Header + "06635015;2024;total;total;11;;;\n")).Is(HttpStatusCode.Created).Json["id"]!;
        var second = (string)(await monitor.ImportAsync("Z72", Editing.Header + "06635011;2024;total;total;21;;;\n")).Is(HttpStatusCode.Created).Json["id"]!;
        var (editor, approver) = (monitor.District(), monitor.District("client:second"));
        (await editor.PostAsync($"/imports/{second}/check", Editing.Json("""{"note": "fine"}"""), ("If-Match", "\"2\""))).Is(HttpStatusCode.OK);
        (await approver.PostAsync($"/imports/{second}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);

        // Somebody has looked at the draft that will give way.
        Assert.Equal([21], (await editor.GetAsync("/data?indicator=Z72&vintage=3&area=06635011&year=2024")).Is(HttpStatusCode.OK).Json.Values());
        await monitor.ReleaseAsync(first);
        (await approver.PostAsync($"/imports/{second}/release", Editing.Json("{}"), ("If-Match", "\"4\""))).Is(HttpStatusCode.Conflict);

        var anew = (await editor.GetAsync($"/imports/{second}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("draft", null, null), ((string)anew["state"]!, (string?)anew["checkedBy"], (string?)anew["approvedBy"]));
        (await editor.PostAsync($"/imports/{second}/check", Editing.Json("""{"note": "fine"}"""), ("If-Match", "\"5\""))).Is(HttpStatusCode.OK);
        (await approver.PostAsync($"/imports/{second}/approve", null, ("If-Match", "\"6\""))).Is(HttpStatusCode.OK);
        (await approver.PostAsync($"/imports/{second}/release", Editing.Json("{}"), ("If-Match", "\"7\""))).Is(HttpStatusCode.OK);
        Assert.Equal([11], (await monitor.Anonymous.GetAsync("/data?indicator=Z72&area=06635015&year=2024")).Json.Values());
        Assert.Equal([21], (await monitor.Anonymous.GetAsync("/data?indicator=Z72&area=06635011&year=2024")).Json.Values());
    }

    [Fact]
    public async Task Another_district_sees_no_draft_that_holds_values_of_the_land_and_no_import_by_its_id()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z87");
        var rows = Editing.Header + "06635015;2023;total;total;50;;;\n06;2023;total;total;60;;;\n";
        var id = (string)(await monitor.ImportAsync("Z87", rows)).Is(HttpStatusCode.Created).Json["id"]!;
        var elsewhere = monitor.As("client:elsewhere", ["monitor:write"], ["06699"]);

        (await monitor.District().GetAsync("/data?indicator=Z87&vintage=1")).Is(HttpStatusCode.OK);
        (await elsewhere.GetAsync("/data?indicator=Z87&vintage=1")).Is(HttpStatusCode.NotFound);
        (await monitor.ImportAsync("Z87", rows, $"&id={id}", elsewhere)).Is(HttpStatusCode.Forbidden);
        (await monitor.ImportAsync("Z87", rows, $"&id={id}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_embargo_ends_within_a_year()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z88");
        var id = (string)(await monitor.ImportAsync("Z88", Three)).Is(HttpStatusCode.Created).Json["id"]!;

        (await monitor.District().PostAsync(
            $"/imports/{id}/release", Editing.Json("""{"embargoUntil": "9999-12-31T00:00:00Z"}"""), ("If-Match", "\"2\""))).Is((HttpStatusCode)422);
    }

    [Fact]
    public async Task A_file_of_nothing_but_a_header_replaces_nothing()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z73");
        await monitor.PublishAsync("Z73", Editing.Header + "06635015;2023;total;total;10;;;\n");

        (await monitor.ImportAsync("Z73", Editing.Header, "&replace=true&reason=oops")).Is((HttpStatusCode)422);

        Assert.Equal([10], (await monitor.Anonymous.GetAsync("/data?indicator=Z73")).Json.Values());
    }

    [Fact]
    public async Task Drafts_embargoes_and_findings_are_shown_to_those_whose_areas_they_change()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z17");
        await monitor.DescribeAsync("Z18", "points", "Z17 * 2");
        var frankenberg = monitor.As("client:frankenberg", ["monitor:write"], ["06635011"]);
        var korbach = monitor.Korbach;
        var import = (await monitor.ImportAsync("Z17", Editing.Header + "06635015;2023;total;total;50;;;\n", by: korbach)).Is(HttpStatusCode.Created).Json;
        var id = (string)import["id"]!;

        foreach (var (caller, sees) in new[] { (korbach, true), (monitor.District(), true), (frankenberg, false), (monitor.As("client:other", ["monitor:approve"], ["06635011"]), false) })
        {
            Assert.Equal(sees ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await caller.GetAsync($"/imports/{id}")).Status);
            Assert.Equal(sees ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await caller.GetAsync("/data?indicator=Z17&vintage=1")).Status);
        }

        await monitor.ReleaseAsync(id, DateTimeOffset.UtcNow.AddHours(1).ToString("O"));

        foreach (var (caller, sees) in new[] { (korbach, true), (monitor.District(), true), (frankenberg, false), (monitor.Reader, false), (monitor.Anonymous, false) })
        {
            foreach (var what in new[] { "Z17", "Z17%2B1", "Z18", "Z17&vintage=1", "Z17&asOf=2099-01-01T00:00:00Z" })
            {
                Assert.Equal((what, sees ? HttpStatusCode.OK : HttpStatusCode.NotFound), (what, (await caller.GetAsync($"/data?indicator={what}")).Status));
            }
        }

        // A draft that comes after holds what is under embargo, so its sender does not see it before.
        (await monitor.ImportAsync("Z17", Editing.Header + "06635011;2023;total;total;60;;;\n", by: frankenberg)).Is(HttpStatusCode.Created);
        (await frankenberg.GetAsync("/data?indicator=Z17&vintage=2")).Is(HttpStatusCode.NotFound);
        (await monitor.District().GetAsync("/data?indicator=Z17&vintage=2")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_computed_changes_in_the_same_transaction_as_its_inputs()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z15");
        await monitor.DescribeAsync("Z16", "points", "gap(Z15, group, non-german, german)", change: node => node["codeLists"] = new JsonObject { ["sex"] = "sex" });

        await monitor.PublishAsync("Z15", Editing.Header + "06635015;2023;total;german;80;;800;1000\n06635015;2023;total;non-german;50;;100;200\n06635011;2023;total;german;70;;700;1000\n");

        var gap = (await monitor.Anonymous.GetAsync("/data?indicator=Z16&area=06635015")).Is(HttpStatusCode.OK).Json;
        Assert.Equal([-30], gap.Values());
        var other = (await monitor.Anonymous.GetAsync("/data?indicator=Z16&area=06635011")).Json;
        Assert.Equal([null], other.Values());
        Assert.Equal("missing", (string)other["status"]!["0"]!);
        Assert.Equal(1, await monitor.ScalarAsync<long>("select count(distinct visible_at) from monitor.vintage where indicator in ('Z15', 'Z16')"));
        Assert.Equal("WIR-MON-0025", (await monitor.ImportAsync("Z16", Three)).Is(HttpStatusCode.Conflict).Code);
        var cycle = (await monitor.District().PutAsync("/indicators/Z15", IndicatorTests.Description("Z15", formula: "Z16 * 2"), ("If-Match", "*"))).Is(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(("WIR-MON-0009", "/formula"), (cycle.Code, cycle.Pointers[0]));
    }
}
