namespace Wir.ServiceDefaults.Http;

/// <summary>Marks a route that takes <c>Idempotency-Key</c>; the API's description says so.</summary>
public sealed class IdempotencyMetadata
{
    public const string Header = "Idempotency-Key";
}
