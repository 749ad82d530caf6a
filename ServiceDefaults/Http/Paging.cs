using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>How a list is walked: <c>[AsParameters] Paging paging</c> in a handler.</summary>
/// <param name="Limit">Entries per page, 1 to 200; 20 when not given.</param>
/// <param name="Cursor">Where to go on: the value from <c>links.next</c>.</param>
public sealed record Paging(
    [property: Description("Entries per page, 1 to 200; 20 when not given.")] int? Limit,
    [property: Description("Where to go on; taken from links.next, opaque.")] string? Cursor)
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 200;

    /// <summary>Entries asked for.</summary>
    /// <param name="most">The most that this list gives at once.</param>
    /// <param name="usual">What it gives when not asked.</param>
    /// <exception cref="ProblemException">The limit is out of range (400).</exception>
    public int Take(int most = MaxLimit, int usual = DefaultLimit) => (Limit ?? usual) is var limit && limit >= 1 && limit <= most
        ? limit
        : throw new ProblemException(Query.Invalid("limit", new($"Erlaubt ist 1 bis {most}.", $"Allowed is 1 to {most}.")));

    /// <summary>Where the last page ended; null on the first page.</summary>
    /// <exception cref="ProblemException">The cursor is damaged or belongs to another list (400).</exception>
    public T? After<T>(HttpContext context) where T : class => Cursor is null ? null : Http.Cursor.Decode<T>(Cursor, ListIdentity(context));

    /// <summary>The links of this page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">The keys of the last entry when there are more entries; null at the end.</param>
    public static ListLinks Links<T>(HttpContext context, T? next) where T : class =>
        new(Path(context, null), next is null ? null : Path(context, Http.Cursor.Encode(next, ListIdentity(context))), null);

    /// <summary>
    /// Cuts a page out of one entry more than asked for: <c>query.Take(take + 1)</c> tells whether there is a next page without counting.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="rows">At most <paramref name="take"/> + 1 entries.</param>
    /// <param name="take">Entries asked for.</param>
    /// <param name="key">What the next page starts after.</param>
    public static (IReadOnlyList<TRow> Data, ListLinks Links) Cut<TRow, TKey>(HttpContext context, IReadOnlyList<TRow> rows, int take, Func<TRow, TKey> key) where TKey : class
    {
        var data = rows.Count > take ? [.. rows.Take(take)] : rows;
        return (data, Links(context, rows.Count > take ? key(data[^1]) : null));
    }

    /// <summary>The same list is the same path with the same filters; the page's size may change on the way.</summary>
    private static string ListIdentity(HttpContext context) =>
        context.Request.Path + "?" + string.Join('&', context.Request.Query
            .Where(pair => pair.Key is not ("cursor" or "limit" or "count" or "fields"))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static string Path(HttpContext context, string? cursor)
    {
        var pairs = context.Request.Query.Where(pair => cursor is null || pair.Key != "cursor")
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")));
        if (cursor is not null) pairs = pairs.Append(KeyValuePair.Create("cursor", cursor));
        return string.Create(CultureInfo.InvariantCulture, $"{context.Request.PathBase}{context.Request.Path}{new QueryBuilder(pairs)}");
    }
}
