using System.Net;
using System.Text.Json;

namespace Wir.Demo;

/// <summary>The monitor's live counts of one area: <c>K05.numerator</c> and the like. Live values are for readers with a key.</summary>
internal sealed class LiveNumbers(Door reader, string area)
{
    private static readonly string[] s_indicators = ["K01", "K03", "K05", "K06"];
    private static readonly string[] s_counted = ["K01.numerator", "K03.numerator", "K05.numerator", "K06.numerator"];

    public async Task<Dictionary<string, double>> ReadAsync()
    {
        var numbers = new Dictionary<string, double>();
        foreach (var code in s_indicators)
        {
            var answer = (await reader.GetAsync($"/api/monitor/v1/live/{code}?area={area}")).Is(HttpStatusCode.OK).Json;
            foreach (var member in answer.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Number))
            {
                numbers[$"{code}.{member.Name}"] = member.Value.GetDouble();
            }
        }

        return numbers;
    }

    /// <summary>An association, a decision, a package, and one in the language wanted were counted since.</summary>
    public static bool Moved(Dictionary<string, double> before, Dictionary<string, double> after) =>
        s_counted.All(name => after.GetValueOrDefault(name) > before.GetValueOrDefault(name));
}
