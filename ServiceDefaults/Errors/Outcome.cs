using System.Diagnostics.CodeAnalysis;

namespace Wir.ServiceDefaults.Errors;

/// <summary>What a domain operation gives: a value, or the problem that stands against it.</summary>
public readonly struct Outcome<T>
{
    private Outcome(T? value, ProblemCase? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public ProblemCase? Problem { get; }

    /// <summary>True when there is a value; otherwise <paramref name="problem"/> says why not.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ProblemCase? problem)
    {
        (value, problem) = (Value, Problem);
        return problem is null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(ProblemCase problem) => new(default, problem);
}
