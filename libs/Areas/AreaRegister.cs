using System.Collections.Frozen;
using NodaTime;

namespace Wir.Areas;

/// <summary>
/// All areas with their hierarchy, validity and successors, in memory and immutable: safe for any number of threads.
/// An unknown key is an ordinary answer (<see langword="null"/>, an empty list, <see langword="false"/>), never an exception.
/// </summary>
public sealed class AreaRegister
{
    private readonly FrozenDictionary<string, Area> _areas;
    private readonly FrozenDictionary<string, Area[]> _children;
    private readonly FrozenDictionary<string, PostalCodeAssignment[]> _postalCodes;
    private readonly NearestAreas _nearest;

    private AreaRegister(IEnumerable<Area> areas, IReadOnlyList<PostalCodeAssignment> postalCodes)
    {
        ILookup<string?, PostalCodeAssignment> codesByArea = postalCodes.ToLookup(code => code.AreaKey);
        All = [.. areas.Select(area => area with { PostalCodes = CodesAtEnd(area, codesByArea[area.Key]) }).OrderBy(area => area.Key, StringComparer.Ordinal)];
        _areas = All.ToFrozenDictionary(area => area.Key, StringComparer.Ordinal);
        _children = All.Where(area => area.ParentKey is not null)
            .GroupBy(area => area.ParentKey!, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        _postalCodes = postalCodes.GroupBy(code => code.Code, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        _nearest = new NearestAreas(All);
    }

    /// <summary>Every area of any time, by key.</summary>
    public IReadOnlyList<Area> All { get; }

    /// <summary>
    /// Reads all area files of a directory (<c>areas*.csv</c>, <c>postal-codes*.csv</c>, <c>*Auszug*GV*.csv</c>; columns in
    /// docs/operations/areas.md).
    /// </summary>
    /// <exception cref="AreaLoadException">A file is missing or wrong; names all faults of all files.</exception>
    public static AreaRegister Load(string directory)
    {
        (AreaRegister? register, IReadOnlyList<AreaFault> faults) = Read(directory);
        return register ?? throw new AreaLoadException(faults);
    }

    /// <summary>As <see cref="Load"/>, with the faults as a value. <c>Register</c> is there exactly when there is no fault.</summary>
    public static (AreaRegister? Register, IReadOnlyList<AreaFault> Faults) Read(string directory)
    {
        AreaFiles files = AreaFiles.Read(directory);
        AreaValidation.Check(files);
        return files.Faults.Count == 0
            ? (new AreaRegister(files.Areas.Select(row => row.Value), [.. files.PostalCodes.Select(row => row.Value)]), [])
            : (null, [.. files.Faults.OrderBy(fault => fault.File, StringComparer.Ordinal).ThenBy(fault => fault.Line)]);
    }

    /// <summary>Builds a register from values, under the same rules as files; a fault's line is the position in the list, from 1.</summary>
    /// <exception cref="AreaLoadException">The values break a rule.</exception>
    public static AreaRegister Create(IEnumerable<Area> areas, IEnumerable<PostalCodeAssignment>? postalCodes = null)
    {
        AreaFiles files = AreaFiles.Of(areas, postalCodes ?? []);
        AreaValidation.Check(files);
        return files.Faults.Count == 0
            ? new AreaRegister(files.Areas.Select(row => row.Value), [.. files.PostalCodes.Select(row => row.Value)])
            : throw new AreaLoadException(files.Faults);
    }

    /// <summary>The area with this key, of any time.</summary>
    public Area? Find(string? key) => key is not null && _areas.TryGetValue(key, out Area? area) ? area : null;

    /// <summary>What the key stands for on a day: itself, a successor, nothing, or an unknown key.</summary>
    public AreaResolution Resolve(string key, LocalDate date)
    {
        if (Find(key) is not { } asked)
        {
            return new AreaResolution.Unknown(key, Nearest(key));
        }

        if (asked.IsValidOn(date))
        {
            return new AreaResolution.Found(asked);
        }

        List<Area> successors = SuccessorsOn(asked, date);
        return successors.Count > 0 ? new AreaResolution.Replaced(asked, successors) : new AreaResolution.NotInForce(asked);
    }

    /// <summary>The areas directly below that exist on a day, by key.</summary>
    public IReadOnlyList<Area> Children(string key, LocalDate date) => [.. ChildrenOf(key).Where(child => child.IsValidOn(date))];

    /// <summary>The area and everything below it, of any time; each area before those below it.</summary>
    public IReadOnlyList<Area> DescendantsAndSelf(string key)
    {
        List<Area> found = [];
        if (Find(key) is { } area)
        {
            Collect(area, found);
        }

        return found;
    }

    /// <summary>The area and everything below it, as far as it exists on a day; each area before those below it.</summary>
    public IReadOnlyList<Area> DescendantsAndSelf(string key, LocalDate date) =>
        [.. DescendantsAndSelf(key).Where(area => area.IsValidOn(date))];

    /// <summary>The area, then its parent, and so on up to the root.</summary>
    public IReadOnlyList<Area> AncestorsAndSelf(string key)
    {
        List<Area> path = [];
        for (Area? area = Find(key); area is not null; area = Find(area.ParentKey))
        {
            path.Add(area);
        }

        return path;
    }

    /// <summary>
    /// Whether an area is <paramref name="ancestorKey"/> or lies below it. The hierarchy decides, never the spelling of keys.
    /// An area that has ended stays within its own parent, so what was filed under it stays with its district; resolve the
    /// key first to ask for the municipality in charge today.
    /// </summary>
    public bool IsWithin(string key, string ancestorKey)
    {
        for (Area? area = Find(key); area is not null; area = Find(area.ParentKey))
        {
            if (string.Equals(area.Key, ancestorKey, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The municipalities of a district (or of any other area) on a day, by key.</summary>
    public IReadOnlyList<Area> Municipalities(string areaKey, LocalDate date) =>
        [.. DescendantsAndSelf(areaKey, date).Where(area => area.Level == AreaLevel.Municipality).OrderBy(area => area.Key, StringComparer.Ordinal)];

    /// <summary>Where a postal code led on a day: to municipalities of the register, to places outside it, or to both.</summary>
    public PostalCodeAnswer ByPostalCode(string code, LocalDate date)
    {
        PostalCodeAssignment[] valid = _postalCodes.TryGetValue(code, out PostalCodeAssignment[]? all)
            ? [.. all.Where(assignment => assignment.IsValidOn(date))]
            : [];
        return new PostalCodeAnswer(
            code,
            [.. valid.Where(row => row.AreaKey is not null).Select(row => _areas[row.AreaKey!]).OrderBy(area => area.Key, StringComparer.Ordinal)],
            [.. valid.Where(row => row.OutsideName is not null).Select(row => row.OutsideName!).Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// Areas of any time whose name or key is most like <paramref name="text"/>, best first: for suggestions and error
    /// messages. Spelling is folded (ä = ae = a, ß = ss) and typing errors are forgiven; nothing similar gives an empty list.
    /// </summary>
    public IReadOnlyList<Area> Nearest(string text, int count = 3) => _nearest.Find(text, count);

    /// <summary>
    /// Hands counts on to the areas that exist on <paramref name="date"/>. The sum is conserved: what cannot be assigned
    /// exactly (an area that was split, did not exist yet, ended without successor, or is unknown) is returned apart.
    /// Only counts may be converted; rates are computed again from converted counts.
    /// </summary>
    public TerritoryConversion<T> ToTerritory<T>(IEnumerable<KeyValuePair<string, T>> counts, LocalDate date)
        where T : System.Numerics.INumber<T>
    {
        Dictionary<string, T> assigned = new(StringComparer.Ordinal);
        Dictionary<string, T> unassigned = new(StringComparer.Ordinal);
        foreach ((string key, T count) in counts)
        {
            Area? target = Find(key) is { } area ? OnlySuccessorOn(area, date) : null;
            Dictionary<string, T> into = target is null ? unassigned : assigned;
            string intoKey = target?.Key ?? key;
            into[intoKey] = into.TryGetValue(intoKey, out T? sum) ? sum + count : count;
        }

        return new TerritoryConversion<T>(assigned, unassigned);
    }

    /// <summary>
    /// The population of an area with the borders of <paramref name="date"/>: areas that have joined it since the count are
    /// added, as far as they were counted on the same day. <see langword="null"/> when the area's population is unknown.
    /// </summary>
    public AreaPopulation? PopulationOn(string key, LocalDate date)
    {
        if (Find(key) is not { Population: { } own } area)
        {
            return null;
        }

        int joined = All
            .Where(other => other.ValidTo is not null && other.Key != key && other.Population?.Date == own.Date && other.IsValidOn(own.Date))
            .Where(other => OnlySuccessorOn(other, date) == area)
            .Sum(other => other.Population!.Value.Count);
        return own with { Count = own.Count + joined };
    }

    private static string[] CodesAtEnd(Area area, IEnumerable<PostalCodeAssignment> assignments) =>
        [.. assignments
            .Where(row => area.ValidTo is { } last ? row.IsValidOn(last) : row.ValidTo is null)
            .Select(row => row.Code)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    private Area[] ChildrenOf(string key) => _children.TryGetValue(key, out Area[]? children) ? children : [];

    private void Collect(Area area, List<Area> found)
    {
        found.Add(area);
        foreach (Area child in ChildrenOf(area.Key))
        {
            Collect(child, found);
        }
    }

    private Area? OnlySuccessorOn(Area area, LocalDate date) =>
        area.IsValidOn(date) ? area : SuccessorsOn(area, date) is [var only] && !WasSplitBefore(area, date) ? only : null;

    /// <summary>Also true when the parts of a split came together again, since other areas may have joined on the way.</summary>
    private bool WasSplitBefore(Area area, LocalDate date) =>
        !area.IsValidOn(date)
        && (area.SuccessorKeys.Count > 1 || area.SuccessorKeys.Any(key => WasSplitBefore(_areas[key], date)));

    private List<Area> SuccessorsOn(Area area, LocalDate date)
    {
        List<Area> found = [];
        if (area.ValidTo is not { } last || date <= last)
        {
            return found;
        }

        foreach (Area successor in area.SuccessorKeys.Select(key => _areas[key]))
        {
            IReadOnlyList<Area> reached = successor.IsValidOn(date) ? [successor] : SuccessorsOn(successor, date);
            found.AddRange(reached.Where(candidate => !found.Contains(candidate)));
        }

        return found;
    }
}
