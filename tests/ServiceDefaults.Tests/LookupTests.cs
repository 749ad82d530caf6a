using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;
using Wir.ServiceDefaults.Hosting;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>What deployments may write for the address of a service, as a client of the factory reads it.</summary>
public sealed class LookupTests
{
    [Fact]
    public async Task A_name_becomes_the_address_configured_and_keeps_path_and_query()
    {
        await using var lookup = new Lookup(("services:registry:http:0", "http://127.0.0.1:5001"));

        var address = await lookup.ResolveAsync("http://registry/api/x?y=1");

        Assert.Equal(new Uri("http://127.0.0.1:5001/api/x?y=1"), address);
    }

    [Fact]
    public async Task Instances_take_turns()
    {
        await using var lookup = new Lookup(
            ("services:registry:http:0", "http://127.0.0.1:5001"),
            ("services:registry:http:1", "http://127.0.0.1:5002"));
        var ports = new List<int>();

        for (var call = 0; call < 4; call++) ports.Add((await lookup.ResolveAsync("http://registry/")).Port);

        Assert.Equal([5001, 5002], ports[..2].Order());
        Assert.Equal(ports[..2], ports[2..]);
    }

    [Fact]
    public async Task Ten_and_more_instances_stay_in_order()
    {
        await using var lookup = new Lookup([.. Enumerable.Range(0, 12)
            .Select(index => ($"services:registry:http:{index}", $"http://127.0.0.1:{5000 + index}"))]);

        var all = await lookup.AllAsync("http://registry");

        Assert.Equal(Enumerable.Range(5000, 12), all.Select(address => address.Port));
    }

    [Theory]
    [InlineData("https+http://registry/", "https://127.0.0.1:7001/")]
    [InlineData("http://registry/", "http://127.0.0.1:5001/")]
    [InlineData("http://unknown:81/a", "http://unknown:81/a")]
    [InlineData("https+http://unknown/a", "https://unknown/a")]
    [InlineData("http://127.0.0.1:8080/a?b=c", "http://127.0.0.1:8080/a?b=c")]
    public async Task Schemes_are_tried_in_order_and_what_is_unknown_is_left_to_the_dns(string logical, string expected)
    {
        await using var lookup = new Lookup(
            ("services:registry:http:0", "http://127.0.0.1:5001"),
            ("services:registry:https:0", "https://127.0.0.1:7001"));

        Assert.Equal(new Uri(expected), await lookup.ResolveAsync(logical));
    }

    [Fact]
    public async Task The_default_endpoint_comes_first()
    {
        await using var lookup = new Lookup(
            ("services:registry:http:0", "http://127.0.0.1:5001"),
            ("services:registry:default:0", "http://127.0.0.1:5009"));

        Assert.Equal(5009, (await lookup.ResolveAsync("http://registry/")).Port);
    }

    [Fact]
    public async Task An_endpoint_may_be_a_plain_value()
    {
        await using var lookup = new Lookup(("services:registry:http", "http://127.0.0.1:5001/"));

        Assert.Equal(new Uri("http://127.0.0.1:5001/a"), await lookup.ResolveAsync("http://registry/a"));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_given_up_in_time()
    {
        await using var lookup = new Lookup();

        Assert.Equal(TimeSpan.FromSeconds(10), lookup.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(2), lookup.Sockets.ConnectTimeout);
        Assert.False(lookup.Sockets.AllowAutoRedirect);
    }

    private sealed class Lookup : IAsyncDisposable
    {
        private readonly ServiceProvider _services;
        private readonly Asked _asked = new();

        public Lookup(params (string Key, string Value)[] settings)
        {
            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
                settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build());
            services.AddSingleton(TimeProvider.System);
            services.AddHttpClientDefaults();
            services.AddHttpClient("asking").AddHttpMessageHandler(() => _asked);
            _services = services.BuildServiceProvider();
        }

        public TimeSpan Timeout
        {
            get
            {
                using var client = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
                return client.Timeout;
            }
        }

        public SocketsHttpHandler Sockets
        {
            get
            {
                var handler = _services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler();
                while (handler is DelegatingHandler { InnerHandler: { } inner }) handler = inner;
                return Assert.IsType<SocketsHttpHandler>(handler);
            }
        }

        /// <summary>Where a request for the logical address goes.</summary>
        public async Task<Uri> ResolveAsync(string logical)
        {
            using var client = _services.GetRequiredService<IHttpClientFactory>().CreateClient("asking");
            using var response = await client.GetAsync(new Uri(logical));
            return _asked.Address!;
        }

        public async Task<IEnumerable<Uri>> AllAsync(string service)
        {
            var resolver = _services.GetRequiredService<ServiceEndpointResolver>();
            var source = await resolver.GetEndpointsAsync(service, default);
            return source.Endpoints.Select(endpoint => new Uri(endpoint.ToString()!));
        }

        public ValueTask DisposeAsync() => _services.DisposeAsync();
    }

    private sealed class Asked : DelegatingHandler
    {
        public Uri? Address { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Address = request.RequestUri;
            return Task.FromResult(new HttpResponseMessage());
        }
    }
}
