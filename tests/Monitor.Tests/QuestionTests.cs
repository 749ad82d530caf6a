using System.Globalization;
using System.Net;
using System.Text;
using Wir.Areas;
using Wir.Monitor.Numbers;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>Random questions over HTTP, each compared with what the imported rows themselves say.</summary>
[Lane(Lane.Functional)]
public sealed class QuestionTests(MonitorService service)
{
    private const int Seed = 20261127;
    private static readonly AreaRegister s_areas = AreaRegister.Load(Path.Combine(MonitorService.Seed, "areas"));

    private static readonly CubeDimension[] s_dimensions =
    [
        new("area", ["06635", .. Enumerable.Range(6, 12).Select(number => $"066350{number:00}"), "06699", "06699001"]),
        new("year", ["2018", "2019", "2020", "2021", "2022", "2023"]),
        new("sex", ["total", "female", "male"]),
        new("group", ["total", "german", "non-german"]),
    ];

    [Fact]
    public async Task A_thousand_random_questions_equal_the_rows_that_were_imported()
    {
        var monitor = await service.Value;
        var random = new Random(Seed);
        var rows = Rows(random);
        await PublishAsync(monitor, "Z40", rows);
        for (var question = 0; question < 1000; question++)
        {
            var filters = s_dimensions.Select(dimension => random.Next(4) == 0 ? (Expression: "*", Holds: (_, _) => true) : RandomQuestions.Filter(random, dimension, s_areas)).ToArray();
            var address = "/data?indicator=Z40&format=csv&" + string.Join('&', s_dimensions.Select((dimension, i) => $"{dimension.Id}={Uri.EscapeDataString(filters[i].Expression)}"));

            var found = (await monitor.Anonymous.GetAsync(address)).Is(HttpStatusCode.OK).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Select(line => line.Split(',')).Where(row => row[5] != "missing").Select(row => (string.Join('|', row[..4]), row[4])).Order();

            var expected = rows.Where(row => row.At.Select((at, i) => filters[i].Holds(s_dimensions[i].Codes[at], at)).All(holds => holds))
                .Select(row => (string.Join('|', row.At.Select((at, i) => s_dimensions[i].Codes[at])), row.Value)).Order();
            Assert.True(expected.SequenceEqual(found), $"seed {Seed}, question {question}: {address}");
            if (question % 20 == 0) await CompareAvailabilityAsync(monitor, address.Replace("/data", "/availability", StringComparison.Ordinal).Replace("&format=csv", "", StringComparison.Ordinal), rows, [.. filters.Select(filter => filter.Holds)]);
        }
    }

    /// <summary>A category is left when a row has it whose other dimensions are all within the choice.</summary>
    private static async Task CompareAvailabilityAsync(Running monitor, string address, List<(int[] At, string Value)> rows, Func<string, int, bool>[] holds)
    {
        var left = (await monitor.Anonymous.GetAsync(address)).Is(HttpStatusCode.OK).Json["dimensions"]!;
        for (var i = 0; i < s_dimensions.Length; i++)
        {
            var expected = rows.Where(row => row.At.Select((at, j) => j == i || holds[j](s_dimensions[j].Codes[at], at)).All(one => one))
                .Select(row => row.At[i]).Distinct().Order().Select(at => s_dimensions[i].Codes[at]);
            Assert.True(expected.SequenceEqual(left[s_dimensions[i].Id]!.AsArray().Select(code => (string)code!)), $"seed {Seed}: {address}, {s_dimensions[i].Id}");
        }
    }

    /// <summary>Nine of ten cells, so that some are missing.</summary>
    private static List<(int[] At, string Value)> Rows(Random random)
    {
        var rows = new List<(int[], string)>();
        for (var cell = 0; cell < s_dimensions.Aggregate(1, (product, dimension) => product * dimension.Count); cell++)
        {
            if (random.Next(10) == 0) continue;
            var (rest, at) = (cell, new int[s_dimensions.Length]);
            for (var i = at.Length - 1; i >= 0; i--) (rest, at[i]) = (rest / s_dimensions[i].Count, rest % s_dimensions[i].Count);
            rows.Add((at, (random.Next(0, 1000) / 10.0).ToString(CultureInfo.InvariantCulture)));
        }

        return rows;
    }

    private static async Task PublishAsync(Running monitor, string code, List<(int[] At, string Value)> rows)
    {
        await monitor.DescribeAsync(code);
        var file = new StringBuilder("area,year,sex,group,value\n");
        foreach (var (at, value) in rows) file.Append(CultureInfo.InvariantCulture, $"{string.Join(',', at.Select((one, i) => s_dimensions[i].Codes[one]))},{value}\n");
        var import = (await monitor.ImportAsync(code, file.ToString(), by: monitor.District(area: "06"))).Is(HttpStatusCode.Created).Json;
        await monitor.ReleaseAsync((string)import["id"]!, area: "06");
    }
}
