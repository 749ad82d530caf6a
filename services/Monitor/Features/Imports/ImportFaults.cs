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
        if (List.Count < MaxListed) List.Add(new(line, Shown(column), code, new(de, en)));
    }

    /// <summary>As in the message: cut to a length that is of use, and without what no database and no JSON can hold.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        var shown = text.Length > 40 ? string.Concat(text[..40], "…") : text.ToString();
        for (var i = 0; i < shown.Length; i++)
        {
            if (char.IsControl(shown[i]) || char.IsSurrogate(shown[i])) return Readable(shown);
        }

        return shown;
    }

    private static string Readable(string text)
    {
        var readable = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) readable.Append(System.Text.Rune.IsControl(rune) ? "\uFFFD" : rune.ToString());
        return readable.ToString();
    }
}
