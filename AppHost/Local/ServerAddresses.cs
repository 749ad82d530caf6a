namespace Wir.AppHost.Local;

/// <summary>What <c>AppHost servers</c> writes for the test processes that share its servers.</summary>
internal sealed record ServerAddresses(string Postgres, string Amqp, string Management);
