using Wir.Areas;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Imports;

/// <summary>One observation of a file.</summary>
internal readonly record struct Observation(UInt128 Key, Cell Cell, int Line, bool Delete);

/// <summary>Takes the fields of a file row by row, whatever its format, checks them and keeps the observations.</summary>
internal sealed class Observations
{
    private const int BitsPerDimension = 16;
    private const int MaxCategories = 1 << BitsPerDimension;

    /// <summary>Sums of whole cubes stay exact to the unit below this.</summary>
    private const double Largest = 1e15;

    private readonly IndicatorContent _indicator;
    private readonly AreaRegister _areas;
    private readonly Func<string, bool> _mayWrite;
    private readonly Axis[] _axes;
    private readonly Dictionary<UInt128, int> _byKey = [];
    private readonly Dictionary<(int Area, int Period), bool> _validity = [];
    private readonly double? _factor;

    public Observations(IndicatorContent indicator, CodeLists lists, AreaRegister areas, Func<string, bool> mayWrite, ImportFaults faults)
    {
        (_indicator, _areas, _mayWrite, Faults) = (indicator, areas, mayWrite, faults);
        _factor = Units.Factor(indicator.Unit);
        _axes = [new Axis("area", null), new Axis(IndicatorView.PeriodDimension(indicator.Periodicity), null),
            .. indicator.Dimensions.Select(dimension => new Axis(dimension.Id, lists.Lists[dimension.List].Categories))];
    }

    public ImportFaults Faults { get; }

    public List<Observation> List { get; } = [];

    public int Rows { get; private set; }

    /// <summary>Names of the dimensions, in order.</summary>
    public IReadOnlyList<string> Dimensions => [.. _axes.Select(axis => axis.Id)];

    public IReadOnlyList<string> Codes(int dimension) => _axes[dimension].Codes;

    /// <summary>True when the category may be left out, because the whole is meant.</summary>
    public bool HasTotal(int dimension) => _axes[dimension].Categories?.Any(category => category.Code == "total") is true;

    public static int PositionOf(UInt128 key, int dimension) => (int)((key >> (dimension * BitsPerDimension)) & (MaxCategories - 1));

    /// <summary>Starts the next row.</summary>
    public Row Next(int line)
    {
        Rows++;
        return new Row(this, line);
    }

    /// <summary>One row while it is read; <see cref="Done"/> checks it as a whole.</summary>
    internal ref struct Row(Observations owner, int line)
    {
        private UInt128 _key;
        private int _area = -1;
        private int _period = -1;
        private bool _isBroken;

        public void Dimension(int dimension, ReadOnlySpan<char> text, string? column = null)
        {
            var id = owner._axes[dimension].Find(text);
            if (id < 0) id = owner.Learn(dimension, text, line, column ?? owner._axes[dimension].Id);
            if (id < 0)
            {
                _isBroken = true;
                return;
            }

            if (dimension == 0) _area = id;
            if (dimension == 1) _period = id;
            _key |= (UInt128)(uint)id << (dimension * BitsPerDimension);
        }

        public void Broken() => _isBroken = true;

        public void Done(in Fields fields, bool delete)
        {
            if (_area >= 0 && _period >= 0 && !owner.IsValid(_area, _period))
            {
                // That an area without existence has no number is true, and our own files say so.
                if (fields is { Status: ObservationStatus.Missing or ObservationStatus.NotApplicable, Broken: false } && double.IsNaN(fields.Value)) return;
                owner.NotThen(_area, _period, line);
                _isBroken = true;
            }

            var cell = delete ? Cell.Absent : owner.CellOf(fields, line, ref _isBroken);
            if (_isBroken) return;
            if (!owner._byKey.TryAdd(_key, owner.List.Count))
            {
                owner.Repeated(owner.List[owner._byKey[_key]], cell, line);
                return;
            }

            owner.List.Add(new(_key, cell, line, delete));
        }
    }

