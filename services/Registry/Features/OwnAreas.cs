using Wir.Areas;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features;

public static class OwnAreasExtensions
{
    /// <summary>Keys of the areas that a queue may show to the caller: all of theirs, or those of one that they ask for.</summary>
    public static Outcome<string[]> OwnAreas(this Caller caller, AreaRegister areas, string? asked)
    {
        if (asked is null) return caller.OwnAreas();
        if (!areas.Parse(asked).TryGet(out var area, out var problem)) return problem;
        if (!caller.Covers(area.Key)) return RegisterAssociation.ForeignArea(area.Key);
        return areas.DescendantsAndSelf(area.Key).Select(below => below.Key).ToArray();
    }
}
