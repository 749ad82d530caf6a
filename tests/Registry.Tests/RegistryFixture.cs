using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wir.Jobs;
using Wir.Messaging;
using Wir.Registry.Data;
using Wir.Registry.Seed;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>The service under its real pipeline, with a database and a virtual host of its own.</summary>
public class RegistryFixture : IAsyncLifetime
{
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly DirectoryInfo _mail = Directory.CreateTempSubdirectory("wir-registry-mail-");
    private readonly LogLines _logs = new();
    private TestDatabase _database = null!;
    private TestVirtualHost _broker = null!;
    private HttpClient _client = null!;

    public const string Korbach = "06635015";
    public const string Frankenberg = "06635011";

    public WebApplication App { get; private set; } = null!;

    public virtual string ConnectionString => _database.ConnectionString;

    /// <summary>Entries in the start data; none unless a test is about them.</summary>
    protected virtual int DemoEntries => 0;

    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    /// <summary>What a test puts in place of the service's own.</summary>
    protected virtual void Replace(IServiceCollection services)
    {
    }

    public Client Anonymous => As(TokenClaims.Anonymous);

    public Client Office => As("client:office", [Scopes.RegistryWrite, Scopes.RegistryApprove, Scopes.ReadInternal], Korbach);

    public Client Writer => As("client:writer", [Scopes.RegistryWrite], Korbach);

    public Client Approver => As("client:approver", [Scopes.RegistryApprove, Scopes.ReadInternal], Korbach);

    public Client OtherOffice => As("client:other", [Scopes.RegistryWrite, Scopes.RegistryApprove, Scopes.ReadInternal], Frankenberg);

    public Client District => As("client:district", [Scopes.RegistryWrite, Scopes.RegistryApprove, Scopes.ReadInternal], "06635");

    public Client Authority => As("client:reader", [Scopes.ReadInternal], "06635");

    public virtual async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _broker = await TestVirtualHost.CreateAsync();
        Assert.Equal(0, await Build().RunServiceAsync<RegistryDb>(["migrate"], StartData.LoadAsync));
        App = Build();
        await App.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
    }

    public virtual async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
        _issuer.Dispose();
        _logs.Dispose();
        _mail.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    public Client As(string subject, string[]? scopes = null, params string[] areas) =>
        new(_client, _issuer.Issue(subject, scopes ?? [], areas, DateTimeOffset.UtcNow));

    /// <summary>Somebody without credentials, behind an address that has this pseudonym today.</summary>
    public Client Reader(string pseudonym) =>
        new(_client, _issuer.Issue(TokenClaims.Anonymous, [], [], DateTimeOffset.UtcNow, reader: pseudonym));

    public string TokenOf(string subject) => _issuer.Issue(subject, [], [], DateTimeOffset.UtcNow);

    public IReadOnlyList<string> MailFiles => [.. _mail.GetFiles("*.eml").Select(file => file.FullName)];

    /// <summary>The text of the first mail to this address.</summary>
    public Task<string> MailToAsync(string address) => Eventually.ValueAsync(async () =>
    {
        foreach (var file in _mail.GetFiles("*.eml"))
        {
            var text = await File.ReadAllTextAsync(file.FullName);
            if (text.Contains(address, StringComparison.Ordinal)) return text;
        }

        return null;
    }, $"a mail to {address}");

    public async Task<IReadOnlyList<string>> MailsToAsync(string address)
    {
        var texts = await Task.WhenAll(_mail.GetFiles("*.eml").OrderBy(file => file.CreationTimeUtc).Select(file => File.ReadAllTextAsync(file.FullName)));
        return [.. texts.Where(text => text.Contains(address, StringComparison.Ordinal))];
    }

    /// <summary>What the service has logged.</summary>
    public IReadOnlyCollection<string> Logs => _logs.Lines;

    /// <summary>Has one job done, as the schedule would.</summary>
    public async Task RunJobAsync(string kind, object order)
    {
        Guid id;
        await using (var scope = App.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
            id = db.Enqueue(kind, order);
            await db.SaveChangesAsync();
        }

        await Eventually.TrueAsync(async () => (await QueryAsync($"select state from registry.job where id = '{id}'")) is ["done"], $"job {kind} is done");
    }

    /// <summary>Every row of every table of the service that holds the expression.</summary>
    public async Task<IReadOnlyList<string>> FindEverywhereAsync(string expression, string? onlyTable = null)
    {
        var tables = await QueryAsync("select table_name from information_schema.tables where table_schema = 'registry' and table_type = 'BASE TABLE'");
        var found = new List<string>();
        foreach (var table in tables.Where(table => onlyTable is null || table == onlyTable))
        {
            found.AddRange((await QueryAsync($"select t::text from registry.{table} t where t::text ~* '{expression}'")).Select(row => $"{table}: {row}"));
        }

        return found;
    }

    /// <summary>Hands in an entry and proves the address; it then waits for review.</summary>
    public async Task<Guid> SubmitAndConfirmAsync(JsonObject submission, string email)
    {
        submission["submitter"] = new JsonObject { ["name"] = "Erika Musterfrau", ["email"] = email, ["role"] = "chair" };
        var answer = await Anonymous.PostAsync("/submissions", submission);
        Assert.Equal((202, "awaiting-confirmation"), (answer.Status, (string)answer.Json["state"]!));
        var id = (Guid)answer.Json["id"]!;
        var token = TokenIn(await MailToAsync(email));
        var confirmed = await Anonymous.PostAsync($"/submissions/{id}/confirm", new JsonObject { ["token"] = token });
        Assert.Equal((200, "in-review"), (confirmed.Status, (string)confirmed.Json["state"]!));
        return id;
    }

    public static string TokenIn(string mail) => Regex.Match(mail, "token=([A-Za-z0-9_-]+)").Groups[1].Value;

    public async Task<List<string>> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.IsDBNull(0) ? "" : reader.GetValue(0).ToString()!);
        return rows;
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ConnectionStrings:registrydb"] = _database.ConnectionString,
            ["ConnectionStrings:rabbitmq"] = _broker.AmqpUri,
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Wir:PublicUrl"] = "https://wir.example",
            ["Wir:Mail:Folder"] = _mail.FullName,
            ["Wir:Jobs:PollInterval"] = "00:00:00.1",
            ["Wir:Registry:DemoEntries"] = DemoEntries.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Wir:Seed"] = AppContext.BaseDirectory,
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.AddRegistry();
        // After the service's own, which clears those before.
        builder.Logging.ClearProviders().AddProvider(_logs).SetMinimumLevel(LogLevel.Information);
        Replace(builder.Services);
        var app = builder.Build();
        app.UseServiceDefaults().MapRegistry();
        return app;
    }
}

