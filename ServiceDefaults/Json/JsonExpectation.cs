using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Sentences that say what should have stood there.</summary>
internal static class JsonExpectation
{
    public static Text Object { get; } = new("Erwartet wird ein Objekt.", "An object is expected.");

    public static Text Array { get; } = new("Erwartet wird eine Liste.", "A list is expected.");

    public static Text CleanText { get; } = new("Der Text enthält unzulässige Zeichen.", "The text holds characters that are not allowed.");

    public static Text OneOf(IEnumerable<string> names)
    {
        var list = string.Join(", ", names);
        return new($"Erwartet wird eines von: {list}.", $"Expected is one of: {list}.");
    }

    public static Text Of(Type type)
    {
        return type switch
        {
            _ when type == typeof(string) => new("Erwartet wird ein Text.", "A text is expected."),
            _ when type == typeof(bool) => new("Erwartet wird true oder false.", "True or false is expected."),
            _ when type == typeof(Guid) => new("Erwartet wird eine UUID.", "A UUID is expected."),
            _ when type == typeof(DateOnly) => new("Erwartet wird ein Datum wie 2026-05-31.", "A date like 2026-05-31 is expected."),
            _ when type == typeof(TimeOnly) => new("Erwartet wird eine Uhrzeit wie 18:00.", "A time like 18:00 is expected."),
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) =>
                new("Erwartet wird ein Zeitpunkt wie 2026-05-31T08:00:00Z.", "An instant like 2026-05-31T08:00:00Z is expected."),
            _ when Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64 => new("Erwartet wird eine ganze Zahl im zulässigen Bereich.", "A whole number within the range is expected."),
            _ when Type.GetTypeCode(type) is TypeCode.Single or TypeCode.Double or TypeCode.Decimal => new("Erwartet wird eine Zahl.", "A number is expected."),
            _ => new("Der Wert hat nicht die erwartete Form.", "The value does not have the expected form."),
        };
    }
}
