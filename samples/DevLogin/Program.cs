// A sign-in for developers: whoever opens it chooses one of the development roles. OpenID Connect with code and PKCE, as a real provider speaks it,
// so that nothing on the other side knows the difference. It has no passwords and therefore no place outside of a developer's machine.
using Wir.DevLogin;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.WebHost.ConfigureKestrel(options => options.AddServerHeader = false);
// A page elsewhere whose name is made to lead here would otherwise be answered.
builder.Configuration["AllowedHosts"] = "127.0.0.1;localhost;[::1]";
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(services => new Provider(builder.Configuration["Login:Issuer"] ?? "http://127.0.0.1:5000", services.GetRequiredService<TimeProvider>()));

var app = builder.Build();
app.Use((context, next) =>
{
    var headers = context.Response.Headers;
    headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    headers.XContentTypeOptions = "nosniff";
    headers.CacheControl = "no-store";
    headers["Referrer-Policy"] = "no-referrer";
    // A name that leads here from elsewhere is not this machine's own.
    if (context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address)) return next(context);
    context.Response.StatusCode = StatusCodes.Status403Forbidden;
    return Task.CompletedTask;
});
app.MapGet("/health/ready", () => "ready");
app.MapSignIn();
app.Run();
