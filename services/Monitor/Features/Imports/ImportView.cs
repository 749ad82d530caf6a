using System.Text.Json.Serialization;
using Wir.Monitor.Features.Indicators;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Imports;

/// <summary>An import as it is answered.</summary>
public sealed record ImportView
{
    /// <summary>Null for a dry run, which leaves nothing behind.</summary>
    public Guid? Id { get; init; }
    public required string Indicator { get; init; }
    public int Version { get; init; }
    public required string State { get; init; }

    /// <summary>Lines read so far, while it runs.</summary>
    public int Lines { get; init; }

    /// <summary>Rows of data in the file.</summary>
    public int Rows { get; init; }

    /// <summary>Rows without fault. They are stored only when all rows are.</summary>
    public int Accepted { get; init; }
    public required IReadOnlyList<FaultView> Errors { get; init; }
    public int ErrorCount { get; init; }

    /// <summary>Number of the vintage; null while there is none.</summary>
    public int? Vintage { get; init; }
    public string? Format { get; init; }

    /// <summary>The decimal sign that the file uses.</summary>
    public string? Decimal { get; init; }
    public string? Reason { get; init; }

    /// <summary>What of the indicator's description it changes, by member; null when it is a file.</summary>
    public IReadOnlyDictionary<string, MemberChange>? Changes { get; init; }

    /// <summary>Areas whose numbers it changes.</summary>
    public required IReadOnlyList<string> Areas { get; init; }

    /// <summary>Values that are noticeable; at most 1,000 are listed.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string? CheckedBy { get; init; }
    public string? CheckNote { get; init; }
    public string? ApprovedBy { get; init; }
    public string? ReleasedBy { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>Pages of the faults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ListLinks? Links { get; init; }

    internal static ImportView Of(ImportRecord record, IReadOnlyList<ImportFault> faults, bool isDryRun) => new()
    {
        Id = isDryRun ? null : record.Id,
        Indicator = record.Indicator,
        Version = record.Version,
        State = record.State,
        Lines = record.Lines,
        Rows = record.Rows,
        Accepted = record.Accepted,
        Errors = [.. faults.Select(fault => new FaultView($"/{fault.Line}/{fault.Column}", fault.Line, fault.Column, fault.Code, fault.Detail.Current))],
        ErrorCount = record.ErrorCount,
        Vintage = record.Vintage,
        Format = record.Format,
        Decimal = record.Decimal,
        Reason = record.Reason,
        Changes = record.Changes,
        Areas = record.Areas,
        Findings = record.Findings,
        CreatedBy = record.CreatedBy,
        CreatedAt = record.CreatedAt,
        CheckedBy = record.CheckedBy,
        CheckNote = record.CheckNote,
        ApprovedBy = record.ApprovedBy,
        ReleasedBy = record.ReleasedBy,
        ReleasedAt = record.ReleasedAt,
    };

    /// <summary>The same as a problem: nothing of the file was stored.</summary>
    internal ProblemCase ToProblem() => Problems.FaultyFile
        .With(new($"{ErrorCount} Fehler; nichts wurde gespeichert.", $"{ErrorCount} faults; nothing was stored."))
        .Add("id", Id).Add("state", State).Add("rows", Rows).Add("accepted", Accepted).Add("errors", Errors).Add("errorCount", ErrorCount)
        .Add("vintage", null).Add("format", Format).Add("decimal", Decimal);
}

/// <param name="Pointer">Line and column once more, in the form of all our errors.</param>
/// <param name="Line">Line of the file, from 1; for JSON-stat the number of the cell.</param>
/// <param name="Column">Name of the column.</param>
/// <param name="Code">Code of the fault.</param>
/// <param name="Detail">What is wrong and what would be right.</param>
public sealed record FaultView(string Pointer, int Line, string Column, string Code, string Detail);
