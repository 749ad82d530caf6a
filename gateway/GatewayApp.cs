using Wir.Gateway.Clients;
using Wir.Gateway.Data;
using Wir.Gateway.Docs;
using Wir.Gateway.Edge;
using Wir.Gateway.Proxy;
using Wir.Gateway.Tokens;
using Wir.Messaging;
using Wir.ServiceDefaults;

namespace Wir.Gateway;

/// <summary>The gateway, as its process and its tests build it.</summary>
internal static class GatewayApp
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("gateway");
        configure?.Invoke(builder);
        builder.AddServiceDatabase<GatewayDb>("gatewaydb");
        builder.AddMessaging<GatewayDb>("gateway");
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway");
        builder.Services.AddTokenMint();
        builder.Services.AddClientKeys();
        builder.Services.AddEdge();
        builder.Services.AddServiceProxy();

        var app = builder.Build();
        app.UseServiceDefaults(edge => edge.UseEdge().UseApiReader(), compress: false);
        app.MapClients();
        app.MapJwks();
        app.MapDocs();
        app.MapServiceProxy();
        return app;
    }
}
