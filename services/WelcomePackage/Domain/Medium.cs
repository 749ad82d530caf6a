namespace Wir.WelcomePackage.Domain;

/// <summary>A picture that texts can show.</summary>
public sealed class Medium
{
    public required Guid Id { get; init; }

    /// <summary>Area whose editors may change what is said about it.</summary>
    public required string Area { get; init; }
    public required long Version { get; set; }

    /// <summary>Name of its content.</summary>
    public required string Hash { get; set; }

    /// <summary>What the content is, found out from itself.</summary>
    public required string ContentType { get; set; }
    public required int Size { get; set; }

    /// <summary>See <see cref="MediumState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Under what terms it may be shown.</summary>
    public required string Licence { get; set; }
    public string? Creator { get; set; }
    public string? Source { get; set; }

    /// <summary>What it shows, by language, for those who do not see it.</summary>
    public required IReadOnlyDictionary<string, string> Alt { get; set; }
    public required string UploadedBy { get; init; }
    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>Shows clean content in place of what was stored as it came.</summary>
    public void Replace(string hash, string contentType, int size)
    {
        (Hash, ContentType, Size, State) = (hash, contentType, size, MediumState.Clean);
        Version++;
    }
}

/// <summary>Whether a stored picture holds its pixels and nothing else.</summary>
public static class MediumState
{
    public const string Clean = "clean";

    /// <summary>Stored as it came, by a release that kept what files carry.</summary>
    public const string Unchecked = "unchecked";

    /// <summary>Stored as it came and not a picture that can be read; not shown.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>Content under the name of its SHA-256; the same content is kept once.</summary>
public sealed class Blob
{
    public required string Hash { get; init; }
    public required byte[] Content { get; init; }
}
