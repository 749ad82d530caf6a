using NodaTime;

namespace Wir.Areas;

/// <summary>The rules that hold between rows. Every broken rule is noted at the row that breaks it.</summary>
internal sealed class AreaValidation
{
    // Germany with the islands, generously: Selfkant to Neiße, Haldenwanger Eck to List.
    private const double South = 47.2, North = 55.1, West = 5.8, East = 15.1;

    private readonly AreaFiles _files;
    private readonly Dictionary<string, Sourced<Area>> _byKey = new(StringComparer.Ordinal);

    private AreaValidation(AreaFiles files) => _files = files;

    public static void Check(AreaFiles files) => new AreaValidation(files).Check();

    private void Check()
    {
        if (_files.Areas.Count == 0 && _files.Faults.Count == 0)
        {
            _files.Faults.Add(new AreaFault("areas.csv", 0, "There is no area."));
        }

        foreach (Sourced<Area> row in _files.Areas)
        {
            if (!_byKey.TryAdd(row.Value.Key, row))
            {
                Sourced<Area> first = _byKey[row.Value.Key];
                Fault(row, $"The key {row.Value.Key} stands already in {first.File}({first.Line}).");
            }
        }

        foreach (Sourced<Area> row in _files.Areas)
        {
            CheckKey(row);
            CheckParent(row);
            CheckValidity(row, row.Value.ValidFrom, row.Value.ValidTo);
            CheckSuccessors(row);
            CheckCentre(row);
            if (row.Value.Population is { Count: < 0 } population)
            {
                Fault(row, $"The population {population.Count} is negative.");
            }
        }

        foreach (Sourced<PostalCodeAssignment> row in _files.PostalCodes)
        {
            CheckPostalCode(row);
        }

        CheckOverlaps();
    }

    private void Fault<T>(Sourced<T> row, string reason) => _files.Faults.Add(new AreaFault(row.File, row.Line, reason));

    private void CheckKey(Sourced<Area> row)
    {
        Area area = row.Value;
        int digits = area.Level switch
        {
            AreaLevel.Land => 2,
            AreaLevel.Regierungsbezirk => 3,
            AreaLevel.District => 5,
            AreaLevel.Municipality => 8,
            _ => 0,
        };
        bool fits = digits == 0
            ? area.Key.Length == 2 && area.Key.All(char.IsAsciiLetterUpper)
            : area.Key.Length == digits && area.Key.All(char.IsAsciiDigit);
        if (!fits)
        {
            Fault(row, digits == 0
                ? $"The key '{area.Key}' of a country must be two capital letters."
                : $"The key '{area.Key}' of the level {area.Level} must have {digits} digits.");
        }

        if (area.Ars is { } ars && (ars.Length != 12 || !ars.All(char.IsAsciiDigit)))
        {
            Fault(row, $"The ARS '{ars}' must have 12 digits.");
        }
    }

    private void CheckParent(Sourced<Area> row)
    {
        Area area = row.Value;
        if (area.ParentKey is null)
        {
            if (area.Level != AreaLevel.Country)
            {
                Fault(row, $"{area.Key} has no parent; only the country has none.");
            }
        }
        else if (!_byKey.TryGetValue(area.ParentKey, out Sourced<Area> parent))
        {
            Fault(row, $"The parent {area.ParentKey} of {area.Key} does not exist.");
        }
        else if (parent.Value.Level >= area.Level)
        {
            // Levels fall strictly on the way up, which also rules out any cycle of parents.
            Fault(row, $"The parent {area.ParentKey} ({parent.Value.Level}) of {area.Key} must be above the level {area.Level}.");
        }
    }

    private void CheckValidity<T>(Sourced<T> row, LocalDate from, LocalDate? to)
    {
        if (to < from)
        {
            Fault(row, $"The validity is reversed: from {from:uuuu-MM-dd} to {to:uuuu-MM-dd}.");
        }
    }

