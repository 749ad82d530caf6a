namespace Wir.Contracts;

/// <summary>Every contract of the platform, by its identity.</summary>
public static class EventCatalog
{
    public static IReadOnlyDictionary<string, Type> ByUrn { get; } = typeof(EventCatalog).Assembly.GetExportedTypes()
        .Where(type => type.IsAssignableTo(typeof(IEvent)) && !type.IsInterface)
        .ToDictionary(type => EventAttribute.Of(type).Urn);

    /// <summary>The events a service publishes.</summary>
    public static IEnumerable<Type> OfService(string service) =>
        ByUrn.Values.Where(type => EventAttribute.Of(type).Service == service);
}
