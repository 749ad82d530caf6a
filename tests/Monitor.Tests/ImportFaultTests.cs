using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class ImportFaultTests(MonitorService service)
{
    /// <summary>Every line but the first two has one fault; the expected line, column and code stand beside it.</summary>
    private static readonly (string Line, string? Column, string? Code)[] s_lines =
    [
        ("06635015;2022;total;total;50,5;;505;1000", null, null),
        ("06635011;2022;total;total;.;;;", null, null),
        ("06635099;2022;total;total;50;;;", "area", "WIR-MON-0012"),
        ("06635005;2023;total;total;50;;;", "area", "WIR-MON-0012"),
        ("06635015;2024 / 2005;total;total;50;;;", "period", "WIR-MON-0013"),
        ("06635015;2024-Q1;total;total;50;;;", "period", "WIR-MON-0013"),
        ("06635015;2023;frau;total;50;;;", "sex", "WIR-MON-0014"),
        ("06635015;2023;total;total;1.234,5;;;", "value", "WIR-MON-0023"),
        ("06635015;2023;total;total;50.5;;;", "value", "WIR-MON-0023"),
        ("06635015;2023;total;total;viele;;;", "value", "WIR-MON-0015"),
        ("06635015;2023;total;total;;;;", "value", "WIR-MON-0015"),
        ("06635015;2023;total;total;50;halb;;", "status", "WIR-MON-0016"),
        ("06635015;2023;total;total;50;missing;;", "status", "WIR-MON-0016"),
        ("06635015;2023;total;total;120;;1200;1000", "numerator", "WIR-MON-0019"),
        ("06635015;2023;total;total;60;;505;1000", "value", "WIR-MON-0018"),
        ("06635015;2023;total;total;=SUM(A1:A2);;;", "value", "WIR-MON-0022"),
        ("06635015;2022;total;total;50,5;;505;1000", "", "WIR-MON-0017"),
        ("06635015;2022;total;total;51,5;;515;1000", "value", "WIR-MON-0018"),
        ("06635015;2023;total", "", "WIR-MON-0011"),
    ];

    [Fact]
    public async Task Every_fault_is_named_by_line_and_column_and_nothing_is_stored()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z20");
        var file = "\uFEFF" + Editing.Header + string.Join('\n', s_lines.Select(line => line.Line)) + "\n";
        var expected = s_lines.Select((line, at) => (Line: at + 2, line.Column, line.Code)).Where(line => line.Code is not null).ToArray();

        var dry = (await monitor.ImportAsync("Z20", file, "&dryRun=true")).Is(HttpStatusCode.UnprocessableEntity);
        var real = (await monitor.ImportAsync("Z20", file)).Is(HttpStatusCode.UnprocessableEntity);

        foreach (var answer in new[] { dry, real })
        {
            Assert.Equal("WIR-MON-0005", answer.Code);
            Assert.Equal(expected, answer.Json["errors"]!.AsArray().Select(fault => ((int)fault!["line"]!, (string?)fault["column"], (string?)fault["code"])));
            Assert.Equal((expected.Length, 2), ((int)answer.Json["errorCount"]!, (int)answer.Json["accepted"]!));
        }

        Assert.Equal(0, await monitor.ScalarAsync<long>("select count(*) from monitor.vintage where indicator = 'Z20'"));
        Assert.Equal(1, await monitor.ScalarAsync<long>("select count(*) from monitor.import where indicator = 'Z20'"));
    }

    [Fact]
    public async Task Many_faults_are_read_page_by_page()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z21");
        var file = new StringBuilder(Editing.Header);
        for (var i = 0; i < 735; i++) file.Append(CultureInfo.InvariantCulture, $"9{i:0000000};2022;total;total;1;;;\n");

        var answer = (await monitor.ImportAsync("Z21", file.ToString())).Is(HttpStatusCode.UnprocessableEntity).Json;
        var lines = new List<int>();
        for (string? path = $"/imports/{answer["id"]}?limit=200"; path is not null;)
        {
            var page = (await monitor.District().GetAsync(path)).Is(HttpStatusCode.OK).Json;
            lines.AddRange(page["errors"]!.AsArray().Select(fault => (int)fault!["line"]!));
            path = (string?)page["links"]!["next"];
        }

        Assert.Equal(735, (int)answer["errorCount"]!);
        Assert.Equal(Enumerable.Range(2, 735), lines);
    }

    [Fact]
    public async Task Windows_1252_is_named_line_by_line()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z22");
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(Editing.Header + "06635015;2022;total;total;1;;;\n06635015;2023;m\u00e4nnlich;total;1;;;\n"));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        var answer = (await monitor.District().PostAsync("/imports?indicator=Z22", content)).Is(HttpStatusCode.UnprocessableEntity).Json;

        Assert.Equal([(3, "sex", "WIR-MON-0021"), (3, "sex", "WIR-MON-0014")], answer["errors"]!.AsArray().Select(fault => ((int)fault!["line"]!, (string)fault["column"]!, (string)fault["code"]!)));
    }

    [Fact]
    public async Task What_no_database_can_hold_is_a_fault_like_any_other()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z24");
        var long39 = new string('x', 39);
        foreach (var text in new[]
        {
            Editing.Header + "0663\05015;2022;total;total;1;;;\n",
            Editing.Header + $"{long39}\U0001F600{long39};2022;total;total;1;;;\n",
            "ar\0ea;period;sex;group;value\n06635015;2022;total;total;1\n",
            Editing.Header + "06635015;2022;total;total;1;st\0;;\n",
        })
        {
            var answer = (await monitor.ImportAsync("Z24", text)).Is(HttpStatusCode.UnprocessableEntity);
            Assert.Equal("WIR-MON-0005", answer.Code);
            Assert.NotEmpty((await monitor.District().GetAsync($"/imports/{answer.Json["id"]}")).Is(HttpStatusCode.OK).Json["errors"]!.AsArray());
        }

        // As Windows programs save "Unicode".
        var utf16 = new ByteArrayContent([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Editing.Header + "06635015;2022;total;total;1;;;\n")]);
        utf16.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        (await monitor.District().PostAsync("/imports?indicator=Z24", utf16)).Is(HttpStatusCode.UnprocessableEntity);
        (await monitor.ImportAsync("Z24", Editing.Header, "&reason=%00")).Is(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("1e400", "WIR-MON-0015")]
    [InlineData("1e300", "WIR-MON-0015")]
    public async Task A_number_beyond_all_bounds_is_named(string number, string code)
    {
        var monitor = await service.Value;
        await EnsureAsync(monitor, "Z25");

        var answer = (await monitor.District().PostAsync("/imports?indicator=Z25", Editing.Json(
            """{"class": "dataset", "version": "2.0", "id": ["area", "year"], "size": [1, 1], "dimension": {"area": {"category": {"index": ["06635015"]}}, "year": {"category": {"index": ["2022"]}}}, "value": [VALUE]}""".Replace("VALUE", number, StringComparison.Ordinal)))).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(code, (string)answer.Json["errors"]![0]!["code"]!);
    }

    [Fact]
    public async Task Periods_of_every_kind_are_taken_and_asked_for()
    {
        var monitor = await service.Value;
        foreach (var (code, periodicity, first, second, parameter, sdmx) in new[]
        {
            ("Z26", "school-year", "2022/23", "2023/2024", "year=2022/23..2023/24", "2023-08-01/P1Y"), ("Z27", "winter-semester", "WS2022/23", "WS2023/24", "year=from(WS2022/23)", "2023-10-01/P6M"),
            ("Z28", "half", "2023-H1", "2023-H2", "period=latest(2)", "2023-S2"), ("Z29", "quarter", "2023-Q3", "2023-Q4", "period=2023-Q3,2023-Q4", "2023-Q4"),
        })
        {
            await monitor.DescribeAsync(code, periodicity: periodicity);
            await monitor.PublishAsync(code, $"area;period;value\n06635015;{first};1\n06635015;{second};2\n");

            Assert.Equal([1, 2], (await monitor.Anonymous.GetAsync($"/data?indicator={code}&{parameter}")).Is(HttpStatusCode.OK).Json.Values());
            Assert.Contains($",{sdmx},", (await monitor.Anonymous.GetAsync($"/data?indicator={code}&format=sdmx-csv")).Text, StringComparison.Ordinal);
            Assert.Equal("WIR-MON-0013", (string)(await monitor.ImportAsync(code, "area;period;value\n06635015;2024 / 2005;1\n")).Is(HttpStatusCode.UnprocessableEntity).Json["errors"]![0]!["code"]!);
        }
    }

    private static async Task EnsureAsync(Running monitor, string code)
    {
        if ((await monitor.Anonymous.GetAsync($"/indicators/{code}")).Status != HttpStatusCode.OK) await monitor.DescribeAsync(code);
    }

    [Fact]
    public async Task A_foreign_area_a_strange_type_and_a_huge_file_are_refused()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z23");

        var foreign = (await monitor.ImportAsync("Z23", Editing.Header + "06635011;2022;total;total;1;;;\n", by: monitor.Korbach)).Is(HttpStatusCode.UnprocessableEntity).Json;
        Assert.Equal("WIR-COM-0009", (string)foreign["errors"]![0]!["code"]!);
        (await monitor.District().PostAsync("/imports?indicator=Z23", new StringContent("x", Encoding.UTF8, "text/plain"))).Is(HttpStatusCode.UnsupportedMediaType);
        (await monitor.District().PostAsync("/imports?indicator=Z23", Editing.Json("{\"class\": \"dataset\", \"version\": \"2.0\", \"id\": [\"area\"], \"size\": [-4]}"))).Is(HttpStatusCode.UnprocessableEntity);
        (await monitor.District().PostAsync("/imports?indicator=Z23", Editing.Csv(""))).Is(HttpStatusCode.UnprocessableEntity);
        using var huge = new HttpRequestMessage(HttpMethod.Post, Running.Prefix + "/imports?indicator=Z23") { Content = new EndlessContent(1L << 30) };
        huge.Headers.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await monitor.District().Client.SendAsync(huge)).StatusCode);
    }

    [Fact]
    public async Task A_gigabyte_that_does_not_say_its_length_is_refused_on_the_way_and_nothing_is_kept()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z84");
        var client = monitor.District().Client;
        using var socket = new TcpClient();
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Running.Prefix}/imports?indicator=Z84 HTTP/1.1\r\nHost: {client.BaseAddress.Authority}\r\nAuthorization: {client.DefaultRequestHeaders.Authorization}\r\n"
            + "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"));
        using var reader = new StreamReader(stream, leaveOpen: true);
        var answer = reader.ReadLineAsync();
        var part = Encoding.ASCII.GetBytes($"{1 << 20:x}\r\n{new string('7', 1 << 20)}\r\n");
        var sent = 0;
        try
        {
            while (sent < 1024 && !answer.IsCompleted)
            {
                await stream.WriteAsync(part);
                sent++;
            }
        }
        catch (IOException)
        {
            // It listens no longer.
        }

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await answer);
        Assert.True(sent < 512, $"{sent} MiB were taken");
        Assert.Equal(0, await monitor.ScalarAsync<long>("select count(*) from monitor.import where indicator = 'Z84'"));
    }

    /// <summary>Says that it is a gigabyte; with 100-continue nobody has to send it.</summary>
    private sealed class EndlessContent : HttpContent
    {
        private readonly long _length;

        public EndlessContent(long length)
        {
            _length = length;
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var part = new byte[64 * 1024];
            for (var sent = 0L; sent < _length; sent += part.Length) await stream.WriteAsync(part);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
