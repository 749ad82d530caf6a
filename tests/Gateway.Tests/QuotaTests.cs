using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wir.Gateway.Edge;
using Wir.Gateway.Tokens;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

[Lane(Lane.Unit)]
public sealed class QuotaTests : IDisposable
{
    private readonly Quotas _quotas = new(Options.Create(new GatewayOptions
    {
        AnonymousReadsPerMinute = 6_000, AnonymousWritesPerMinute = 2, ClientRequestsPerMinute = 7, FormulasPerMinute = 3,
    }));

    public void Dispose() => _quotas.Dispose();

    [Fact]
    public void Each_policy_and_each_holder_has_a_bucket_of_its_own()
    {
        var home = IPAddress.Parse("192.0.2.1");

        Assert.Equal(1, Take(home, isRead: false).Remaining);
        Assert.Equal(0, Take(home, isRead: false).Remaining);
        Assert.True(Take(home, isRead: false).IsExceeded);
        Assert.False(Take(home, isRead: true).IsExceeded);
        Assert.False(Take(IPAddress.Parse("192.0.2.2"), isRead: false).IsExceeded);
        Assert.Equal(6, _quotas.Take(new Principal("client:a", "", ""), home, isRead: true).Remaining);
    }

    [Fact]
    public void A_household_counts_as_one_whatever_address_it_takes()
    {
        Take(IPAddress.Parse("2001:db8:1:2::1"), isRead: false);
        Take(IPAddress.Parse("2001:db8:1:2:ffff::7"), isRead: false);

        Assert.True(Take(IPAddress.Parse("2001:db8:1:2::9"), isRead: false).IsExceeded);
        Assert.False(Take(IPAddress.Parse("2001:db8:1:3::1"), isRead: false).IsExceeded);
        Assert.Equal(1, Take(IPAddress.Parse("::ffff:192.0.2.9"), isRead: false).Remaining);
        Assert.Equal(0, Take(IPAddress.Parse("192.0.2.9"), isRead: false).Remaining);
    }

    [Fact]
    public void A_refusal_says_when_the_next_request_is_taken()
    {
        for (var i = 0; i < 2; i++) Take(IPAddress.Loopback, isRead: false);

        Assert.Equal(TimeSpan.FromSeconds(30), Take(IPAddress.Loopback, isRead: false).RetryAfter);
    }

    [Fact]
    public async Task A_bucket_fills_again_and_never_above_its_limit()
    {
        for (var i = 0; i < 10; i++) Take(IPAddress.Loopback, isRead: true);

        await Eventually.TrueAsync(
            () => Task.FromResult(Take(IPAddress.Loopback, isRead: true).Remaining == 5_999), "it is full");

        Assert.InRange(Take(IPAddress.Loopback, isRead: true).Remaining, 5_990, 5_999);
    }

    [Fact]
    public void Formulas_have_a_rate_of_their_own_per_address_and_per_client()
    {
        var (home, client) = (IPAddress.Parse("192.0.2.7"), new Principal("client:f", "", ""));
        for (var i = 0; i < 3; i++) Assert.False(_quotas.TakeFormula(Principal.Anonymous, home).IsExceeded);

        var refused = _quotas.TakeFormula(Principal.Anonymous, home);

        Assert.Equal(("formulas", 3, TimeSpan.FromSeconds(20)), (refused.Policy, refused.Limit, refused.RetryAfter));
        Assert.False(Take(home, isRead: true).IsExceeded);
        Assert.False(_quotas.TakeFormula(Principal.Anonymous, IPAddress.Parse("192.0.2.8")).IsExceeded);
        Assert.Equal(2, _quotas.TakeFormula(client, home).Remaining);
    }

    [Theory]
    [InlineData("/api/monitor/v1/data", "?indicator=A01%2BA02", true)]
    [InlineData("/api/monitor/v1/availability", "?year=2024&indicator=per(A01,A02,1000)", true)]
    [InlineData("/api/monitor/v1/data", "?indicator=A01&indicator=A01/A02", true)]
    [InlineData("/api/monitor/v1/data", "?indicator=A01&area=06635", false)]
    [InlineData("/api/monitor/v1/data", "", false)]
    [InlineData("/api/registry/v1/associations", "?indicator=A01%2BA02", false)]
    public void A_formula_is_told_from_a_code(string path, string query, bool expected)
    {
        var context = new DefaultHttpContext();
        (context.Request.Path, context.Request.QueryString) = (path, new QueryString(query));

        Assert.Equal(expected, RateLimits.IsFormula(context.Request));
    }

    private Quota Take(IPAddress address, bool isRead) => _quotas.Take(Principal.Anonymous, address, isRead);
}
