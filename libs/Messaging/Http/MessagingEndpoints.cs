using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Wir.Messaging.Feed;
using Wir.Messaging.Operations;
using Wir.Messaging.Outbox;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Messaging;

/// <summary>The routes that every service with messaging has.</summary>
public static class MessagingEndpoints
{
    public const int MaxLimit = 5000;
    private const int DefaultLimit = 100;

    /// <summary>Positions that one request looks at for an office: the rest of the log is the next page's.</summary>
    private const int LookedAt = 100_000;

    /// <summary>Maps <c>/changes</c> (public), <c>/internal/events</c> and the operator's view on the service's group (<c>/api/x/v1</c>).</summary>
    public static RouteGroupBuilder MapMessaging<TDb>(this RouteGroupBuilder api) where TDb : ServiceDb
    {
        api.MapGet("/changes", GetChanges).WithName("GetChanges").WithTags("Changes")
            .WithSummary("The public feed: one row per thing at its latest position, also as NDJSON");
        api.MapGet("/internal/events", GetEvents).WithName("GetEvents").WithTags("Internal")
            .WithSummary("The service's own events of the last 13 months: all for services, for offices their areas'");
        api.MapGet("/internal/messaging", GetOverview).WithName("GetMessaging").WithTags("Internal")
            .WithSummary("Outbox, retries, error queues, feed and topology of this service");
        api.MapPost("/internal/messaging/replay", Replay).WithName("ReplayMessages").WithTags("Internal")
            .WithSummary("Sends again what was given up; repeating is harmless");
        return api;
    }

    private static async Task<Results<ReadResult<ChangesPage>, NdjsonResult, StatusCodeHttpResult, ProblemHttpResult>> GetChanges(
        HttpContext http, FeedReader feed,
        [Description("Position after which to read; 0 or absent = from the start")] long after = 0,
        [Description("Rows at most, 1 to 5000")] int limit = DefaultLimit,
        [Description("Head of the feed when reading from the start began; stands in links.next until the old part has been read")] long begun = 0,
        CancellationToken ct = default)
    {
        if (CheckRange(after, limit, begun) is { } problem) return problem.ToResult();

        // Bounds first: what is sequenced between the two queries is then above the head that is reported, never below.
        var bounds = await feed.BoundsAsync(ct);
        // Whoever began at the start when the head was there has missed no delete before it, however old the rows are that he reads now.
        if (after == 0) begun = bounds.Head;
        if (Math.Max(after, begun) > bounds.Head || (after > 0 && Math.Max(after, begun) < bounds.Floor)) return TooOld(http, after, bounds).ToResult();

        var rows = await feed.ReadAsync(after, limit, ct);
        http.Response.Headers.Vary = "Accept";
        var last = rows.Count > 0 ? rows[^1].Position : after;
        var links = PageLinks.Of(http.Request, last, limit, rows.Count == limit, begun > last ? $"&begun={begun}" : "");
        if (!NdjsonResult.IsAskedFor(http.Request)) return Reads.Ok(new ChangesPage(rows, links, new PageMeta(Math.Max(bounds.Head, last), rows.Count)));
        // A position stands for one state of one thing; so these tell the lines apart without writing them.
        var tag = EntityTag.Of(http, last, $"{string.Join(' ', rows.Select(row => row.Position))} {links.Next}", language: null);
        return new ReadHeaders(tag, LastModified: null, Language: null).Apply(http) ? new NdjsonResult(rows, links.Next) : TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    private static async Task<Results<Ok<EventsPage>, NdjsonResult, ProblemHttpResult>> GetEvents(
        HttpContext http, EventLogReader log, Caller caller,
        [Description("Position after which to read; 0 or absent = from the oldest kept")] long after = 0,
        [Description("Rows at most, 1 to 5000")] int limit = DefaultLimit,
        [Description("Only events of this thing, to heal a gap")] Guid? aggregateId = null, CancellationToken ct = default)
    {
        if (CheckRange(after, limit) is { } problem) return problem.ToResult();

        var bounds = await log.BoundsAsync(ct);
        if (after > bounds.Head || (after > 0 && after < bounds.Floor)) return TooOld(http, after, bounds).ToResult();

        // Services see everything; an office sees what happened in its own areas, and nothing that has no area.
        var areas = caller.Has(Scopes.ReadEvents) ? null : caller.OwnAreas();
        var end = areas is null || aggregateId is not null ? long.MaxValue : Math.Max(after, bounds.Floor) + LookedAt;
        var rows = await log.ReadAsync(after, end, limit, aggregateId, areas, ct);
        http.Response.Headers.CacheControl = "no-store";
        var last = rows.Count > 0 ? rows[^1].Position : after;
        var goesOn = rows.Count == limit;
        // Nothing more is shown up to the end of what was looked at; so the next page begins behind it.
        if (!goesOn && end < bounds.Head) (last, goesOn) = (end, true);
        var further = aggregateId is null ? "" : $"&aggregateId={aggregateId}";
        var links = PageLinks.Of(http.Request, last, limit, goesOn, further);
        if (NdjsonResult.IsAskedFor(http.Request)) return new NdjsonResult(rows, links.Next);
        return TypedResults.Ok(new EventsPage(rows, links, new PageMeta(last, rows.Count)));
    }

    private static async Task<Ok<MessagingOverview>> GetOverview(HttpContext http, MessagingState state, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await state.ReadAsync(ct));
    }

