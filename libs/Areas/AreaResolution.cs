namespace Wir.Areas;

/// <summary>What became of a key on a day. A closed set: <see cref="Found"/>, <see cref="Replaced"/>, <see cref="NotInForce"/>, <see cref="Unknown"/>.</summary>
public abstract record AreaResolution
{
    private AreaResolution()
    {
    }

    /// <summary>The area to work with: the one asked for, or its only successor; otherwise <see langword="null"/>.</summary>
    public virtual Area? Area => null;

    /// <summary>The area exists on that day.</summary>
    public sealed record Found(Area Asked) : AreaResolution
    {
        public override Area? Area => Asked;
    }

    /// <summary>The area was merged or split before that day. The answer has to name the successor.</summary>
    /// <param name="Asked">The area asked for, which had ended by then.</param>
    /// <param name="Successors">The areas in its place on that day; at least one, and one only unless it was split.</param>
    public sealed record Replaced(Area Asked, IReadOnlyList<Area> Successors) : AreaResolution
    {
        /// <summary>The first (and, unless the area was split, the only) successor.</summary>
        public Area Successor => Successors[0];

        public override Area? Area => Successors.Count == 1 ? Successors[0] : null;
    }

    /// <summary>The key is known, but on that day there was no such area yet, or it had ended and nothing took its place.</summary>
    public sealed record NotInForce(Area Asked) : AreaResolution;

    /// <summary>No area ever had this key.</summary>
    /// <param name="Key">The key as asked.</param>
    /// <param name="Nearest">Known areas with the most similar key or name, best first, for the error message.</param>
    public sealed record Unknown(string Key, IReadOnlyList<Area> Nearest) : AreaResolution;
}
