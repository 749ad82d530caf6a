using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.Jobs;
using Wir.Messaging;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Seed;
using Xunit;

namespace Wir.WelcomePackage.Tests;

/// <summary>The service with its start content, on a database and a virtual host of its own; a fixture of a test class.</summary>
public sealed class Welcome : IAsyncLifetime
{
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private TestDatabase? _database;
    private TestVirtualHost? _broker;
    private WebApplication? _app;

    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Wir:PublicUrl"] = "https://wir.example",
        ["Wir:Seed"] = Path.Combine(Root(), "seed"),
        ["WelcomePackage:RegistryAddress"] = "http://127.0.0.1:9/",
    };

    public HttpClient Client { get; private set; } = null!;

    public NpgsqlDataSource Source { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public string AmqpUri => _broker!.AmqpUri;

    /// <summary>Editor of the district and of Korbach, and the second pair of eyes.</summary>
    public Person Editor => As("client:editor", [Scopes.WelcomeWrite, Scopes.WelcomeTranslate], "06635");

    public Person Approver => As("client:approver", [Scopes.WelcomePublish], "06635");

    public Person Office => As("client:office", [Scopes.WelcomeIssue], "06635015");

    /// <summary>Somebody without credentials, behind an address that has this pseudonym today.</summary>
    public Person Reader(string pseudonym) => new(this, _issuer, TokenClaims.Anonymous, [],
        []) { Pseudonym = pseudonym };

    public Person Anonymous => As(TokenClaims.Anonymous, []);

    /// <summary>The repository's folder.</summary>
    public static string Repository { get; } = Root();

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../.."));

    public static Guid Seeded(string key) => WelcomeSeed.IdOf(key);

    public async ValueTask InitializeAsync()
    {
        _broker = await TestVirtualHost.CreateAsync();
        Settings["ConnectionStrings:rabbitmq"] = _broker.AmqpUri;
        Settings["Wir:Tokens:Jwks"] = _issuer.Jwks();
        _database = await TestDatabase.CreateAsync("welcomepackage", MigrateAsync);
        // The queues of this class's own virtual host.
        await MigrateAsync(_database.ConnectionString);
        Source = NpgsqlDataSource.Create(_database.ConnectionString);
        _app = WelcomeApp.Build([], Settings);
        await _app.StartAsync();
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public Person As(string subject, string[] scopes, params string[] areas) => new(this, _issuer, subject, scopes, areas);

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Has one job done; how much it says it did.</summary>
    public async Task<long> RunJobAsync(string kind)
    {
        Guid id;
        await using (var scope = Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<WelcomeDb>();
            id = db.Enqueue(kind, new { });
            await db.SaveChangesAsync();
        }

        await Eventually.TrueAsync(async () =>
            await ScalarAsync<string>($"select state from welcomepackage.job where id = '{id}'") == "done",
            $"job {kind} is done");
        return await ScalarAsync<long>($"select progress_done from welcomepackage.job where id = '{id}'");
    }

    /// <summary>Waits until every committed change has its position in the feed.</summary>
    public Task FeedInOrderAsync() =>
        Eventually.TrueAsync(async () => await ScalarAsync<long>("select count(*) from welcomepackage.feed_pending") == 0, "feed in order");

    /// <summary>A page's row in the feed.</summary>
    public async Task<JsonNode?> FeedAsync(Guid id)
    {
        await FeedInOrderAsync();
        return (await Anonymous.GetAsync("/changes?limit=5000")).Json["data"]!.AsArray().SingleOrDefault(row => (string)row!["id"]! == id.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        if (Source is not null) await Source.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _issuer.Dispose();
    }

    private async Task MigrateAsync(string connectionString)
    {
        Settings["ConnectionStrings:welcomepackagedb"] = connectionString;
        Assert.Equal(0, await WelcomeApp.Build([], Settings).RunServiceAsync<WelcomeDb>(["migrate"], WelcomeSeed.LoadAsync));
    }
}

/// <summary>One service for all classes about editing: each works on pages of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OneWelcome : ICollectionFixture<Welcome>
{
    public const string Name = "One welcome package";
}

/// <summary>Somebody who calls the service.</summary>
public sealed class Person(Welcome welcome, TokenIssuer issuer, string subject, string[] scopes, string[] areas)
{
    public string? Pseudonym { get; init; }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> PutAsync(string path, object body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, WelcomeApp.Prefix + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer",
            issuer.Issue(subject, scopes, areas, DateTimeOffset.UtcNow, reader: Pseudonym));
        request.Headers.AcceptLanguage.ParseAdd("en");
        if (body is HttpContent content)
        {
            request.Content = content;
        }
        else if (body is not null)
        {
            var json = body as string ?? System.Text.Json.JsonSerializer.Serialize(body, System.Text.Json.JsonSerializerOptions.Web);
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var message = await welcome.Client.SendAsync(request);
        return new Answer(message.StatusCode, message.Headers.ETag?.Tag, message.Headers.Concat(message.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase), await message.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A published page; the drafts are this person's, the publication the approver's.</summary>
    public async Task<Guid> PublishedAsync(string title = "Seite", string body = "<p>Text.</p>", Guid? parent = null, string area = "06635", int order = 500)
    {
        var created = (await PostAsync("/pages", new { parentId = parent, area, order, sourceLanguage = "de" })).Expect(HttpStatusCode.Created);
        var id = Guid.Parse((string)created.Json["id"]!);
        await WriteAsync(id, "de", title + " " + id.ToString()[^6..], body);
        await PublishAsync(id);
        return id;
    }

    public async Task<Answer> WriteAsync(Guid id, string lang, string title, string body, string? state = null)
    {
        var current = await GetAsync($"/pages/{id}/translations/{lang}");
        var condition = current.Status == HttpStatusCode.NotFound ? ("If-None-Match", "*") : ("If-Match", current.Tag!);
        var answer = await PutAsync($"/pages/{id}/translations/{lang}", new { title, body, state }, condition);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return answer;
    }

    public async Task<Answer> PublishAsync(Guid id, object? order = null) =>
        (await welcome.Approver.PostAsync($"/pages/{id}/publish", order, ("If-Match", "*"))).Expect(HttpStatusCode.OK);
}

public sealed record Answer(HttpStatusCode Status, string? Tag, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    public Answer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{Status}: {Text}");
        return this;
    }
}
