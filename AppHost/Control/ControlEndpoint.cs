using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Wir.AppHost.Control;

/// <summary>
/// A socket in the instance's directory at which <c>./wir</c> asks for the status and restarts resources. Aspire's own
/// command line knows an instance by the path of its project, so it cannot tell two instances of one clone apart.
/// </summary>
internal sealed class ControlEndpoint(Instance instance, StatusReader status, ResourceCommandService commands)
    : IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>Elsewhere when its path would be too long for a socket.</summary>
    public static string SocketOf(string directory)
    {
        var path = Path.Combine(directory, "control.sock");
        return path.Length <= 100 ? path : $"/tmp/wir-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(path)))[..24]}.sock";
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        File.Delete(SocketOf(instance.Directory));
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        var path = SocketOf(instance.Directory);
        // The instance is claimed, so a socket that is there belongs to nobody.
        File.Delete(path);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.ListenUnixSocket(path));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancellation);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        switch (request.Method, request.Path.Value?.Split('/'))
        {
            case ("GET", [_, "status"]):
                var rows = status.Read(withMemory: request.Query["memory"] == "true");
                await context.Response.WriteAsync(JsonSerializer.Serialize(rows, JsonSerializerOptions.Web), context.RequestAborted);
                break;
            case ("POST", [_, "restart", var name]):
                var ids = status.Ids(name);
                context.Response.StatusCode = ids.Count == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status204NoContent;
                await Task.WhenAll(ids.Select(id => commands.ExecuteCommandAsync(id, KnownResourceCommands.RestartCommand, CancellationToken.None)));
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}
