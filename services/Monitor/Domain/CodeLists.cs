using System.Text.Json;

namespace Wir.Monitor.Domain;

/// <summary>Units, fields of action, and the categories that numbers are broken down by.</summary>
public sealed record CodeLists
{
    public required IReadOnlyDictionary<string, LocalText> Units { get; init; }

    public required IReadOnlyDictionary<string, LocalText> Fields { get; init; }

    public required IReadOnlyDictionary<string, CodeList> Lists { get; init; }

    public static CodeLists Load(string file)
    {
        using var stream = File.OpenRead(file);
        return JsonSerializer.Deserialize<CodeLists>(stream, Strict)!;
    }

    /// <summary>A missing language is a fault of the file, found when it is read.</summary>
    internal static JsonSerializerOptions Strict { get; } = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
}

/// <summary>A code list in the order in which it is shown.</summary>
public sealed record CodeList(LocalText Name, IReadOnlyList<Category> Categories);

public sealed record Category(string Code, LocalText Name);