/// <summary>Keeps what is logged, for tests that look for what must not be there.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

/// <summary>Calls the service as somebody.</summary>
public sealed class Client(HttpClient http, string token)
{
    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, JsonNode body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> PatchAsync(string path, JsonNode body, long version) => SendAsync(HttpMethod.Patch, path, body, ("If-Match", $"\"{version}\""));

    /// <summary>Posts bytes as they are; a server that refuses a body early may close the connection.</summary>
    public async Task<(int Status, string Text)> PostRawAsync(string path, byte[] body, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, RegistryApi.Prefix + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.ExpectContinue = true;
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("/api", StringComparison.Ordinal) || path.StartsWith("/hsds", StringComparison.Ordinal) ? path : RegistryApi.Prefix + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.AcceptLanguage.ParseAdd("en");
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        var answered = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer((int)response.StatusCode, Encoding.UTF8.GetString(bytes), response.Headers.ETag?.ToString(), response.Headers.Location?.ToString()) { Headers = answered, Bytes = bytes };
    }
}

public sealed record Answer(int Status, string Text, string? ETag, string? Location)
{
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required byte[] Bytes { get; init; }

    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    public IReadOnlyList<string> Pointers => [.. Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!)];
}

/// <summary>Entries to hand in.</summary>
public static class Sample
{
    private static int s_number = 1000;

    public static int NextNumber() => Interlocked.Increment(ref s_number);

    public static JsonObject Association(string? name = null, string area = RegistryFixture.Korbach)
    {
        var number = NextNumber();
        return new JsonObject
        {
            ["kind"] = "registered-association",
            ["name"] = name ?? $"Sportverein Korbach {number} e.V.",
            ["identifiers"] = new JsonArray(new JsonObject { ["scheme"] = "DE-CR", ["value"] = $"VR {number} Korbach" }),
            ["area"] = area,
            ["address"] = new JsonObject { ["street"] = "Am Stadtpark", ["houseNumber"] = "4", ["postalCode"] = "34497", ["place"] = "Korbach" },
            ["location"] = new JsonObject { ["lat"] = 51.27186, ["lon"] = 8.873194 },
            ["categories"] = new JsonArray(new JsonObject { ["scheme"] = "wir", ["code"] = "sport.football" }),
            ["languages"] = new JsonArray("de", "ar", "uk"),
            ["targetGroups"] = new JsonArray("children", "women"),
            ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Fußball für alle", ["state"] = "approved" } },
            ["contacts"] = new JsonArray(
                new JsonObject { ["type"] = "functional", ["label"] = new JsonObject { ["de"] = "Geschäftsstelle" }, ["email"] = "info@sv-korbach.example", ["phone"] = "+49 5631 5550", ["visibility"] = "public" }),
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "website", ["href"] = "https://sv-korbach.example/" }),
            ["offers"] = new JsonArray(new JsonObject
            {
                ["name"] = new JsonObject { ["de"] = "Offenes Training" },
                ["schedule"] = new JsonArray(new JsonObject { ["dtstart"] = "2026-09-01T18:00", ["tzid"] = "Europe/Berlin", ["rrule"] = "FREQ=WEEKLY;BYDAY=TU", ["durationMinutes"] = 90 }),
                ["place"] = new JsonObject { ["lat"] = 51.27, ["lon"] = 8.87 },
            }),
        };
    }

    public static JsonObject Person(string name, string visibility = "public", string? until = null) => new()
    {
        ["type"] = "person", ["name"] = name, ["role"] = "chair", ["email"] = "chair@sv-korbach.example", ["visibility"] = visibility,
        ["legalBasis"] = "consent", ["until"] = until,
    };
}
