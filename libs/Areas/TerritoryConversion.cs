namespace Wir.Areas;

/// <summary>Counts on the territory of a day.</summary>
/// <param name="Counts">Count per area that exists on that day.</param>
/// <param name="Unassigned">Counts that cannot be handed on exactly, under the key they came with.</param>
public sealed record TerritoryConversion<T>(IReadOnlyDictionary<string, T> Counts, IReadOnlyDictionary<string, T> Unassigned);
