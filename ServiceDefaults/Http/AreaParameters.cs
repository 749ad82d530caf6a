using NodaTime;
using Wir.Areas;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Area keys that come from outside.</summary>
public static class AreaParameters
{
    /// <summary>The area, whatever its validity; WIR-COM-0021 (400) with the nearest ones when nobody ever had the key.</summary>
    /// <param name="areas">The register.</param>
    /// <param name="key">As asked.</param>
    /// <param name="pointer">Where it stood: <c>?area</c>, or a JSON Pointer.</param>
    public static Outcome<Area> Parse(this AreaRegister areas, string key, string pointer = "?area") =>
        areas.Find(key) is { } area ? area : Unknown(key, areas.Nearest(Shown(key)), pointer);

    /// <summary>
    /// The area as of a day: itself or, when it was merged before, its successor. Several successors, a day outside its validity and unknown
    /// keys are WIR-COM-0021. The caller names the successor in its answer.
    /// </summary>
    public static Outcome<Area> ParseAt(this AreaRegister areas, string key, LocalDate date, string pointer = "?area")
    {
        var resolution = areas.Resolve(key, date);
        if (resolution.Area is { } area) return area;
        return resolution switch
        {
            AreaResolution.Unknown unknown => Unknown(key, unknown.Nearest, pointer),
            AreaResolution.Replaced split => Problem(pointer, split.Successors, new(
                $"Das Gebiet {key} wurde geteilt.", $"The area {key} was split.")),
            _ => Problem(pointer, [], new($"Das Gebiet {key} gab es am {date} nicht.", $"There was no area {key} on {date}.")),
        };
    }

    private static ProblemCase Unknown(string key, IReadOnlyList<Area> nearest, string pointer) =>
        Problem(pointer, nearest, new($"Das Gebiet „{Shown(key)}“ ist unbekannt.", $"The area “{Shown(key)}” is not known."));

    private static ProblemCase Problem(string pointer, IReadOnlyList<Area> nearest, Text detail)
    {
        var problem = CommonProblems.UnknownArea.With(detail, new Fault(pointer, CommonProblems.UnknownArea.Code, detail));
        return nearest.Count == 0 ? problem : problem.Add("nearest", nearest.Select(area => new { area.Key, area.Name }).ToArray());
    }

    private static string Shown(string key) => key.Length > 40 ? key[..40] + "…" : key;
}