    private void CheckSuccessors(Sourced<Area> row)
    {
        Area area = row.Value;
        if (area.SuccessorKeys.Count == 0)
        {
            return;
        }

        if (area.ValidTo is not { } last)
        {
            Fault(row, $"{area.Key} has a successor but no last day of validity.");
        }
        else
        {
            foreach (string key in area.SuccessorKeys)
            {
                if (_byKey.TryGetValue(key, out Sourced<Area> successor) && !successor.Value.IsValidOn(last.PlusDays(1)))
                {
                    Fault(row, $"The successor {key} of {area.Key} is not valid on {last.PlusDays(1):uuuu-MM-dd}.");
                }
            }
        }

        foreach (string key in area.SuccessorKeys.Where(key => !_byKey.ContainsKey(key)))
        {
            Fault(row, $"The successor {key} of {area.Key} does not exist.");
        }

        foreach (string key in area.SuccessorKeys.GroupBy(key => key, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            Fault(row, $"The successor {key} of {area.Key} stands twice.");
        }

        if (LeadsTo(area, area.Key, []))
        {
            Fault(row, $"The successors of {area.Key} lead back to it.");
        }
    }

    private bool LeadsTo(Area area, string key, HashSet<string> seen) =>
        area.SuccessorKeys.Any(next => next == key
            || (seen.Add(next) && _byKey.TryGetValue(next, out Sourced<Area> successor) && LeadsTo(successor.Value, key, seen)));

    private void CheckCentre(Sourced<Area> row)
    {
        if ((row.Value.Latitude is null) != (row.Value.Longitude is null))
        {
            Fault(row, "Latitude and longitude belong together.");
            return;
        }

        if (row.Value is not { Latitude: { } latitude, Longitude: { } longitude })
        {
            return;
        }

        if (InGermany(longitude, latitude))
        {
            Fault(row, $"Latitude {Degrees(latitude)} and longitude {Degrees(longitude)} are swapped.");
        }
        else if (!InGermany(latitude, longitude))
        {
            Fault(row, $"The centre {Degrees(latitude)}, {Degrees(longitude)} lies outside Germany.");
        }
    }

    private static bool InGermany(double latitude, double longitude) =>
        latitude is >= South and <= North && longitude is >= West and <= East;

    private static string Degrees(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void CheckPostalCode(Sourced<PostalCodeAssignment> row)
    {
        PostalCodeAssignment code = row.Value;
        if (code.Code.Length != 5 || !code.Code.All(char.IsAsciiDigit))
        {
            Fault(row, $"The postal code '{code.Code}' must have five digits.");
        }

        CheckValidity(row, code.ValidFrom, code.ValidTo);
        if ((code.AreaKey is null) == (code.OutsideName is null))
        {
            Fault(row, $"The postal code {code.Code} needs either an area or the name of a place outside.");
        }
        else if (code.AreaKey is { } key)
        {
            if (!_byKey.TryGetValue(key, out Sourced<Area> area))
            {
                Fault(row, $"The area {key} of the postal code {code.Code} does not exist.");
            }
            else if (area.Value.Level != AreaLevel.Municipality)
            {
                Fault(row, $"The postal code {code.Code} must lead to a municipality; {key} is a {area.Value.Level}.");
            }
        }
    }

    private void CheckOverlaps()
    {
        foreach (var group in _files.PostalCodes.GroupBy(row => (row.Value.Code, row.Value.AreaKey, row.Value.OutsideName)))
        {
            Sourced<PostalCodeAssignment>? before = null;
            foreach (Sourced<PostalCodeAssignment> row in group.OrderBy(row => row.Value.ValidFrom))
            {
                if (before is { } earlier && earlier.Value.IsValidOn(row.Value.ValidFrom))
                {
                    Fault(row, $"The postal code {row.Value.Code} overlaps {earlier.File}({earlier.Line}).");
                }

                before = row;
            }
        }
    }
}