    private static async Task<Results<Ok<ReplayAnswer>, ProblemHttpResult>> Replay(
        JsonBody<ReplayRequest> body, MessagingState state, MessagingBuilder model, CancellationToken ct)
    {
        var request = body.Value;
        if (request.Queue is { } queue && model.Queues.All(known => known.Name != queue))
        {
            return Invalid("/queue", new("Diese Warteschlange gibt es hier nicht.", "There is no such queue here.")).ToResult();
        }

        try
        {
            return request.What switch
            {
                "outbox" => TypedResults.Ok(new ReplayAnswer(await state.ReplayOutboxAsync(request.MessageId, ct))),
                "retry" => TypedResults.Ok(new ReplayAnswer(await state.ReplayRetriesAsync(request.MessageId, ct))),
                "errors" => TypedResults.Ok(new ReplayAnswer(await state.ReplayErrorsAsync(request.Queue, request.MessageId, ct))),
                _ => Invalid("/what", new("what ist outbox, errors oder retry.", "what is outbox, errors or retry.")).ToResult(),
            };
        }
        catch (Exception e) when (MessagingState.IsBrokerAway(e))
        {
            return CommonProblems.Unavailable.With(new("Der Nachrichtenserver ist nicht erreichbar.", "The broker cannot be reached.")).ToResult();
        }
    }

    private static ProblemCase Invalid(string pointer, Text detail) =>
        CommonProblems.InvalidValues.With(detail, new Fault(pointer, CommonProblems.Faults.InvalidValue, detail));

    private static ProblemCase? CheckRange(long after, int limit, long begun = 0)
    {
        var faults = new List<Fault>();
        if (begun < 0) faults.Add(new Fault("?begun", CommonProblems.Faults.InvalidValue, new("begun ist 0 oder größer", "begun is 0 or greater")));
        if (after < 0) faults.Add(new Fault("?after", CommonProblems.Faults.InvalidValue, new("after ist 0 oder größer", "after is 0 or greater")));
        if (limit is < 1 or > MaxLimit)
        {
            faults.Add(new Fault("?limit", CommonProblems.Faults.InvalidValue, new($"limit ist 1 bis {MaxLimit}", $"limit is 1 to {MaxLimit}")));
        }

        return faults.Count == 0 ? null : CommonProblems.InvalidParameter.With(
            new("Ein Parameter liegt außerhalb seines Bereichs.", "A parameter is out of range."), [.. faults]);
    }

    private static ProblemCase TooOld(HttpContext http, long after, ReadableBounds bounds) => CommonProblems.Gone
        .With(new(
            $"Von Position {after} aus lässt sich der Stand nicht mehr fortschreiben. Bitte mit leerem Bestand von vorn lesen und dabei links.next folgen.",
            $"The state can no longer be carried on from position {after}. Please start again with an empty copy, and follow links.next."))
        .Add("snapshot", $"{http.Request.PathBase}{http.Request.Path}?after=0")
        .Add("head", bounds.Head);
}

public sealed record ChangesPage(IReadOnlyList<FeedRow> Data, PageLinks Links, PageMeta Meta);

public sealed record EventsPage(IReadOnlyList<EventLogRow> Data, PageLinks Links, PageMeta Meta);

/// <param name="Self">This page.</param>
/// <param name="Next">Where to go on, now or later; lines of JSON have it in the header <c>Link</c>.</param>
/// <param name="Prev">Always null: the feed is read forwards.</param>
public sealed record PageLinks(string Self, string Next, string? Prev)
{
    internal static PageLinks Of(HttpRequest request, long last, int limit, bool more, string further) =>
        new($"{request.PathBase}{request.Path}{request.QueryString}", $"{request.PathBase}{request.Path}?after={last}&limit={limit}{further}", null) { More = more };

    /// <summary>True when there is more to read now, so that the next page is worth asking for at once.</summary>
    public bool More { get; init; }
}

/// <param name="Position">Last position known when the page was made.</param>
/// <param name="Count">Rows on this page.</param>
public sealed record PageMeta(long Position, int Count);