    /// <summary>A text seen for the first time: accepted into the axis, or a fault.</summary>
    private int Learn(int dimension, ReadOnlySpan<char> text, int line, string column)
    {
        var axis = _axes[dimension];
        if (axis.Codes.Count >= MaxCategories) throw new InvalidOperationException("Too many categories.");
        var shown = ImportFaults.Shown(text);
        switch (dimension)
        {
            case 0:
                if (_areas.Find(shown) is null)
                {
                    var nearest = _areas.Nearest(shown, 1) is [var one] ? one : null;
                    Faults.Add(line, column, FaultCodes.Area, $"Das Gebiet „{shown}“ ist unbekannt.{(nearest is null ? "" : $" Gemeint war vielleicht {nearest.Key} {nearest.Name}.")}",
                        $"The area “{shown}” is not known.{(nearest is null ? "" : $" Perhaps {nearest.Key} {nearest.Name} was meant.")}");
                    return -1;
                }

                if (!_mayWrite(shown))
                {
                    Faults.Add(line, column, CommonProblems.ForeignArea.Code, $"Das Gebiet {shown} liegt außerhalb der Zuständigkeit.", $"The area {shown} is outside of your authority.");
                    return -1;
                }

                return axis.Add(shown, shown);
            case 1:
                if (Periods.Parse(shown, _indicator.Periodicity) is { } period) return axis.Add(shown, period);
                var example = Example(_indicator.Periodicity);
                Faults.Add(line, column, FaultCodes.Period, $"„{shown}“ ist kein Zeitraum dieser Art; erwartet wird etwa {example}.", $"“{shown}” is no period of this kind; expected is, for example, {example}.");
                return -1;
            default:
                if (axis.Categories!.Any(category => category.Code == shown)) return axis.Add(shown, shown);
                var known = string.Join(", ", axis.Categories!.Select(category => category.Code));
                Faults.Add(line, column, FaultCodes.Category, $"„{shown}“ ist unbekannt; erlaubt sind: {known}.", $"“{shown}” is not known; allowed are: {known}.");
                return -1;
        }
    }

    private bool IsValid(int area, int period)
    {
        if (!_validity.TryGetValue((area, period), out var valid))
        {
            var (first, last) = Periods.Days(_axes[1].Codes[period]);
            var known = _areas.Find(_axes[0].Codes[area])!;
            _validity[(area, period)] = valid = known.IsValidOn(first) || known.IsValidOn(last);
        }

        return valid;
    }

    private void NotThen(int area, int period, int line)
    {
        var (key, when) = (_axes[0].Codes[area], _axes[1].Codes[period]);
        var successor = _areas.Resolve(key, Periods.Days(when).Last) is AreaResolution.Replaced replaced ? replaced.Successor : null;
        Faults.Add(line, "area", FaultCodes.Area, $"Das Gebiet {key} bestand {when} nicht.{(successor is null ? "" : $" Nachfolger ist {successor.Key} {successor.Name}.")}",
            $"The area {key} did not exist in {when}.{(successor is null ? "" : $" Its successor is {successor.Key} {successor.Name}.")}");
    }

    private Cell CellOf(in Fields fields, int line, ref bool isBroken)
    {
        if (fields.Broken) isBroken = true;
        if (isBroken || IsTooLarge(fields, line, ref isBroken)) return Cell.Absent;
        var (value, status) = (fields.Value, fields.Status);
        var hasCounts = !double.IsNaN(fields.Numerator) && !double.IsNaN(fields.Denominator);
        // None of none: there is no rate, but a sum over several areas can use the counts.
        var isNoneOfNone = hasCounts && _factor is not null && fields is { Numerator: 0, Denominator: 0 } && double.IsNaN(value);
        if (isNoneOfNone && status is (ObservationStatus.Normal or ObservationStatus.NotApplicable)) return new(double.NaN, ObservationStatus.NotApplicable, 0, 0);
        if (status == ObservationStatus.BelowHalfUnit && double.IsNaN(value)) value = 0;
        if (double.IsNaN(value) && hasCounts && !Statuses.HasNoValue(status) && _factor is { } factor && fields.Denominator != 0) value = factor * fields.Numerator / fields.Denominator;
        if (Statuses.HasNoValue(status) && (!double.IsNaN(value) || hasCounts))
        {
            Faults.Add(line, "status", FaultCodes.Status, "Zu diesem Status gehört kein Wert.", "There is no value with this status.");
            isBroken = true;
        }
        else if (double.IsNaN(value) && !Statuses.HasNoValue(status) && status != ObservationStatus.Uncertain)
        {
            Faults.Add(line, "value", FaultCodes.Value, "Der Wert fehlt; fehlende Angaben brauchen einen Status, etwa „missing“.", "The value is missing; missing values need a status, such as “missing”.");
            isBroken = true;
        }
        else if (hasCounts) CheckCounts(fields, value, line, ref isBroken);
        return new(value, status, fields.Numerator, fields.Denominator);
    }

