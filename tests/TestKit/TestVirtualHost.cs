using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace Wir.TestKit;

/// <summary>A virtual host of its own for a test class, deleted at the end with its queues and exchanges.</summary>
public sealed class TestVirtualHost : IAsyncDisposable
{
    private readonly HttpClient _management;

    private TestVirtualHost(HttpClient management, string name, string amqpUri)
    {
        _management = management;
        Name = name;
        AmqpUri = amqpUri;
    }

    public string Name { get; }

    /// <summary><c>amqp://user:password@host:port/name</c>: what a service gets as its connection string.</summary>
    public string AmqpUri { get; }

    /// <summary>The broker's management API (paths as <c>api/queues/{Name}</c>), signed in; for looking at queues.</summary>
    public HttpClient Management => _management;

    public static async Task<TestVirtualHost> CreateAsync()
    {
        var broker = await TestServers.Current.GetRabbitMqAsync();
        var address = new UriBuilder(broker.Management);
        var user = Uri.UnescapeDataString(address.UserName);
        var credentials = Encoding.UTF8.GetBytes($"{user}:{Uri.UnescapeDataString(address.Password)}");
        address.UserName = address.Password = "";
        var management = new HttpClient { BaseAddress = address.Uri, Timeout = TimeSpan.FromSeconds(30) };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));

        var name = $"test-{Guid.CreateVersion7():n}";
        using (var host = await management.PutAsync($"api/vhosts/{name}", null))
        {
            host.EnsureSuccessStatusCode();
        }

        var all = new Dictionary<string, string> { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" };
        using (var permissions = await management.PutAsJsonAsync($"api/permissions/{name}/{Uri.EscapeDataString(user)}", all))
        {
            permissions.EnsureSuccessStatusCode();
        }

        return new TestVirtualHost(management, name, $"{broker.Amqp}/{name}");
    }

    public async ValueTask DisposeAsync()
    {
        using (await _management.DeleteAsync($"api/vhosts/{Name}"))
        {
            _management.Dispose();
        }
    }
}
