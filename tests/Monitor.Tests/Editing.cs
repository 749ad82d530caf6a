using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Wir.Monitor.Tests;

/// <summary>What editors do, step by step, over the API.</summary>
internal static class Editing
{
    public const string Header = "area;period;sex;group;value;status;numerator;denominator\n";

    public static async Task DescribeAsync(this Running monitor, string code, string unit = "percent", string? formula = null, string periodicity = "year", Action<JsonNode>? change = null)
    {
        var description = JsonNode.Parse(IndicatorTests.Description(code, unit, formula, periodicity))!;
        change?.Invoke(description);
        (await monitor.District().PutAsync($"/indicators/{code}", description.ToJsonString(), ("If-None-Match", "*"))).Is(HttpStatusCode.Created);
    }

    public static HttpContent Csv(string text) => new StringContent(text, Encoding.UTF8, "text/csv");

    public static Task<Answer> ImportAsync(this Running monitor, string code, string csv, string parameters = "", Caller? by = null) =>
        (by ?? monitor.District()).PostAsync($"/imports?indicator={code}{parameters}", Csv(csv));

    /// <summary>Import, check, approval by a second person, release.</summary>
    public static async Task<int> PublishAsync(this Running monitor, string code, string csv, string parameters = "", string? embargoUntil = null)
    {
        var import = (await monitor.ImportAsync(code, csv, parameters)).Is(HttpStatusCode.Created).Json;
        await monitor.ReleaseAsync((string)import["id"]!, embargoUntil);
        return (int)import["vintage"]!;
    }

    public static async Task ReleaseAsync(this Running monitor, string id, string? embargoUntil = null, string area = "06635")
    {
        var (editor, second) = (monitor.District(area: area), monitor.District("client:second", area));
        (await editor.PostAsync($"/imports/{id}/check", Json("""{"note": "looked at"}"""), ("If-Match", "\"2\""))).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{id}/release", Json(embargoUntil is null ? "{}" : $$"""{"embargoUntil": "{{embargoUntil}}"}"""), ("If-Match", "\"4\""))).Is(HttpStatusCode.OK);
    }

    public static HttpContent Json(string text) => new StringContent(text, Encoding.UTF8, "application/json");

    /// <summary>Rows with counts for municipalities and years; the value is left to be computed.</summary>
    public static string Rows(IEnumerable<string> areas, int firstYear, int lastYear, int seed, params string[] groups)
    {
        var random = new Random(seed);
        var text = new StringBuilder(Header);
        foreach (var area in areas)
        {
            for (var year = firstYear; year <= lastYear; year++)
            {
                foreach (var group in groups.Length == 0 ? ["total", "german", "non-german"] : groups)
                {
                    var denominator = random.Next(50, 5000);
                    text.Append(CultureInfo.InvariantCulture, $"{area};{year};total;{group};;;{random.Next(0, denominator)};{denominator}\n");
                }
            }
        }

        return text.ToString();
    }

    public static double?[] Values(this JsonNode dataset) => [.. dataset["value"]!.AsArray().Select(value => (double?)value)];
}
