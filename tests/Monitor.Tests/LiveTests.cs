using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using Npgsql;
using Wir.Areas;
using Wir.Contracts;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class LiveTests(MonitorService service)
{
    private const string Korbach = "06635015";
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task What_other_services_tell_is_counted_once_each()
    {
        var monitor = await service.Value;
        await using var registry = await Publisher.StartAsync<RegistrySender>(monitor, "registry");
        await using var welcome = await Publisher.StartAsync<WelcomeSender>(monitor, "welcomepackage");
        var before = await ReadAsync(monitor, Korbach);
        var (association, submission, other) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());

        await registry.EmitAsync(
            new AssociationSubmitted { AssociationId = association, SubmissionId = submission, Area = Korbach, Kind = "initiative", SubmittedAt = s_now.AddDays(-4) },
            new AssociationReviewed { AssociationId = association, SubmissionId = submission, Area = Korbach, Outcome = "approved", SubmittedAt = s_now.AddDays(-4), ReviewedAt = s_now, HoursTaken = 96 },
            Published(association, Korbach));
        await registry.EmitAsync(new AssociationSubmitted { AssociationId = other, SubmissionId = Guid.CreateVersion7(), Area = Korbach, Kind = "initiative", SubmittedAt = s_now });
        await welcome.EmitAsync(Issued(Korbach, "ar", "ar"), Issued(Korbach, "en", "ti"));

        await Eventually.TrueAsync(async () =>
        {
            var after = await ReadAsync(monitor, Korbach);
            return after["K01.numerator"] == before["K01.numerator"] + 1 && after["K03.numerator"] == before["K03.numerator"] + 1
                && after["K03.open"] == before["K03.open"] + 1 && after["K05.numerator"] == before["K05.numerator"] + 2 && after["K06.numerator"] == before["K06.numerator"] + 1;
        }, "one more association, verification, open case, two packages, one in the language wanted");

        await registry.EmitAsync(new AssociationWithdrawn { AssociationId = association, Area = Korbach, Reason = "dissolved" });
        await Eventually.TrueAsync(async () => (await ReadAsync(monitor, Korbach))["K01.numerator"] == before["K01.numerator"], "the withdrawn one is counted no more");
    }

    [Fact]
    public async Task A_live_number_that_holds_a_made_up_entry_says_so()
    {
        var monitor = await service.Value;
        await using var registry = await Publisher.StartAsync<RegistrySender>(monitor, "registry");
        var (real, invented) = ("06635002", "06635003");

        await registry.EmitAsync(Published(Guid.CreateVersion7(), real), Published(Guid.CreateVersion7(), invented, demo: true));

        await Eventually.TrueAsync(async () => (int)(await K01(real))["numerator"]! >= 1 && (int)(await K01(invented))["numerator"]! >= 1, "both are counted");
        Assert.Equal((false, true), ((bool)(await K01(real))["demo"]!, (bool)(await K01(invented))["demo"]!));

        async Task<JsonNode> K01(string area) => (await monitor.Reader.GetAsync($"/live/K01?area={area}")).Is(HttpStatusCode.OK).Json;
    }

    [Fact]
    public async Task The_overview_shows_published_associations_to_everybody_and_the_predecessors_with_them()
    {
        var monitor = await service.Value;
        await using var registry = await Publisher.StartAsync<RegistrySender>(monitor, "registry");
        var (allendorf, bromskirchen) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await registry.EmitAsync(Published(allendorf, "06635001"), Published(bromskirchen, "06635005"));

        await Eventually.TrueAsync(async () => (int)(await Row("06635001"))["publishedAssociations"]! == 2, "both stand with Allendorf");
        var answer = (await monitor.Anonymous.GetAsync("/overview?area=06635")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(21, answer["data"]!.AsArray().Count);
        Assert.DoesNotContain(answer["data"]!.AsArray(), row => (string)row!["area"]! == "06635005");

        async Task<JsonNode> Row(string area) => Assert.Single((await monitor.Anonymous.GetAsync($"/overview?area={area}")).Is(HttpStatusCode.OK).Json["data"]!.AsArray())!;
    }

    [Fact]
    public async Task Days_are_days_of_Berlin_in_both_nights_in_which_the_clock_changes()
    {
        const string Area = "06635022";
        var monitor = await service.Value;
        await using var registry = await Publisher.StartAsync<RegistrySender>(monitor, "registry");
        var year = TimeProvider.System.Today().Year;
        // From noon to noon: 23 hours in spring, 25 in autumn.
        var (spring, autumn) = (Noon(LastSunday(year, 3)), Noon(LastSunday(year, 10)));
        Assert.Equal((23, 25), ((spring - Noon(LastSunday(year, 3).PlusDays(-1))).TotalHours, (autumn - Noon(LastSunday(year, 10).PlusDays(-1))).TotalHours));

        await registry.EmitAsync(
            Reviewed(Noon(LastSunday(year, 3).PlusDays(-1)), spring, "approved"), Reviewed(Noon(LastSunday(year, 10).PlusDays(-1)), autumn, "approved"),
            Reviewed(Noon(new(year, 7, 1)), Noon(new(year, 7, 4)), "approved"), Reviewed(Noon(new(year, 7, 1)), Noon(new(year, 8, 1)), "rejected"));
        foreach (var day in new[] { 1, 2 }) await registry.EmitAsync(new AssociationSubmitted { AssociationId = Guid.CreateVersion7(), SubmissionId = Guid.CreateVersion7(), Area = Area, Kind = "initiative", SubmittedAt = Noon(new(year, 1, day)) });

        var live = await Eventually.ValueAsync<JsonNode>(async () => (await monitor.Reader.GetAsync($"/live/K03?area={Area}")).Is(HttpStatusCode.OK).Json is { } json
            && (int)json["numerator"]! == 3 && (int)json["open"]! == 2 ? json : null, "three approvals and two open cases are counted");
        Assert.Equal((1.0, 2.6), (Math.Round((double)live["value"]!, 9), Math.Round((double)live["p90"]!, 9)));

        static LocalDate LastSunday(int year, int month) => DateAdjusters.PreviousOrSame(IsoDayOfWeek.Sunday)(new LocalDate(year, month, 31));

        static DateTimeOffset Noon(LocalDate day) => CivilTime.Berlin.AtStrictly(day + new LocalTime(12, 0)).ToDateTimeOffset().ToUniversalTime();

        static AssociationReviewed Reviewed(DateTimeOffset from, DateTimeOffset to, string outcome) => new()
        {
            AssociationId = Guid.CreateVersion7(), SubmissionId = Guid.CreateVersion7(), Area = Area, Outcome = outcome, SubmittedAt = from, ReviewedAt = to, HoursTaken = (to - from).TotalHours,
        };
    }

    [Fact]
    public async Task Live_values_are_for_readers_of_the_area_only()
    {
        var monitor = await service.Value;

        (await monitor.Anonymous.GetAsync($"/live/K05?area={Korbach}")).Is(HttpStatusCode.Unauthorized);
        (await monitor.Korbach.GetAsync("/live/K05?area=06635011")).Is(HttpStatusCode.Forbidden);
        (await monitor.Reader.GetAsync($"/live/K05?area={Korbach}")).Is(HttpStatusCode.OK);
        Assert.Equal("WIR-MON-0003", (await monitor.Reader.GetAsync($"/live/E03?area={Korbach}")).Is(HttpStatusCode.NotFound).Code);
        Assert.Equal("WIR-COM-0021", (await monitor.Reader.GetAsync("/live/K05?area=99")).Is(HttpStatusCode.BadRequest).Code);
    }

    [Fact]
    public async Task Freshness_names_the_sources_and_counts_for_readers_of_all_areas_only()
    {
        var monitor = await service.Value;
        await using var welcome = await Publisher.StartAsync<WelcomeSender>(monitor, "welcomepackage");
        await welcome.EmitAsync(Issued("06635002", "ar", "ar"));

        var answer = await Eventually.ValueAsync<JsonNode>(async () =>
            (await monitor.As("client:country", ["read:internal"], ["DG"]).GetAsync("/freshness")).Is(HttpStatusCode.OK).Json is { } json && Source(json) is { } found && (long?)found["events"] > 0 ? json : null, "the package is counted");

        Assert.NotNull(answer["watermark"]);
        Assert.True((double)answer["lagSeconds"]! >= 0);
        foreach (var other in new[] { monitor.Anonymous, monitor.Reader, monitor.Korbach, monitor.As("client:writer", ["monitor:write"], ["DG"]) })
        {
            Assert.Null(Source((await other.GetAsync("/freshness")).Is(HttpStatusCode.OK).Json)!["events"]);
        }

        foreach (var scope in new[] { "read:events", "platform:admin" })
        {
            Assert.NotNull(Source((await monitor.As("client:platform", [scope], []).GetAsync("/freshness")).Is(HttpStatusCode.OK).Json)!["events"]);
        }

        static JsonNode? Source(JsonNode json) => json["sources"]!.AsArray().SingleOrDefault(source => (string)source!["service"]! == "welcomepackage");
    }

    [Fact]
    public async Task The_journal_cannot_be_changed()
    {
        var monitor = await service.Value;

        foreach (var sql in new[] { "update monitor.journal set area = 'x'", "delete from monitor.journal", "truncate monitor.journal" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => monitor.ScalarAsync<object>(sql));
            Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
        }
    }

    private static AssociationPublished Published(Guid id, string area, bool demo = false) => new()
    {
        AssociationId = id,
        Area = area,
        Snapshot = new AssociationSnapshot
        {
            Id = id, Number = "WF-1-1", Version = 1, Kind = "initiative", Name = "Chor", Area = area, Demo = demo, UpdatedAt = s_now,
        },
    };

    private static PackageIssued Issued(string area, string language, string wanted) =>
        new() { PackageId = Guid.CreateVersion7(), Area = area, Language = language, WantedLanguage = wanted, Channel = "office" };

    private static async Task<Dictionary<string, double>> ReadAsync(Running monitor, string area)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var code in new[] { "K01", "K03", "K05", "K06" })
        {
            var json = (await monitor.Reader.GetAsync($"/live/{code}?area={area}")).Is(HttpStatusCode.OK).Json.AsObject();
            foreach (var (name, value) in json.Where(member => member.Value?.GetValueKind() == System.Text.Json.JsonValueKind.Number)) numbers[$"{code}.{name}"] = (double)value!;
        }

        return numbers;
    }
}
