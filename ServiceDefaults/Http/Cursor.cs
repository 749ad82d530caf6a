using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// Opaque continuation of a list: the sort keys of the last entry and a checksum over them and the list they belong to. It grants
/// nothing that the list would not show anyway, so the checksum guards against damage and mix-ups. Anybody can make one up: what is
/// decoded is typed, checked as any other input, and only ever becomes a query parameter.
/// </summary>
public static class Cursor
{
    private const int ChecksumSize = 8;
    private const int MaxLength = 1024;

    /// <param name="keys">Sort keys of the last entry, a record; the last of them unique.</param>
    /// <param name="list">The list's identity: a cursor counts for this one only.</param>
    public static string Encode<T>(T keys, string list) where T : class
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(keys, JsonSerializerOptions.Strict);
        return Base64Url.EncodeToString([.. Checksum(content, list), .. content]);
    }

    /// <exception cref="ProblemException">The cursor is damaged or belongs to another list (400).</exception>
    public static T Decode<T>(string cursor, string list) where T : class
    {
        try
        {
            if (cursor.Length <= MaxLength && Base64Url.IsValid(cursor))
            {
                var bytes = Base64Url.DecodeFromChars(cursor);
                if (bytes.Length > ChecksumSize && bytes.AsSpan(0, ChecksumSize).SequenceEqual(Checksum(bytes.AsSpan(ChecksumSize), list)))
                {
                    var keys = JsonSerializer.Deserialize<T>(bytes.AsSpan(ChecksumSize), JsonSerializerOptions.Strict);
                    if (keys is not null && typeof(T).GetProperties().All(key => IsOurs(key.GetValue(keys)))) return keys;
                }
            }
        }
        catch (JsonException)
        {
            // Keys of an earlier release: the same answer as for any cursor that cannot be used.
        }

        throw new ProblemException(CommonProblems.UnknownCursor.With(
            new("Die Fortsetzungsmarke gehört nicht zu dieser Liste. Bitte von vorn beginnen.", "The cursor does not belong to this list. Please start anew."),
            Query.Fault("cursor", new("Unbrauchbar.", "Cannot be used."))));
    }

    /// <summary>Whether a list could have made the key: text that the database takes, instants in UTC, counts from 0.</summary>
    private static bool IsOurs(object? key) => key switch
    {
        string text => !text.Any(char.IsControl),
        DateTimeOffset instant => instant.Offset == TimeSpan.Zero,
        int number => number >= 0,
        long number => number >= 0,
        _ => true,
    };

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> content, string list)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("wir-cursor-1\n"u8);
        hash.AppendData(Encoding.UTF8.GetBytes(list));
        hash.AppendData("\n"u8);
        hash.AppendData(content);
        return hash.GetHashAndReset().AsSpan(0, ChecksumSize);
    }
}
