using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Refuses what a route does not know, all faults at once, before its handler runs.</summary>
internal sealed class QueryCheck(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<QueryParameters>() is not { } parameters) return next(context);
        // No text of the platform holds NUL, and PostgreSQL cannot store it.
        if (context.GetRouteData().Values.Any(value => value.Value is string text && text.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ProblemException(ErrorMiddleware.OfStatus(404)!);
        }

        var query = context.Request.Query;
        var unknown = parameters.AllowsUnknown ? [] : Unknown(query, parameters.Known).ToArray();
        var invalid = Invalid(query, parameters.Known).ToArray();
        if (unknown.Length > 0)
        {
            throw new ProblemException(CommonProblems.UnknownParameter.With(
                new("Die Adresse enthält Parameter, die es hier nicht gibt.", "The address holds parameters that do not exist here."), [.. unknown, .. invalid]));
        }

        if (invalid.Length > 0) throw new ProblemException(Query.Invalid(invalid));
        return next(context);
    }

    private static IEnumerable<Fault> Unknown(IQueryCollection query, IReadOnlyList<QueryParameter> known)
    {
        var names = known.Select(parameter => parameter.Name).ToArray();
        foreach (var name in query.Keys.Where(name => !names.Contains(name, StringComparer.Ordinal)))
        {
            var hint = Nearest.Hint(name, names);
            yield return new($"?{name}", CommonProblems.Faults.UnknownParameter, new(
                $"Der Parameter „{name}“ ist hier unbekannt.{hint.De}", $"The parameter “{name}” is not known here.{hint.En}"));
        }
    }

    private static IEnumerable<Fault> Invalid(IQueryCollection query, IReadOnlyList<QueryParameter> known)
    {
        foreach (var parameter in known)
        {
            if (!query.TryGetValue(parameter.Name, out var values))
            {
                if (parameter.Required)
                {
                    yield return new($"?{parameter.Name}", CommonProblems.Faults.MissingParameter, new(
                        $"Der Parameter „{parameter.Name}“ fehlt.", $"The parameter “{parameter.Name}” is missing."));
                }

                continue;
            }

            var several = values.Count > 1 && !parameter.Type.IsArray && parameter.Type != typeof(Microsoft.Extensions.Primitives.StringValues);
            if (several) yield return Query.Fault(parameter.Name, new("Der Parameter steht mehrfach da.", "The parameter is given more than once."));
            else if (values.Any(value => value is null || value.Contains('\0', StringComparison.Ordinal) || !IsReadable(parameter, value)))
            {
                yield return Query.Fault(parameter.Name, new("Der Wert hat nicht die erwartete Form.", "The value does not have the expected form."));
            }
        }
    }

    private static bool IsReadable(QueryParameter parameter, string value) =>
        value.Length == 0 ? !parameter.Required || parameter.Type == typeof(string) : parameter.Reads(value);
}

/// <summary>Problems with query parameters, for handlers.</summary>
public static class Query
{
    public static Fault Fault(string name, Text detail) => new($"?{name}", CommonProblems.Faults.InvalidParameter, detail);

    public static ProblemCase Invalid(params IReadOnlyList<Fault> faults) =>
        CommonProblems.InvalidParameter.With(new("Parameter der Adresse sind ungültig.", "Parameters of the address are invalid."), faults);

    public static ProblemCase Invalid(string name, Text detail) => Invalid(Fault(name, detail));
}
