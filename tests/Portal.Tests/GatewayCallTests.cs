using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wir.Portal.Api;

namespace Wir.Portal.Tests;

/// <summary>The portal with two gateways, at the first of which nobody listens.</summary>
[Lane(Lane.Functional)]
public sealed class GatewayCallTests : IAsyncLifetime
{
    private readonly Gateway _gateway = new();
    private Portal? _portal;

    private PublicApi Api => _portal!.Services.GetRequiredService<PublicApi>();

    public async ValueTask InitializeAsync()
    {
        await _gateway.StartAsync();
        _portal = new(_gateway.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null) await _portal.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_read_that_does_not_get_through_is_tried_at_the_other_instance()
    {
        for (var call = 0; call < 6; call++)
        {
            Assert.Equal(AnswerState.Found, (await Api.AreasAsync("de", default)).State);
        }

        Assert.Equal(6, _gateway.Calls);
    }

    [Fact]
    public async Task What_changes_something_is_sent_once()
    {
        var states = new List<AnswerState>();

        for (var call = 0; call < 4; call++)
        {
            states.Add(await Api.ConfirmSubmissionAsync(Guid.CreateVersion7(), "token", "de", default));
        }

        Assert.Equal(2, states.Count(state => state == AnswerState.Unavailable));
        Assert.Equal(2, _gateway.Calls);
    }

    [Fact]
    public async Task An_answer_is_not_asked_for_again_and_stops_nobody_elses_calls()
    {
        for (var call = 0; call < 150; call++)
        {
            Assert.Equal(AnswerState.Unavailable, (await Api.OverviewAsync("de", "down", default)).State);
        }

        Assert.Equal(150, _gateway.Calls);
        Assert.Equal(AnswerState.Found, (await Api.AreasAsync("de", default)).State);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_not_waited_for()
    {
        Assert.Equal(AnswerState.Unavailable, (await Api.OverviewAsync("de", "slow", default)).State);
        Assert.Equal(1, _gateway.Calls);
    }

    [Fact]
    public async Task Tries_that_fail_write_nothing_beside_the_path_of_a_package()
    {
        using var client = _portal!.CreateClient();

        for (var call = 0; call < 4; call++) (await client.GetAsync($"/p/AAAA-BBB{call}")).Dispose();

        Assert.NotEqual(0, _gateway.Calls);
        Assert.DoesNotContain(_portal.Lines, line => line.Level >= LogLevel.Warning);
    }

    private sealed class Portal(string gateway) : WebApplicationFactory<PortalOptions>, ILoggerProvider
    {
        public ConcurrentQueue<(string Category, LogLevel Level)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.UseEnvironment("Production")
            .UseSetting("services:gateway:http:0", "http://127.0.0.1:9").UseSetting("services:gateway:http:1", gateway)
            .UseSetting("Portal:Patience", "00:00:01").ConfigureLogging(logging => logging.AddProvider(this));

        private sealed class Logger(string category, ConcurrentQueue<(string Category, LogLevel Level)> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) => lines.Enqueue((category, logLevel));
        }
    }

    private sealed class Gateway : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _calls;

        public Gateway()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.Run(AnswerAsync);
        }

        public string Address => _app.Urls.First();

        public int Calls => _calls;

        public Task StartAsync() => _app.StartAsync();

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            Interlocked.Increment(ref _calls);
            switch (context.Request.Query["area"].ToString())
            {
                case "" when context.Request.Path.StartsWithSegments("/api/welcome/v1/packages"):
                    context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                    return;
                case "down":
                    context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                    context.Response.Headers.RetryAfter = "5";
                    return;
                case "slow":
                    await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
                    return;
                default:
                    context.Response.ContentType = "application/json";
                    await context.Response.WriteAsync("""{"data":[],"links":{},"meta":{}}""");
                    return;
            }
        }
    }
}
