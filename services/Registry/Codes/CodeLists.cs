using System.Collections.Frozen;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Wir.Registry.Codes;

/// <summary>One code with its labels.</summary>
/// <param name="Code">Stable for good.</param>
/// <param name="De">German label.</param>
/// <param name="En">English label.</param>
public sealed record CodeEntry(string Code, string De, string En)
{
    /// <summary>The code above, in trees.</summary>
    public string? Parent { get; init; }

    /// <summary>Codes of the same thing in other schemes, by scheme.</summary>
    public IReadOnlyDictionary<string, string> Mappings { get; init; } = new Dictionary<string, string>();

    /// <summary>False for codes that may no longer be newly given; entries that have them keep them.</summary>
    public bool IsCurrent { get; init; } = true;
}

/// <summary>A closed list of codes, in its file's order.</summary>
/// <param name="version">Raised with every change of the list.</param>
/// <param name="entries">The codes.</param>
public sealed class CodeList(string version, IReadOnlyList<CodeEntry> entries)
{
    private readonly FrozenDictionary<string, CodeEntry> _byCode = entries.ToFrozenDictionary(entry => entry.Code, StringComparer.Ordinal);
    private readonly ILookup<string?, CodeEntry> _children = entries.ToLookup(entry => entry.Parent);

    public string Version { get; } = version;

    public IReadOnlyList<CodeEntry> Entries { get; } = entries;

    public CodeEntry? Find(string? code) => code is null ? null : _byCode.GetValueOrDefault(code);

    /// <summary>The code and everything below it.</summary>
    public IEnumerable<string> DescendantsAndSelf(string code) =>
        _children[code].SelectMany(child => DescendantsAndSelf(child.Code)).Prepend(code);
}

/// <summary>All code lists of the register, read once from the files beside the program.</summary>
public sealed class CodeLists
{
    public required CodeList Kinds { get; init; }

    /// <summary>The register's own tree of categories (scheme <c>wir</c>).</summary>
    public required CodeList Categories { get; init; }

    /// <summary>All schemes of categories that the register knows, by name; the first is its own.</summary>
    public required CategorySchemes Schemes { get; init; }

    public required CodeList TargetGroups { get; init; }

    public required CodeList Accessibility { get; init; }

    /// <summary>Register courts: code (<c>RA000282</c>), name, and further spellings in <see cref="CodeEntry.Mappings"/>.</summary>
    public required IReadOnlyList<Court> Courts { get; init; }

    public static CodeLists Load(string directory)
    {
        var categories = Read(Path.Combine(directory, "categories.csv"), CategorySchemes.Icnpo, CategorySchemes.Ao52);
        return new()
        {
            Kinds = Read(Path.Combine(directory, "kinds.csv"), "schemaOrg"),
            Categories = categories,
            Schemes = new CategorySchemes(categories, Read(Path.Combine(directory, "icnpo.csv")), Read(Path.Combine(directory, "ao52.csv"))),
            TargetGroups = Read(Path.Combine(directory, "target-groups.csv")),
            Accessibility = Read(Path.Combine(directory, "accessibility.csv")),
            Courts = [.. Rows(Path.Combine(directory, "courts.csv")).Select(row => new Court(row["code"], row["name"], row["names"].Split('|')))],
        };
    }

    private static CodeList Read(string file, params string[] schemes) => new(VersionOf(file), [.. Rows(file).Select(row => new CodeEntry(row["code"], row["de"], row["en"])
    {
        Parent = row.GetValueOrDefault("parent") is { Length: > 0 } parent ? parent : null,
        Mappings = schemes.Where(scheme => row[scheme].Length > 0).ToDictionary(scheme => scheme, scheme => row[scheme]),
        IsCurrent = row["validTo"].Length == 0,
    })]);

    // # version: 3
    private static string VersionOf(string file) => File.ReadLines(file).First() is var line && line.StartsWith("# version: ", StringComparison.Ordinal)
        ? line["# version: ".Length..].Trim()
        : throw new InvalidDataException($"{Path.GetFileName(file)} does not start with its version.");

    /// <summary>The rows of a file with a header and <c>;</c> between the columns, by column.</summary>
    internal static List<Dictionary<string, string>> Rows(string file)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";", AllowComments = true, TrimOptions = TrimOptions.Trim };
        using var csv = new CsvReader(new StreamReader(file), configuration);
        var rows = new List<Dictionary<string, string>>();
        csv.Read();
        csv.ReadHeader();
        var header = csv.HeaderRecord ?? [];
        while (csv.Read()) rows.Add(header.ToDictionary(name => name, name => csv.GetField(name) ?? ""));
        return rows;
    }
}

/// <summary>A register court.</summary>
/// <param name="Code">Court code in organisation identifiers: <c>RA000282</c>.</param>
/// <param name="Name">The court's place.</param>
/// <param name="Names">Folded spellings of the place.</param>
public sealed record Court(string Code, string Name, IReadOnlyList<string> Names);
