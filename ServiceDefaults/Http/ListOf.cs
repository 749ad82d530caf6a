using System.Text.Json.Serialization;

namespace Wir.ServiceDefaults.Http;

/// <summary>A page of a list.</summary>
/// <param name="Data">The entries.</param>
/// <param name="Links">This page and its neighbours.</param>
/// <param name="Meta">About the whole list.</param>
public sealed record ListOf<T, TMeta>(IReadOnlyList<T> Data, ListLinks Links, TMeta Meta) where TMeta : ListMeta;

/// <inheritdoc cref="ListOf{T,TMeta}"/>
public sealed record ListOf<T>(IReadOnlyList<T> Data, ListLinks Links, ListMeta Meta);

/// <param name="Self">This page.</param>
/// <param name="Next">The following page; null at the end.</param>
/// <param name="Prev">The page before; null at the start and where walking back is not offered.</param>
public sealed record ListLinks(string Self, string? Next, string? Prev);

/// <summary>About the whole list. Lists that say more inherit from it.</summary>
public record ListMeta
{
    /// <summary>How many entries there are in all, when asked for (<c>count</c>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Count { get; init; }

    /// <summary><c>exact</c> or <c>estimate</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CountKind { get; init; }
}
