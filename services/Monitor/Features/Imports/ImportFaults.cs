using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Imports;

/// <summary>One fault of an imported file.</summary>
/// <param name="Line">Line of the file, from 1; for JSON-stat the number of the cell.</param>
/// <param name="Column">Name of the column; empty when the whole line is meant.</param>
/// <param name="Code">Code of the fault.</param>
/// <param name="Detail">What is wrong and what would be right.</param>
public sealed record ImportFault(int Line, string Column, string Code, Text Detail);

/// <summary>Collects all faults of a file; the list is bounded, the count is not.</summary>
internal sealed class ImportFaults
{
    public const int MaxListed = 100_000;

    public List<ImportFault> List { get; } = [];

    public int Count { get; private set; }

    public void Add(int line, string column, string code, string de, string en)
    {
        Count++;
        if (List.Count < MaxListed) List.Add(new(line, column, code, new(de, en)));
    }

    /// <summary>As in the message, cut to a length that is of use.</summary>
    public static string Shown(ReadOnlySpan<char> text) => text.Length > 40 ? string.Concat(text[..40], "…") : text.ToString();
}

/// <summary>Codes of faults in files.</summary>
internal static class FaultCodes
{
    public const string Unreadable = "WIR-MON-0011";
    public const string Area = "WIR-MON-0012";
    public const string Period = "WIR-MON-0013";
    public const string Category = "WIR-MON-0014";
    public const string Value = "WIR-MON-0015";
    public const string Status = "WIR-MON-0016";
    public const string Duplicate = "WIR-MON-0017";
    public const string Contradiction = "WIR-MON-0018";
    public const string NumeratorTooLarge = "WIR-MON-0019";
    public const string Column = "WIR-MON-0020";
    public const string Encoding = "WIR-MON-0021";
    public const string FormulaCell = "WIR-MON-0022";
    public const string MixedDecimals = "WIR-MON-0023";
    public const string ForeignArea = "WIR-COM-0009";
}
