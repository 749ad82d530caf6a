namespace Wir.TestKit.Servers;

/// <summary>What <c>tests/TestServers</c> writes for the test processes that share its servers.</summary>
internal sealed record ServerAddresses(string Postgres, string Amqp, string Management);
