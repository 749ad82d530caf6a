using System.Text.RegularExpressions;
using Wir.Monitor.Domain;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Indicators;

/// <summary>From what was sent to a full description; every gap is named.</summary>
internal static partial class IndicatorCheck
{
    private const int LongestText = 2000;

    public static Outcome<IndicatorContent> Check(string code, string owner, IndicatorInput input,
        IndicatorContent? before, CodeLists lists)
    {
        var faults = new Faults();
        if (!CodeForm().IsMatch(code)) faults.Invalid("/code", new("Ein Code ist ein Buchstabe und zwei Ziffern, etwa E03.", "A code is a letter and two digits, such as E03."));
        if (input.Code is { } named && named != code) faults.Invalid("/code", new("Der Code ist nicht der des Pfads.", "The code is not that of the path."));
        var content = new IndicatorContent
        {
            Area = owner,
            Name = faults.Text("/name", input.Name),
            Definition = faults.Text("/definition", input.Definition),
            Numerator = faults.Text("/numerator", input.Numerator),
            Denominator = faults.Text("/denominator", input.Denominator),
            Unit = faults.OneOf("/unit", input.Unit, lists.Units.Keys),
            Direction = faults.OneOf("/direction", input.Direction, Periodicities.Directions),
            Field = faults.OneOf("/field", input.Field, lists.Fields.Keys),
            Source = new IndicatorSource(faults.Required("/source/code", input.Source?.Code), faults.Text("/source/name", input.Source?.Name)),
            Periodicity = faults.OneOf("/periodicity", input.Periodicity, Periodicities.All),
            LowestLevel = faults.OneOf("/lowestLevel", input.LowestLevel, Periodicities.Levels),
            Contact = faults.Text("/contact", input.Contact),
            Licence = faults.Text("/licence", input.Licence),
            Dimensions = [.. ListsOf(input, before).Select(pair => Dimension(faults, pair, lists))],
            Formula = string.IsNullOrWhiteSpace(input.Formula) ? null : input.Formula.Trim(),
            Breaks = [.. (input.Breaks ?? []).Select((one, index) => new SeriesBreak(
                faults.Period($"/breaks/{index}/period", one.Period, input.Periodicity), faults.Text($"/breaks/{index}/note", one.Note)))],
            Plausible = input.Plausible,
            NextUpdate = input.NextUpdate,
        };
        if (content.Field.Length > 0 && !code.StartsWith(content.Field, StringComparison.Ordinal))
        {
            faults.Invalid("/field", new("Das Feld ist der erste Buchstabe des Codes.", "The field is the first letter of the code."));
        }

        if (content.Plausible is { } bounds && bounds.Min > bounds.Max) faults.Invalid("/plausible", new("Die untere Grenze liegt über der oberen.", "The lower bound is above the upper one."));
        return faults.List.Count == 0 ? content : Problems.IncompleteIndicator.With(
            new("Zu jedem Indikator gehört eine vollständige Beschreibung auf Deutsch und Englisch.", "Every indicator needs a full description in German and English."), faults.List);
    }

    /// <summary>As given; else what was read is sent back, or the breakdowns are named only: their lists are as before, or called the same.</summary>
    private static IEnumerable<KeyValuePair<string, string>> ListsOf(IndicatorInput input, IndicatorContent? before) =>
        input.CodeLists ?? (input.Dimensions ?? []).Distinct().Where(id => id is not (null or "area" or "year" or "period")).Select(id => KeyValuePair.Create(
            id, before?.Dimensions.FirstOrDefault(known => known.Id == id)?.List ?? (id == "group" ? "group-nationality" : id)));

    private static DimensionRef Dimension(Faults faults, KeyValuePair<string, string> pair, CodeLists lists)
    {
        if (!DimensionForm().IsMatch(pair.Key) || Reading.Selection.Reserved.Contains(pair.Key))
        {
            faults.Invalid($"/codeLists/{pair.Key}", new("Der Name einer Gliederung besteht aus kleinen Buchstaben und ist noch frei.", "The name of a breakdown is in small letters and not taken."));
        }

        return new(pair.Key, faults.OneOf($"/codeLists/{pair.Key}", pair.Value, lists.Lists.Keys));
    }

    [GeneratedRegex("^[A-Z][0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex DimensionForm();

    private sealed class Faults
    {
        public List<Fault> List { get; } = [];

        public void Invalid(string pointer, Text detail) => List.Add(new(pointer, CommonProblems.Faults.InvalidValue, detail));

        public string Required(string pointer, string? value)
        {
            if (string.IsNullOrWhiteSpace(value)) List.Add(new(pointer, CommonProblems.Faults.MissingMember, new("Die Angabe fehlt.", "The value is missing.")));
            else if (value.Length > LongestText) List.Add(new(pointer, CommonProblems.Faults.TooLong, new($"Höchstens {LongestText} Zeichen sind erlaubt.", $"At most {LongestText} characters are allowed.")));
            else return value.Trim();
            return "";
        }

        public LocalText Text(string pointer, LocalTextInput? value) => new(Required(pointer + "/de", value?.De), Required(pointer + "/en", value?.En));

        public string Period(string pointer, string? value, string? periodicity)
        {
            var text = Required(pointer, value);
            if (text.Length == 0 || periodicity is null || Periods.Parse(text, periodicity) is not { } period)
            {
                if (text.Length > 0) Invalid(pointer, new("Das ist kein Zeitraum dieses Indikators.", "This is no period of this indicator."));
                return text;
            }

            return period;
        }

        public string OneOf(string pointer, string? value, IEnumerable<string> allowed)
        {
            var known = allowed.ToArray();
            if (Required(pointer, value) is { Length: > 0 } text && !known.Contains(text))
            {
                var list = string.Join(", ", known);
                Invalid(pointer, new($"Erlaubt ist eines von: {list}.", $"Allowed is one of: {list}."));
            }

            return value ?? "";
        }
    }
}
