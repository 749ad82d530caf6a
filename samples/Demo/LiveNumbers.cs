using System.Net;

namespace Wir.Demo;

/// <summary>What the monitor's live indicators of one area have counted. Live numbers are for readers with a key.</summary>
internal sealed class LiveNumbers(Door reader, string area)
{
    /// <summary>Associations that are public, decisions on entries, packages, packages in the language wanted.</summary>
    private static readonly string[] s_indicators = ["K01", "K03", "K05", "K06"];

    /// <summary>What each indicator has counted, by its code.</summary>
    public async Task<Dictionary<string, long>> ReadAsync()
    {
        var numbers = new Dictionary<string, long>();
        foreach (var code in s_indicators)
        {
            var answer = (await reader.GetAsync($"/api/monitor/v1/live/{code}?area={area}")).Is(HttpStatusCode.OK).Json;
            numbers[code] = answer.GetProperty("numerator").GetInt64();
        }

        return numbers;
    }

    /// <summary>Every one of them has counted something new.</summary>
    public static bool AllMoved(Dictionary<string, long> before, Dictionary<string, long> after) => before.All(number => after[number.Key] > number.Value);
}
