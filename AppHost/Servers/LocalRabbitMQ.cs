using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wir.AppHost.Servers;

/// <summary>A RabbitMQ node of the instance's own: a process on loopback, with the management plug-in.</summary>
internal sealed class LocalRabbitMQResource(string name, Instance instance, ParameterResource password)
    : ExecutableResource(name, "sh", instance.Directory), IResourceWithConnectionString
{
    public const string UserName = "guest";

    public ParameterResource Password { get; } = password;

    public EndpointReference Endpoint => new(this, "tcp");

    public EndpointReference Management => new(this, "management");

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"amqp://{UserName}:{Password}@{Endpoint.Property(EndpointProperty.HostAndPort)}");
}

internal static class LocalRabbitMQExtensions
{
    public static IResourceBuilder<LocalRabbitMQResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, string name, Instance instance)
    {
        var password = builder.AddParameter($"{name}password", new KeptPassword(instance, name), secret: true);
        var server = new LocalRabbitMQResource(name, instance, password.Resource);
        builder.Services.AddHealthChecks().AddCheck(name, new RabbitMQCheck(server));
        var (amqp, management) = (instance.Port(name), instance.Port($"{name}.management"));
        return builder.AddResource(server)
            .WithArgs(Path.Combine(AppContext.BaseDirectory, "Servers", "rabbitmq.sh"), "run", instance.PathOf(name))
            .WithArgs($"{amqp}", $"{management}", $"{instance.Port($"{name}.distribution")}", $"{instance.Port($"{name}.epmd")}")
            .WithEnvironment("RABBITMQ_PASSWORD", password)
            .WithLoopbackEndpoint("tcp", "tcp", amqp)
            .WithLoopbackEndpoint("management", "http", management)
            .WithHealthCheck(name)
            .WithIconName("Mailbox");
    }

    /// <summary>An endpoint without the orchestrator's proxy, on loopback only.</summary>
    public static IResourceBuilder<T> WithLoopbackEndpoint<T>(this IResourceBuilder<T> builder, string name, string scheme, int port)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(name, endpoint =>
        {
            (endpoint.UriScheme, endpoint.TargetHost) = (scheme, "127.0.0.1");
            (endpoint.Port, endpoint.TargetPort, endpoint.IsProxied) = (port, port, false);
        });

    /// <summary>Healthy when the management API knows the user and AMQP answers its greeting.</summary>
    private sealed class RabbitMQCheck(LocalRabbitMQResource server) : IHealthCheck
    {
        private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var user = $"{LocalRabbitMQResource.UserName}:{await server.Password.GetValueAsync(cancellationToken)}";
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Management.Url}/api/whoami");
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
                using var response = await s_http.SendAsync(request, cancellationToken);
                return response.IsSuccessStatusCode && await GreetsAsync(cancellationToken)
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Unhealthy($"The management API answers {(int)response.StatusCode}.");
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or IOException or TaskCanceledException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }

        /// <summary>The client names the protocol, the broker answers with its first method (a frame of type 1).</summary>
        private async Task<bool> GreetsAsync(CancellationToken cancellation)
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", server.Endpoint.Port, cancellation);
            await client.GetStream().WriteAsync("AMQP\0\0\t\u0001"u8.ToArray(), cancellation);
            var answer = new byte[1];
            return await client.GetStream().ReadAsync(answer, cancellation) == 1 && answer[0] == 1;
        }
    }
}
