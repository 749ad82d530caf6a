using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Indicators;

namespace Wir.Monitor.Seed;

/// <summary>The catalogue of indicators, from <c>monitor/indicators.json</c>, and made-up numbers from <c>monitor/demo-numbers.json</c>.</summary>
public static class MonitorSeed
{
    public static async Task LoadAsync(IServiceProvider services, string directory, CancellationToken ct)
    {
        var db = services.GetRequiredService<MonitorDb>();
        var time = services.GetRequiredService<TimeProvider>();
        var known = await db.Indicators.Select(indicator => indicator.Code).ToListAsync(ct);
        foreach (var (code, content) in ReadIndicators(directory).Where(row => !known.Contains(row.Code)))
        {
            if (content.Area.Length == 0) throw new InvalidOperationException($"{code} of the start data has no area.");
            var indicator = new Indicator { Id = Guid.CreateVersion7(), Code = code, Version = 1, Content = content, UpdatedAt = time.GetUtcNow() };
            db.Indicators.Add(indicator);
            db.Feed(new FeedChange("indicator", indicator.Id, indicator.Version, IndicatorView.Of(indicator, null)));
        }

        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        await services.GetRequiredService<DemoNumbers>().LoadAsync(ReadDemo(directory), ct);
    }

    /// <summary>Empty when the operator deleted the file: a real district starts without made-up numbers.</summary>
    internal static IReadOnlyList<DemoSeries> ReadDemo(string directory)
    {
        var file = Path.Combine(directory, "monitor", "demo-numbers.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<DemoSeries[]>(File.ReadAllBytes(file), CodeLists.Strict)! : [];
    }

    internal static IReadOnlyList<(string Code, IndicatorContent Content)> ReadIndicators(string directory)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "monitor", "indicators.json")));
        return [.. document.RootElement.GetProperty("indicators").EnumerateArray().Select(row =>
            (row.GetProperty("code").GetString()!, row.Deserialize<IndicatorContent>(s_content)!))];
    }

    /// <summary>Strict but for <c>code</c>, which is not part of the content.</summary>
    private static readonly JsonSerializerOptions s_content = new(CodeLists.Strict) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip };
}
