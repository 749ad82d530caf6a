using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Wir.ServiceDefaults.Errors;

/// <summary>One kind of error that an API can answer (RFC 9457). Codes are append-only.</summary>
/// <param name="Code">For example <c>WIR-REG-0007</c>; prefixes REG, WEL, MON, GAT, COM.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">Fixed per code.</param>
public sealed record Problem(string Code, int Status, Text Title)
{
    /// <summary>The problem for one case. <paramref name="faults"/> name every fault of the stage that failed.</summary>
    public ProblemCase With(Text detail, params IReadOnlyList<Fault> faults) => new(this, detail, faults);
}

/// <summary>One fault in a request.</summary>
/// <param name="Pointer">JSON Pointer (RFC 6901) into the body, or <c>?name</c> for a query parameter, or a header's name.</param>
/// <param name="Code">Code of the fault, from the same list as the problems.</param>
/// <param name="Detail">What is wrong and what is allowed.</param>
public sealed record Fault(string Pointer, string Code, Text Detail);

/// <summary>A problem as it happened. Handlers return it; it becomes <c>application/problem+json</c> in one place.</summary>
public sealed record ProblemCase(Problem Problem, Text Detail, IReadOnlyList<Fault> Faults)
{
    /// <summary>Further members of the answer, for example <c>existing</c> with a link.</summary>
    public IReadOnlyDictionary<string, object?> Extensions { get; init; } = new Dictionary<string, object?>();

    public ProblemCase Add(string member, object? value) =>
        this with { Extensions = new Dictionary<string, object?>(Extensions) { [member] = value } };

    public ProblemHttpResult ToResult() => TypedResults.Problem(ToDetails());

    public ProblemDetails ToDetails()
    {
        var details = new ProblemDetails
        {
            Type = $"/docs/problems/{Problem.Code}",
            Title = Problem.Title.Current,
            Status = Problem.Status,
            Detail = Detail.Current,
        };
        details.Extensions["code"] = Problem.Code;
        if (Activity.Current is { } activity) details.Extensions["traceId"] = activity.TraceId.ToHexString();
        if (Faults.Count > 0)
        {
            details.Extensions["errors"] = Faults.Select(fault => new { fault.Pointer, fault.Code, Detail = fault.Detail.Current }).ToArray();
        }

        foreach (var (member, value) in Extensions) details.Extensions[member] = value;
        return details;
    }

    public static implicit operator ProblemHttpResult(ProblemCase problem) => problem.ToResult();
}

/// <summary>Carries a <see cref="ProblemCase"/> out of places that cannot return one (model binding, middleware).</summary>
public sealed class ProblemException(ProblemCase problem) : Exception(problem.Problem.Code)
{
    public ProblemCase Problem { get; } = problem;
}
