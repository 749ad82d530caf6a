namespace Wir.Portal.Api;

/// <summary>What a service said. A page shows what it got and says plainly what is missing; it never fails as a whole.</summary>
public readonly record struct Answer<T>(AnswerState State, T? Value = null) where T : class
{
    public bool IsUnavailable => State == AnswerState.Unavailable;
}

public enum AnswerState
{
    /// <summary>The service does not answer, or not with what was asked.</summary>
    Unavailable,

    Found,

    /// <summary>There is no such thing, or there is none any more.</summary>
    Missing,
}
