using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using NodaTime;
using Wir.TestKit;

namespace Wir.Areas.Tests;

/// <summary>
/// Invariants over random registers with merges and splits. A failure prints its seed, which
/// <c>[Property(Replay = "…")]</c> repeats.
/// </summary>
[Lane(Lane.Unit)]
[Properties(MaxTest = 200, Arbitrary = [typeof(Choices)])]
public sealed class AreaPropertyTests
{
    [Property]
    public bool An_area_is_within_exactly_what_stands_on_its_way_up(int[] choices)
    {
        AreaRegister register = RandomRegister(choices);
        return register.All.All(area =>
        {
            HashSet<string> wayUp = [.. register.AncestorsAndSelf(area.Key).Select(above => above.Key)];
            return register.All.All(above => register.IsWithin(area.Key, above.Key) == wayUp.Contains(above.Key));
        });
    }

    [Property]
    public bool An_area_is_below_another_exactly_when_it_is_within_it(int[] choices)
    {
        AreaRegister register = RandomRegister(choices);
        return register.All.All(above =>
        {
            HashSet<string> below = [.. register.DescendantsAndSelf(above.Key).Select(area => area.Key)];
            return register.All.All(area => register.IsWithin(area.Key, above.Key) == below.Contains(area.Key));
        });
    }

    [Property]
    public bool Conversion_conserves_the_sum_and_lands_on_exactly_the_areas_of_the_day(int[] choices)
    {
        AreaRegister register = RandomRegister(choices);
        Dictionary<string, long> counts = register.All.Select((area, index) => (area.Key, Count: 1L + (index * 37)))
            .ToDictionary(entry => entry.Key, entry => entry.Count, StringComparer.Ordinal);
        return DaysOf(register).All(date =>
        {
            TerritoryConversion<long> converted = register.ToTerritory(counts, date);
            return counts.Values.Sum() == converted.Counts.Values.Sum() + converted.Unassigned.Values.Sum()
                && converted.Counts.Keys.ToHashSet(StringComparer.Ordinal)
                    .SetEquals(register.All.Where(area => area.IsValidOn(date)).Select(area => area.Key));
        });
    }

    [Property]
    public bool Every_successor_named_exists_on_the_day_and_a_living_area_is_never_replaced(int[] choices)
    {
        AreaRegister register = RandomRegister(choices);
        return DaysOf(register).All(date => register.All.All(area => register.Resolve(area.Key, date) switch
        {
            AreaResolution.Found found => found.Asked == area && area.IsValidOn(date),
            AreaResolution.Replaced replaced => area.ValidTo < date
                && replaced.Successors.Count > 0
                && replaced.Successors.All(successor => successor.IsValidOn(date)),
            AreaResolution.NotInForce => !area.IsValidOn(date) && area.SuccessorKeys.Count == 0,
            _ => false,
        }));
    }

    private static IEnumerable<LocalDate> DaysOf(AreaRegister register) =>
        register.All.Select(area => area.ValidTo).OfType<LocalDate>().Distinct().SelectMany(last => (LocalDate[])[last, last.PlusDays(1)])
            .Append(Sample.Begin).Append(new LocalDate(2100, 1, 1));

    /// <summary>
    /// Grows a register out of a list of numbers, so that FsCheck can shrink it: two districts, some municipalities (one
    /// of which has the other district's digits in its key), then a year-end per choice at which a living municipality ends without successor, in one or in two others.
    /// </summary>
    private static AreaRegister RandomRegister(int[] choices)
    {
        Dictionary<string, Area> municipalities = Enumerable.Range(1, 4 + choices.Length / 2)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{(number % 2 == 0 ? "06635" : "06636")}{number:000}"))
            .ToDictionary(key => key, key => Sample.Of(key, AreaLevel.Municipality, key.EndsWith('3') ? "06635" : key[..5]), StringComparer.Ordinal);
        List<string> living = [.. municipalities.Keys.Order(StringComparer.Ordinal)];
        int year = 1980;
        foreach (int choice in choices.Select(choice => choice & int.MaxValue).TakeWhile(_ => living.Count > 2))
        {
            string ending = living[choice % living.Count];
            living.Remove(ending);
            int successors = (choice / 7) % 4 switch { 0 => 0, 1 => 2, _ => 1 };
            int first = choice % living.Count;
            municipalities[ending] = municipalities[ending] with
            {
                ValidTo = new LocalDate(year++, 12, 31),
                SuccessorKeys = [.. Enumerable.Range(first, successors).Select(index => living[index % living.Count])],
            };
        }

        return AreaRegister.Create([Sample.Germany, Sample.Land, Sample.District, Sample.Of("06636", AreaLevel.District, "06"), .. municipalities.Values]);
    }

    public static class Choices
    {
        /// <summary>Small numbers would leave the choices in a corner; any int is as likely here.</summary>
        public static Arbitrary<int[]> Any() => Gen.Choose(0, int.MaxValue).ArrayOf().ToArbitrary();
    }
}
