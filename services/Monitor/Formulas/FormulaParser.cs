using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Formulas;

/// <summary>Reads <c>gap(E06, group, non-german, german)</c>, <c>100 * (E01 - lag(E01, 1)) / E02</c>, <c>per(K05, A03, 100)</c>.</summary>
public sealed partial class FormulaParser
{
    private const int MaxLength = 400;
    private const int MaxDepth = 24;

    private readonly string _text;
    private int _at;
    private int _depth;

    private FormulaParser(string text) => _text = text;

    public static bool TryParse(string text, [NotNullWhen(true)] out Formula? formula, [NotNullWhen(false)] out Text? fault)
    {
        (formula, fault) = (null, null);
        if (text.Length > MaxLength)
        {
            fault = new($"Höchstens {MaxLength} Zeichen sind erlaubt.", $"At most {MaxLength} characters are allowed.");
            return false;
        }

        var parser = new FormulaParser(text);
        try
        {
            formula = parser.Sum();
            parser.Skip();
            if (parser._at < text.Length) throw parser.Fault("Hier endet die Formel nicht.", "The formula does not end here.");
            return true;
        }
        catch (FormulaFaultException exception)
        {
            (formula, fault) = (null, exception.Detail);
            return false;
        }
    }

    /// <summary>True when the text is the code of an indicator and nothing else.</summary>
    public static bool IsCode(string text) => CodeForm().IsMatch(text);

    private Formula Sum()
    {
        if (++_depth > MaxDepth) throw Fault("Die Formel ist zu tief verschachtelt.", "The formula is nested too deeply.");
        var left = Product();
        while (Take("+-−") is { } sign) left = new Formula.Binary(sign == '+' ? '+' : '-', left, Product());
        _depth--;
        return left;
    }

    private Formula Product()
    {
        var left = Factor();
        while (Take("*×/÷") is { } sign) left = new Formula.Binary(sign is '*' or '×' ? '*' : '/', left, Factor());
        return left;
    }

    private Formula Factor()
    {
        if (++_depth > MaxDepth) throw Fault("Die Formel ist zu tief verschachtelt.", "The formula is nested too deeply.");
        var factor = Inner();
        _depth--;
        return factor;
    }

    private Formula Inner()
    {
        if (Take("-−") is not null) return new Formula.Binary('-', new Formula.Number(0), Factor());
        if (Take("(") is not null)
        {
            var inner = Sum();
            Expect(')');
            return inner;
        }

        Skip();
        if (NumberForm().Match(_text, _at) is { Success: true } number)
        {
            _at += number.Length;
            return new Formula.Number(double.Parse(number.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        }

        var word = Word();
        if (IsCode(word)) return new Formula.IndicatorRef(word);
        Expect('(');
        var result = Call(word);
        Expect(')');
        return result;
    }

    private Formula Call(string function)
    {
        switch (function)
        {
            case "lag":
                var lagged = Sum();
                Expect(',');
                return new Formula.Lag(lagged, WholeNumber());
            case "trend":
                var followed = Sum();
                Expect(',');
                return new Formula.Trend(followed, WholeNumber(2));
            case "yoy":
                return new Formula.YearOnYear(Sum());
            case "per":
                var counted = Sum();
                Expect(',');
                var basis = Sum();
                Expect(',');
                return new Formula.Binary('*', new Formula.Binary('/', counted, basis), Sum());
            case "gap" or "ratio":
                var of = Sum();
                Expect(',');
                var dimension = Word();
                Expect(',');
                var first = Word();
                Expect(',');
                return new Formula.Compare(of, dimension, first, Word(), function == "ratio");
            default:
                throw Fault($"„{function}“ ist weder ein Indikator noch eine Funktion (lag, yoy, trend, per, gap, ratio).", $"“{function}” is neither an indicator nor a function (lag, yoy, trend, per, gap, ratio).");
        }
    }

    private int WholeNumber(int least = 1)
    {
        Skip();
        var number = NumberForm().Match(_text, _at);
        if (!number.Success || !int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) || whole < least || whole > 100)
        {
            throw Fault($"Hier steht eine ganze Zahl von {least} bis 100.", $"A whole number from {least} to 100 belongs here.");
        }

        _at += number.Length;
        return whole;
    }

    /// <summary>A name or a category's code: letters, digits and hyphens.</summary>
    private string Word()
    {
        Skip();
        var match = WordForm().Match(_text, _at);
        if (!match.Success) throw Fault("Hier fehlt ein Name.", "A name is missing here.");
        // A code ends where a minus begins: E01-E02.
        var length = match.Value.Length >= 3 && IsCode(match.Value[..3]) ? 3 : match.Length;
        _at += length;
        return match.Value[..length];
    }

    private char? Take(string any)
    {
        Skip();
        return _at < _text.Length && any.Contains(_text[_at], StringComparison.Ordinal) ? _text[_at++] : null;
    }

    private void Expect(char sign)
    {
        if (Take(sign.ToString()) is null) throw Fault($"Hier fehlt „{sign}“.", $"“{sign}” is missing here.");
    }

    private void Skip()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
    }

    private FormulaFaultException Fault(string de, string en) => new(new($"Zeichen {_at + 1}: {de}", $"Character {_at + 1}: {en}"));

    [GeneratedRegex("^[A-Z][0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"\G[0-9]+(\.[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex NumberForm();

    [GeneratedRegex(@"\G[A-Za-z0-9][A-Za-z0-9-]*", RegexOptions.CultureInvariant)]
    private static partial Regex WordForm();

    private sealed class FormulaFaultException(Text detail) : Exception
    {
        public Text Detail { get; } = detail;
    }
}
