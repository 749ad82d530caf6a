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
