using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wir.ServiceDefaults.Errors;

/// <summary>
/// The one place where an error becomes an answer: thrown problems, requests that the framework refuses, statuses without a body,
/// a database that cannot be used at the moment, and bugs, of which nothing but the trace id gets out.
/// </summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state =>
        {
            ((HttpContext)state).Response.Headers.XContentTypeOptions = "nosniff";
            return Task.CompletedTask;
        }, context);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody reads an answer.
            if (!context.Response.HasStarted) context.Response.StatusCode = 499;
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            var problem = ToProblem(exception);
            if (problem.Problem.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "5";
            await problem.ToResult().ExecuteAsync(context);
            return;
        }

        if (NeedsBody(context.Response))
        {
            if (OfStatus(context.Response.StatusCode) is { } problem) await problem.ToResult().ExecuteAsync(context);
        }
    }

    private static bool NeedsBody(HttpResponse response) =>
        !response.HasStarted && response.StatusCode is >= 400 and not 499 && response.ContentLength is null && string.IsNullOrEmpty(response.ContentType);

    private ProblemCase ToProblem(Exception exception)
    {
        switch (exception)
        {
            case ProblemException known:
                return known.Problem;
            case BadHttpRequestException refused:
                return OfStatus(refused.StatusCode) ?? Malformed();
            case var _ when DatabaseFailure.IsOne(exception):
                // It is the same for every request, and says where to look by itself.
                Log.DatabaseFailed(logger, exception.GetBaseException().Message);
                return CommonProblems.Unavailable.With(new(
                    "Der Datenbestand ist gerade nicht erreichbar.", "The data cannot be reached at the moment."));
            default:
                Activity.Current?.AddException(exception);
                Log.Unhandled(logger, exception);
                return CommonProblems.Internal.With(new("Es ist ein Fehler im Dienst aufgetreten.", "The service failed."));
        }
    }

    private static ProblemCase Malformed() =>
        CommonProblems.InvalidParameter.With(new("Die Anfrage ist nicht lesbar.", "The request cannot be read."));

    /// <summary>The common problem for a bare status; null for statuses that have none.</summary>
    internal static ProblemCase? OfStatus(int status) => status switch
    {
        400 => Malformed(),
        401 => CommonProblems.Unauthenticated.With(new("Die Anfrage trägt kein gültiges Token.", "The request carries no valid token.")),
        403 => CommonProblems.Forbidden.With(new("Dazu fehlt die Berechtigung.", "The permission for this is missing.")),
        404 => CommonProblems.NotFound.With(new("Unter dieser Adresse gibt es nichts.", "There is nothing at this address.")),
        405 => CommonProblems.MethodNotAllowed.With(new("Diese Adresse kennt die Methode nicht.", "This address does not know the method.")),
        406 => CommonProblems.NotAcceptable.With(new("In keinem der gewünschten Formate verfügbar.", "Not available in any of the formats asked for.")),
        408 => CommonProblems.TooSlow.With(new("Der Inhalt kam zu langsam oder nicht zu Ende.", "The body came too slowly, or not to its end.")),
        409 => CommonProblems.Conflict.With(new("Der Bestand steht dem entgegen.", "What exists stands against it.")),
        410 => CommonProblems.Gone.With(new("Das gab es hier einmal.", "It used to be here.")),
        413 => CommonProblems.TooLarge.With(new("Der Inhalt ist größer als hier erlaubt.", "The body is larger than allowed here.")),
        415 => CommonProblems.UnsupportedMediaType.With(new("Dieser Medientyp wird hier nicht angenommen.", "This media type is not taken here.")),
        429 => CommonProblems.TooManyRequests.With(new("Bitte später erneut versuchen.", "Please try again later.")),
        431 => CommonProblems.TooLarge.With(new("Die Kopfzeilen sind größer als erlaubt.", "The headers are larger than allowed.")),
        >= 502 and <= 504 => CommonProblems.Unavailable.With(new("Der Dienst antwortet gerade nicht.", "The service does not answer at the moment.")),
        >= 500 => CommonProblems.Internal.With(new("Es ist ein Fehler im Dienst aufgetreten.", "The service failed.")),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request failed")]
        public static partial void Unhandled(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Request refused, the database cannot be used: {Reason}")]
        public static partial void DatabaseFailed(ILogger logger, string reason);
    }
}
