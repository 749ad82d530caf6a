namespace Wir.Messaging.Storage;

/// <summary>Schema of the service's tables, for SQL outside a <see cref="ServiceDb"/>.</summary>
internal sealed record SchemaName(string Name);
