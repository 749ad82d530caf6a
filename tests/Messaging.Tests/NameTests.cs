using Wir.Contracts;
using Wir.Messaging.Broker;
using Wir.Messaging.Storage;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Unit)]
public sealed class NameTests
{
    [Theory]
    [InlineData("Association", "association")]
    [InlineData("OutboxMessage", "outbox_message")]
    [InlineData("VRNumber", "vr_number")]
    [InlineData("SavedAtUtc", "saved_at_utc")]
    [InlineData("Iso639", "iso639")]
    [InlineData("already_snake", "already_snake")]
    public void Names_become_snake_case(string name, string expected) => Assert.Equal(expected, SnakeCaseConvention.ToSnakeCase(name));

    [Theory]
    [InlineData("urn:message:wir:registry:association-published:v1", "registry.association-published.v1")]
    [InlineData("urn:message:wir:monitor:indicator-released:v12", "monitor.indicator-released.v12")]
    public void An_identity_names_its_exchange(string urn, string exchange) => Assert.Equal(exchange, EventNames.ExchangeOf(urn));

    [Theory]
    [InlineData("")]
    [InlineData("urn:message:wir:registry:AssociationPublished:v1")]
    [InlineData("urn:message:wir:registry:association-published")]
    public void What_is_no_identity_is_refused(string urn) => Assert.Throws<FormatException>(() => EventNames.ExchangeOf(urn));

    [Fact]
    public void Every_contract_names_the_same_exchange_in_both_ways()
    {
        var contracts = new[] { "registry", "welcomepackage", "monitor", "gateway" }.SelectMany(EventCatalog.OfService).ToList();

        Assert.NotEmpty(contracts);
        Assert.All(contracts, type => Assert.Equal(EventAttribute.Of(type).Exchange, EventNames.ExchangeOf(EventAttribute.Of(type).Urn)));
        Assert.Equal(contracts.Count, contracts.Select(type => EventAttribute.Of(type).Urn).Distinct().Count());
    }
}