    private bool IsTooLarge(in Fields fields, int line, ref bool isBroken)
    {
        foreach (var (number, column) in new[] { (fields.Value, "value"), (fields.Numerator, "numerator"), (fields.Denominator, "denominator") })
        {
            if (!(Math.Abs(number) > Largest)) continue;
            Faults.Add(line, column, FaultCodes.Value, "Die Zahl ist größer, als eine Zahl hier sein kann.", "The number is larger than a number can be here.");
            isBroken = true;
        }

        return isBroken;
    }

    private void CheckCounts(in Fields fields, double value, int line, ref bool isBroken)
    {
        if (Units.IsShare(_indicator.Unit) && fields.Numerator > fields.Denominator)
        {
            Faults.Add(line, "numerator", FaultCodes.NumeratorTooLarge, "Der Zähler ist größer als der Nenner.", "The numerator is greater than the denominator.");
            isBroken = true;
        }

        if (_factor is not { } factor || fields.Denominator == 0) return;
        var tolerance = (0.5 * Math.Pow(10, -fields.Decimals)) + 1e-9;
        if (Math.Abs(value - (factor * fields.Numerator / fields.Denominator)) <= tolerance) return;
        Faults.Add(line, "value", FaultCodes.Contradiction, "Der Wert ist nicht Zähler durch Nenner.", "The value is not numerator by denominator.");
        isBroken = true;
    }

    private void Repeated(Observation first, Cell cell, int line)
    {
        if (first.Cell.Equals(cell)) Faults.Add(line, "", FaultCodes.Duplicate, $"Die Zelle steht schon in Zeile {first.Line}.", $"The cell stands in line {first.Line} already.");
        else Faults.Add(line, "value", FaultCodes.Contradiction, $"Zeile {first.Line} nennt für dieselbe Zelle einen anderen Wert.", $"Line {first.Line} has another value for the same cell.");
    }

    private static string Example(string periodicity) => periodicity switch
    {
        "half" => "2024-H1", "quarter" => "2024-Q3", "month" => "2024-07", "school-year" => "2024/25", "winter-semester" => "WS2024/25", _ => "2024",
    };

    /// <summary>The categories of one dimension that the file names.</summary>
    private sealed class Axis(string id, IReadOnlyList<Category>? categories)
    {
        private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _byCode = new(StringComparer.Ordinal);

        public string Id { get; } = id;

        public IReadOnlyList<Category>? Categories { get; } = categories;

        public List<string> Codes { get; } = [];

        public int Find(ReadOnlySpan<char> text) => _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known) ? known : -1;

        public int Add(string text, string code)
        {
            if (!_byCode.TryGetValue(code, out var known))
            {
                known = Codes.Count;
                _byCode.Add(code, known);
                Codes.Add(code);
            }

            _ids[text] = known;
            return known;
        }
    }
}

/// <summary>The fields of a row beside its dimensions; NaN where there is none.</summary>
internal struct Fields
{
    public Fields() => (Value, Numerator, Denominator, Decimals) = (double.NaN, double.NaN, double.NaN, 12);

    public double Value { get; set; }

    public double Numerator { get; set; }

    public double Denominator { get; set; }

    /// <summary>Digits after the decimal sign of the value, which say how exact it is.</summary>
    public int Decimals { get; set; }

    public ObservationStatus Status { get; set; }

    public bool Broken { get; set; }
}
