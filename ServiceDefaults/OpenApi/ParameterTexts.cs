namespace Wir.ServiceDefaults.OpenApi;

/// <summary>What parameters mean that mean the same everywhere; a route that means something else describes its own.</summary>
internal static class ParameterTexts
{
    private static readonly Dictionary<string, string> s_texts = new(StringComparer.Ordinal)
    {
        ["limit"] = "Entries per page.",
        ["cursor"] = "Where to go on; taken from links.next, opaque.",
        ["after"] = "The last position that is known already; 0 at the start.",
        ["count"] = "Whether to count: none, estimate or exact.",
        ["fields"] = "Members to answer with, separated by commas.",
        ["sort"] = "Order of the entries; a leading minus turns it round.",
        ["area"] = "Key of an area (AGS); all below it are included.",
        ["municipality"] = "Key of a municipality (AGS).",
        ["lang"] = "Language wanted (BCP 47).",
        ["q"] = "Words to search for.",
        ["format"] = "Format of the answer.",
        ["id"] = "Identifier of the thing.",
        ["code"] = "Code of the thing.",
        ["category"] = "Code of a category; what lies below it is included.",
        ["kind"] = "Code of the kind.",
        ["language"] = "Language spoken (BCP 47).",
        ["targetGroup"] = "Code of a target group.",
        ["expand"] = "Parts to answer with in full, separated by commas.",
        ["indicator"] = "Code of an indicator.",
        ["year"] = "Years, as 2024, 2015..2024 or a list with commas.",
        ["period"] = "Periods shorter than a year, as 2024-Q1 or 2024-03.",
        ["asOf"] = "Instant: what was known then.",
        ["vintage"] = "Number of a vintage; without it the newest.",
        ["territory"] = "asPublished, or current: summed to the municipalities of today.",
        ["updatedAfter"] = "Instant: only what was released later.",
        ["counts"] = "Whether to answer with numerators and denominators too.",
        ["interval"] = "Whether to answer with intervals of confidence.",
        ["rollup"] = "Dimensions to sum over.",
        ["key"] = "Key of the thing.",
        ["number"] = "Number of the version.",
        ["token"] = "Token from a link.",
        ["page"] = "Number of the page.",
        ["per_page"] = "Entries per page.",
        ["search"] = "Words to search for.",
    };

    public static string? Of(string name) => s_texts.GetValueOrDefault(name);
}
