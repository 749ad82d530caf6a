using System.Security.Cryptography;

namespace Wir.WelcomePackage.Domain;

/// <summary>A handed-out welcome package: content, place and language, never a person.</summary>
public sealed class Package
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required string Area { get; init; }
    public required string Language { get; init; }
    public required string WantedLanguage { get; init; }
    public required string Channel { get; init; }

    /// <summary>Content revision that it was issued with.</summary>
    public required long ContentVersion { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>The code that opens a package: 13 letters and digits of 5 bits each, without those that are mixed up when read aloud.</summary>
public static class PackageCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 13;

    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As people type it: in any case, with spaces and hyphens, O for 0, I and L for 1. Null when it can be no code.</summary>
    public static string? Normalise(string typed)
    {
        if (typed.Length > 40) return null;
        var code = new string([.. typed.ToUpperInvariant().Where(c => c is not ('-' or ' ')).Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c })]);
        return code.Length == Length && code.All(Alphabet.Contains) ? code : null;
    }
}
