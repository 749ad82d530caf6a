using Microsoft.Extensions.Configuration;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Lookup;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class LookupTests
{
    [Fact]
    public void A_name_becomes_the_address_configured_and_keeps_path_and_query() =>
        Assert.Equal(
            new Uri("http://127.0.0.1:5001/api/x?y=1"),
            Lookup(("services:registry:http:0", "http://127.0.0.1:5001")).Resolve(new("http://registry/api/x?y=1")));

    [Fact]
    public void Instances_take_turns()
    {
        var lookup = Lookup(("services:registry:http:0", "http://127.0.0.1:5001"), ("services:registry:http:1", "http://127.0.0.1:5002"));

        var ports = Enumerable.Range(0, 4).Select(_ => lookup.Resolve(new("http://registry/")).Port);

        Assert.Equal([5001, 5002, 5001, 5002], ports);
    }

    [Fact]
    public void Ten_and_more_instances_stay_in_order()
    {
        var lookup = Lookup([.. Enumerable.Range(0, 12).Select(index => ($"services:registry:http:{index}", $"http://127.0.0.1:{5000 + index}"))]);

        Assert.Equal(Enumerable.Range(5000, 12), lookup.All(new("http://registry/")).Select(address => address.Port));
    }

    [Theory]
    [InlineData("https+http://registry/", "https://127.0.0.1:7001/")]
    [InlineData("http://registry/", "http://127.0.0.1:5001/")]
    [InlineData("http://unknown:81/a", "http://unknown:81/a")]
    [InlineData("https+http://unknown/a", "https://unknown/a")]
    public void Schemes_are_tried_in_order_and_what_is_unknown_is_left_to_the_dns(string logical, string expected) =>
        Assert.Equal(new Uri(expected), Lookup(("services:registry:http:0", "http://127.0.0.1:5001"), ("services:registry:https:0", "https://127.0.0.1:7001")).Resolve(new(logical)));

    [Fact]
    public void The_default_endpoint_comes_first() =>
        Assert.Equal(5009, Lookup(("services:registry:http:0", "http://127.0.0.1:5001"), ("services:registry:default:0", "http://127.0.0.1:5009")).Resolve(new("http://registry/")).Port);

    [Theory]
    [InlineData("limt", "limit")]
    [InlineData("lmiit", "limit")]
    [InlineData("CURSOR", "cursor")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    public void A_typing_error_finds_what_was_meant(string asked, string? meant) =>
        Assert.Equal(meant, Nearest.Of(asked, ["limit", "cursor", "area"]));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Distances_are_those_of_optimal_string_alignment(string a, string b, int distance) => Assert.Equal(distance, Nearest.Distance(a, b));

    private static ServiceLookup Lookup(params (string Key, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build());
}
