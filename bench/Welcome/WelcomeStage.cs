using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Npgsql;
using Wir.TestKit.Servers;
using Wir.Reliability.Tests;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.WelcomePackage.Tests;

namespace Wir.Bench;

/// <summary>The welcome package in a process of its own, on servers that flush to disk: with the start content alone, or filled up to data set M.</summary>
internal sealed class WelcomeStage : IAsyncDisposable
{
    public const int Pages = 1500;
    public static readonly string[] Languages = ["de", "en", "fr", "ar", "fa", "uk", "ru", "tr", "ro", "pl", "bg", "ti"];
    private readonly TokenIssuer _issuer;
    private readonly Dictionary<string, string?> _settings;
    private ServiceProcess _service = null!;
    private string _token = "";

    private WelcomeStage(Servers servers, TokenIssuer issuer, string name, bool cached)
    {
        (Name, _issuer) = (name, issuer);
        Database = NpgsqlDataSource.Create(servers.Database.ConnectionString(name));
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Choose()}"), Timeout = TimeSpan.FromMinutes(2) };
        _settings = new()
        {
            ["urls"] = Http.BaseAddress.ToString(),
            ["ConnectionStrings:welcomepackagedb"] = servers.Database.ConnectionString(name),
            ["ConnectionStrings:rabbitmq"] = $"{servers.Broker.AmqpUri}/welcome-bench",
            ["Wir:Tokens:Jwks"] = issuer.Jwks(),
            ["Wir:PublicUrl"] = "https://wir.example",
            ["Wir:Seed"] = Path.Combine(Root(), "seed"),
            ["WelcomePackage:RegistryAddress"] = "http://127.0.0.1:9/",
            ["WelcomePackage:CachedPages"] = cached ? "20000" : "0",
            ["WelcomePackage:CachedLists"] = cached ? "33554432" : "0",
            ["Logging:LogLevel:Default"] = "Warning",
        };
    }

    public string Name { get; }

    public NpgsqlDataSource Database { get; }

    public HttpClient Http { get; }

    /// <summary>Ids of all published pages.</summary>
    public Guid[] Ids { get; private set; } = [];

    /// <summary>The start content, data set M, and a second instance on M that keeps pages in memory; the first two keep nothing.</summary>
    public static async Task<(WelcomeStage Small, WelcomeStage Large, WelcomeStage Warm)> CreateAsync()
    {
        var servers = await Servers.GetAsync();
        var issuer = TokenIssuer.Create();
        var address = new Uri(servers.Broker.ManagementUri);
        using (var management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri })
        {
            management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(address.UserInfo)));
            (await management.PutAsync("api/vhosts/welcome-bench", null)).EnsureSuccessStatusCode();
        }

        await using var postgres = NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres"));
        await ExecuteAsync(postgres, "create database welcome_small");
        var small = new WelcomeStage(servers, issuer, "welcome_small", cached: false);
        await using (var migrate = ServiceProcess.Start("WelcomePackage", small._settings, "migrate"))
        {
            await migrate.WaitForExitAsync(TimeSpan.FromMinutes(10));
            if (migrate.ExitCode != 0) throw new InvalidOperationException(migrate.Output);
        }

        await ExecuteAsync(postgres, "create database welcome_m template welcome_small");
        var (large, warm) = (new WelcomeStage(servers, issuer, "welcome_m", cached: false), new WelcomeStage(servers, issuer, "welcome_m", cached: true));
        await small.FillAsync(0);
        await large.FillAsync(Pages);
        await Task.WhenAll(small.StartAsync(), large.StartAsync(), warm.StartAsync());
        return (small, large, warm);
    }

    private async Task StartAsync()
    {
        _service = ServiceProcess.Start("WelcomePackage", _settings);
        await Eventually.TrueAsync(async () => (await Http.GetAsync("/version")).IsSuccessStatusCode, "the service serves", TimeSpan.FromMinutes(2));
        Ids = await IdsAsync();
    }

    public string Token() => _token = _issuer.Issue(TokenClaims.Anonymous, [], [], DateTimeOffset.UtcNow);

    public async Task<(HttpStatusCode Status, double Milliseconds, string? Tag)> SendAsync(string path, string? tag = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/welcome/v1" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        var clock = Stopwatch.GetTimestamp();
        using var response = await (client ?? Http).SendAsync(request);
        await response.Content.CopyToAsync(Stream.Null);
        return (response.StatusCode, Stopwatch.GetElapsedTime(clock).TotalMilliseconds, response.Headers.ETag?.Tag);
    }

    /// <summary>Calls to the database for one request (a batch is one), counted in a service of this process.</summary>
    public async Task<int> CallsAsync(string path)
    {
        var settings = new Dictionary<string, string?>(_settings) { ["urls"] = "http://127.0.0.1:0" };
        await using var app = WelcomePackage.WelcomeApp.Build([], settings);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Token();
        await SendAsync(path, null, client);
        using var calls = new DatabaseCalls();
        client.DefaultRequestHeaders.TryAddWithoutValidation("traceparent", calls.TraceParent);
        await SendAsync(path, null, client);
        await app.StopAsync();
        return calls.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Http.Dispose();
        await Database.DisposeAsync();
    }

    /// <summary>
    /// Copies of the start content's pages with ids of their own, in twelve languages; a language that a page lacks gets its English text. All
    /// of them hang below the chapters, as in a large district.
    /// </summary>
    private async Task FillAsync(int pages)
    {
        var sql = $"""
            create temp table model as
                select row_number() over (order by p.page_id) - 1 as n, p.* from welcomepackage.live_page p where p.until is null and p.parent_id is not null and p.area = '06';
            create temp table copy as
                select gen_random_uuid() as id, i, m.* from generate_series(1, {pages} - (select count(*) from welcomepackage.live_page where until is null)) i
                join model m on m.n = i % (select count(*) from model);
            insert into welcomepackage.page (id, parent_id, sort_order, area, status, source_language, field_of_action, version, source, checked_at, review_by, created_at, updated_at)
                select id, parent_id, 1000 + i, area, status, source_language, field_of_action, 1, source, checked_at, review_by, now(), now() from copy;
            insert into welcomepackage.live_page (page_id, since, version, parent_id, sort_order, area, status, source_language, field_of_action, source, checked_at, review_by, updated_at)
                select id, 1, 1, parent_id, 1000 + i, area, status, source_language, field_of_action, source, checked_at, review_by, now() from copy;
            create temp table text as
                select c.id, l.lang, c.i, coalesce(own.title, en.title, de.title) as title, coalesce(own.summary, en.summary, de.summary) as summary,
                    coalesce(own.blocks, en.blocks, de.blocks) as blocks, coalesce(own.facts, en.facts, de.facts) as facts
                from copy c cross join unnest(array['{string.Join("','", Languages)}']) as l(lang)
                join welcomepackage.live_text de on de.page_id = c.page_id and de.lang = 'de' and de.until is null and not de.is_overlay
                left join welcomepackage.live_text en on en.page_id = c.page_id and en.lang = 'en' and en.until is null and not en.is_overlay
                left join welcomepackage.live_text own on own.page_id = c.page_id and own.lang = l.lang and own.until is null and not own.is_overlay;
            insert into welcomepackage.live_text (page_id, area, lang, since, number, is_overlay, is_source, title, slug, summary, blocks, parts, facts, updated_at)
                select id, '06', lang, 1, 1, false, lang = 'de', title || ' ' || i, 'copy-' || i, summary, blocks, '[]', facts, now() from text;
            insert into welcomepackage.translation (page_id, lang, state, open_segments)
                select id, lang, case when lang = 'de' then 'up-to-date' when i % 5 = 0 then 'outdated' else 'needs-review' end, case when i % 5 = 0 and lang <> 'de' then 1 else 0 end from text;
            insert into welcomepackage.page_slug (lang, slug, page_id, is_current) select lang, 'copy-' || i, id, true from text;
            truncate welcomepackage.outbox_message;
            """;
        await using var connection = await Database.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 }) await command.ExecuteNonQueryAsync();
        await using var vacuum = new NpgsqlCommand("vacuum (analyze)", connection) { CommandTimeout = 300 };
        await vacuum.ExecuteNonQueryAsync();
    }

    private async Task<Guid[]> IdsAsync()
    {
        await using var command = Database.CreateCommand("select page_id from welcomepackage.live_page where until is null order by page_id");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync()) ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Wir.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("Benchmarks run within the repository.");
    }
}
