using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>Whatever is sent, to whatever route: a clear 4xx, and nothing changed.</summary>
[Lane(Lane.Functional)]
public sealed class HardInputTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly (string What, byte[] Body)[] s_bodies =
    [
        ("nothing", []), ("no JSON", "name=x"u8.ToArray()), ("half", "{\"name\":"u8.ToArray()), ("null", "null"u8.ToArray()), ("a list", "[]"u8.ToArray()), ("a number", "1e999"u8.ToArray()),
        ("Latin-1", [.. "{\"name\":\"K"u8, 0xE4, .. "se\"}"u8]), ("UTF-16", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{\"name\":\"x\"}")).ToArray()),
        ("half a surrogate", "{\"name\":\"\\ud800\"}"u8.ToArray()), ("NUL", "{\"name\":\"a\\u0000b\"}"u8.ToArray()), ("twice", "{\"name\":\"A\",\"name\":\"B\"}"u8.ToArray()),
        ("deep", Encoding.UTF8.GetBytes(new string('[', 100_000) + new string(']', 100_000))), ("deep objects", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"name\":", 50_000)) + "1" + new string('}', 50_000))),
        ("wrong types", """{"name":1,"kind":[],"area":{},"contacts":"x","ids":"x","submitter":5,"decision":7,"associationId":"x","message":[],"email":{}}"""u8.ToArray()),
        ("unknown members", """{"nonsense":true}"""u8.ToArray()), ("comments", "{/* */}"u8.ToArray()), ("many members", Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"m{i}\":1")) + "}")),
    ];

    [Theory]
    [InlineData("/associations")]
    [InlineData("/associations/batch")]
    [InlineData("/submissions")]
    [InlineData("/submissions/0197bb42-0000-7000-8000-000000000000/confirm")]
    [InlineData("/submissions/0197bb42-0000-7000-8000-000000000000/review")]
    [InlineData("/reports")]
    [InlineData("/tasks/0197bb42-0000-7000-8000-000000000000/close")]
    [InlineData("/privacy/export")]
    [InlineData("/privacy/erase")]
    public async Task No_body_breaks_a_route_or_changes_anything(string path)
    {
        var before = await StateAsync();

        foreach (var (what, body) in s_bodies)
        {
            var (status, text) = await registry.District.PostRawAsync(path, body);
            Assert.True(status is >= 400 and < 500, $"{what}: {status} {text}");
            Assert.True(JsonNode.Parse(text)!["code"] is not null && text.Length < 100_000, $"{what}: {text[..Math.Min(300, text.Length)]}");
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A_gigabyte_is_refused_before_it_is_read_announced_or_not()
    {
        var before = await StateAsync();
        foreach (var announced in new[] { true, false })
        {
            using var http = new HttpClient { BaseAddress = new Uri(registry.App.Urls.First()) };
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{RegistryApi.Prefix}/submissions") { Content = new Endless(announced), Version = HttpVersion.Version11 };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.ExpectContinue = announced;
            request.Headers.Authorization = new("Bearer", registry.TokenOf("anonymous"));
            try
            {
                using var response = await http.SendAsync(request);
                Assert.Equal(413, (int)response.StatusCode);
            }
            catch (HttpRequestException) when (!announced)
            {
                // The server answers and closes while the rest is still being sent.
            }

            Assert.InRange(((Endless)request.Content).Sent, 0, 64L * 1024 * 1024);
        }

        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("name", "Ver\u200Dein", "/name")]
    [InlineData("name", "Verein\U000E0041", "/name")]
    [InlineData("name", "Ver\u00ADein", "/name")]
    [InlineData("name", "Spоrtverein", "/name")]
    [InlineData("name", "\u202Enierev", "/name")]
    [InlineData("name", "   ", "/name")]
    [InlineData("area", "06635' or 1=1--", "/area")]
    [InlineData("area", "", "/area")]
    public async Task A_name_that_pretends_is_named_as_the_fault(string member, string value, string pointer)
    {
        var input = Sample.Association();
        input[member] = value;

        var refused = await registry.District.PostAsync("/associations", input);

        Assert.Equal((422, pointer), (refused.Status, refused.Pointers.Single()));
    }

    [Theory]
    [InlineData("الجمعية الثقافية")]
    [InlineData("انجمن فرهنگی ایرانیان\u200Cها")]
    [InlineData("Спортивний клуб «Карпати»")]
    [InlineData("ማኅበር ኤርትራ")]
    [InlineData("Verein für Œuvre, Ğ und ẞ")]
    [InlineData("Familie 👨\u200D👩\u200D👧 Treff")]
    public async Task Names_of_every_script_come_back_as_they_were(string name)
    {
        var created = await registry.District.PostAsync("/associations", Sample.Association(name));

        Assert.True(created.Status == 201, created.Text);
        Assert.Equal(name, (string)(await registry.Anonymous.GetAsync(created.Location!)).Json["name"]!);
    }

    [Fact]
    public async Task Values_out_of_this_world_are_named_one_by_one()
    {
        var input = Sample.Association();
        input["location"] = new JsonObject { ["lat"] = 8.873194, ["lon"] = 51.27186 };
        input["offers"]![0]!["schedule"]![0]!["dtstart"] = "1899-12-31T18:00";
        input["offers"]![0]!["place"] = new JsonObject { ["lat"] = -33.9, ["lon"] = 151.2 };
        var person = Sample.Person("Alte Person");
        person["until"] = "0001-01-01";
        ((JsonArray)input["contacts"]!).Add(person);

        var refused = await registry.District.PostAsync("/associations", input);

        Assert.Equal(422, refused.Status);
        Assert.Equal(["/contacts/1/until", "/location", "/offers/0/place", "/offers/0/schedule/0/dtstart"], refused.Pointers.Order(StringComparer.Ordinal));
        Assert.Contains("swapped", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"    "}""", "/name")]
    [InlineData("""{"name":"!!!!"}""", "/name")]
    [InlineData("""{"name":"12345"}""", "/name")]
    [InlineData("""{"phone":"+      "}""", "/phone")]
    [InlineData("""{"phone":"0  -  - 1"}""", "/phone")]
    [InlineData("{}", "")]
    public async Task Who_is_no_person_is_neither_found_nor_erased(string query, string pointer)
    {
        foreach (var path in new[] { "/privacy/export", "/privacy/erase" })
        {
            var refused = await registry.Office.PostAsync(path, JsonNode.Parse(query)!);
            Assert.Equal((422, pointer), (refused.Status, refused.Pointers.Single()));
        }
    }

    [Fact]
    public async Task The_ends_of_time_and_hosts_that_cannot_be_are_no_error_of_ours()
    {
        var created = await registry.District.PostAsync("/associations", Sample.Association("Zeitloser Verein"));
        foreach (var asOf in new[] { "9999-12-31", "0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30" })
        {
            Assert.InRange((await registry.Anonymous.GetAsync($"{created.Location}?asOf={asOf}")).Status, 200, 499);
            Assert.InRange((await registry.Anonymous.GetAsync($"/areas?asOf={asOf}")).Status, 200, 499);
            Assert.InRange((await registry.Anonymous.GetAsync($"{created.Location}/occurrences?from={asOf}")).Status, 200, 499);
        }

        foreach (var until in new[] { "20261399", "20260230", "20261231T246060Z", "99991231T235959Z", "00010101" })
        {
            var endless = Sample.Association();
            endless["offers"]![0]!["schedule"]![0]!["rrule"] = $"FREQ=WEEKLY;BYDAY=TU;UNTIL={until}";
            Assert.Equal((422, "/offers/0/schedule/0/rrule"), ((await registry.District.PostAsync("/associations", endless)) is var refused ? refused.Status : 0, refused.Pointers.Single()));
        }

        foreach (var host in new[] { "xn--", "xn--ü", "a..b", "-", "[::1]", "ü.example", "1.2.3.4.5", "%00", new string('a', 300) + ".example" })
        {
            var linked = Sample.Association();
            linked["links"]![0]!["href"] = $"https://{host}/";
            Assert.InRange((await registry.District.PostAsync("/associations", linked)).Status, 200, 499);
        }

        Assert.Equal(200, (await registry.Anonymous.GetAsync("/hsds/organizations?full_service=true&per_page=500")).Status);
        Assert.Equal(200, (await registry.Anonymous.GetAsync("/associations?limit=200&format=jsonld")).Status);
    }

    [Theory]
    [InlineData("/associations?near=51.27,8.87")]
    [InlineData("/associations?facets=category")]
    [InlineData("/associations?limit=0")]
    [InlineData("/associations?limit=201")]
    [InlineData("/associations?cursor=%00")]
    [InlineData("/associations?q=%00")]
    [InlineData("/associations?area=06635&area=06635015")]
    [InlineData("/areas?asOf=yesterday")]
    [InlineData("/categories?schema=wir")]
    [InlineData("/exports?x=1")]
    public async Task What_a_route_does_not_know_is_400(string path) => Assert.Equal(400, (await registry.Anonymous.GetAsync(path)).Status);

    private Task<List<string>> StateAsync() => registry.QueryAsync("""
        select (select count(*) from registry.association) || ' ' || (select count(*) from registry.submission) || ' ' || (select count(*) from registry.office_task)
            || ' ' || (select count(*) from registry.association_version) || ' ' || (select count(*) from registry.outgoing_mail) || ' ' || (select coalesce(sum(version), 0) from registry.association)
        """);

    /// <summary>A gigabyte of spaces.</summary>
    private sealed class Endless(bool announced) : HttpContent
    {
        private const long Size = 1L << 30;

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var part = new byte[64 * 1024];
            Array.Fill(part, (byte)' ');
            for (; Sent < Size; Sent += part.Length) await stream.WriteAsync(part);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Size;
            return announced;
        }
    }
}
