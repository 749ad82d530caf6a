using System.Text;
using System.Text.Json.Nodes;
using Wir.ServiceDefaults.Access;

namespace Wir.Platform.Tests.Conformance;

/// <summary>The running platform as clients of its APIs see it: every operation of every document, and things to call them on.</summary>
public sealed class ApiStage(WholePlatform platform) : IAsyncLifetime
{
    public const string Tests = "The APIs";
    public const string District = "06635";
    public const string Korbach = "06635015";
    public const string Frankenberg = "06635011";

    /// <summary>Values of path parameters that no list holds.</summary>
    private static readonly Dictionary<string, string> s_values = new()
    {
        ["lang"] = "de", ["language"] = "de", ["area"] = Korbach, ["list"] = "kinds", ["region"] = Korbach, ["number"] = "1",
    };

    /// <summary>Values that are right at one path only.</summary>
    private static readonly Dictionary<string, string> s_valuesAt = new() { ["/api/monitor/v1/live code"] = "K01" };

    private readonly Dictionary<string, string?> _found = [];
    private HttpClient _http = null!;

    public WholePlatform Platform => platform;

    public IReadOnlyList<ApiOperation> Operations { get; private set; } = [];

    public IReadOnlyDictionary<string, JsonObject> Documents { get; private set; } = new Dictionary<string, JsonObject>();

    /// <summary>A client with every scope in the whole Land, whose shared items all districts use.</summary>
    public string Everything { get; private set; } = "";

    public HttpClient Http => _http;

    /// <summary>The call that was made last and its answer, for messages.</summary>
    public string Last { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 32 })
        {
            BaseAddress = platform.Instance.Address, Timeout = TimeSpan.FromSeconds(60),
        };
        var documents = new Dictionary<string, JsonObject>();
        foreach (var api in new[] { "registry", "welcome", "monitor", "clients" })
        {
            // Just started, a service may need longer for its first description than the gateway waits for it.
            documents[api] = await Eventually.ValueAsync(
                async () => await SendAsync(new("GET", $"/openapi/{api}.json")) is { Code: 200 } answer ? answer.Json!.AsObject() : null, $"{api} describes itself");
        }

        Documents = documents;
        Operations = [.. documents.SelectMany(document => ApiOperation.Of(document.Key, document.Value))];
        Everything = await ClientAsync("conformance-everything", Scopes.All, ["06"]);
    }

    /// <summary>The key of a new client.</summary>
    public async Task<string> ClientAsync(string name, IEnumerable<string> scopes, IEnumerable<string> areas) => (await NewClientAsync(name, scopes, areas)).Key;

    public async Task<(string Id, string Key)> NewClientAsync(string name, IEnumerable<string> scopes, IEnumerable<string> areas)
    {
        var body = new JsonObject
        {
            ["name"] = $"{name}-{Guid.CreateVersion7():N}", ["scopes"] = ArrayOf(scopes), ["areas"] = ArrayOf(areas), ["requestsPerMinute"] = 1_000_000,
        };
        var answer = await SendAsync(new Call("POST", "/api/clients/v1/clients") { Key = platform.Instance.Keys["operator"] }.WithJson(body));
        Assert.True(answer.Code == 201, answer.ToString());
        return ((string)answer.Json!["client"]!["id"]!, (string)answer.Json!["key"]!["key"]!);
    }

    public async Task<ApiAnswer> SendAsync(Call call)
    {
        using var message = call.ToMessage(_http.BaseAddress!);
        using var response = await _http.SendAsync(message);
        var answer = await ApiAnswer.OfAsync(response);
        Last = $"{call} → {answer}";
        return answer;
    }

    /// <summary>A call of the operation on something that exists and lies in Korbach where it lies anywhere; null when nothing of the kind is to be had.</summary>
    public async Task<Call?> CallAsync(ApiOperation operation)
    {
        var values = new Dictionary<string, string>();
        foreach (var parameter in operation.PathParameters)
        {
            if (await ValueAsync(operation, parameter) is not { } value) return null;
            values[parameter] = value;
        }

        var query = operation.QueryParameters.Where(parameter => (bool?)parameter["required"] is true)
            .Select(parameter => $"{(string)parameter["name"]!}={Uri.EscapeDataString(ExampleOf(parameter))}").ToArray();
        var call = new Call(operation.Method, operation.Fill(values) + (query.Length > 0 ? "?" + string.Join('&', query) : ""));
        if (operation is { Method: "POST", Path: "/api/welcome/v1/media" }) return call with { Body = Picture, BodyType = $"multipart/form-data; boundary={Boundary}" };
        if (operation.Body is not { Example: { } example } body) return call;
        // An address gets so many mails a day and no more.
        if (example is JsonObject { } entry && entry["submitter"] is JsonObject)
        {
            example = entry.DeepClone();
            example["submitter"]!["email"] = $"vorstand-{Guid.CreateVersion7():N}@example.org";
        }

        return call.WithJson(example, body.Type);
    }

    /// <summary>As the other, where there has to be something to call it on: an identifier that nothing has stands in for one.</summary>
    public async Task<Call> AnyCallAsync(ApiOperation operation) => await CallAsync(operation) ??
        new Call(operation.Method, operation.Fill(operation.PathParameters.ToDictionary(name => name, name => s_values.GetValueOrDefault(name, "01970000-0000-7000-8000-000000000001"))));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await ValueTask.CompletedTask;
    }

    public static string ExampleOf(JsonNode parameter) => parameter["example"] switch
    {
        JsonArray list => list.FirstOrDefault()?.ToString() ?? "",
        { } value => value.ToString(),
        null => "Text",
    };

    /// <summary>From the list at the path before the parameter; else something made there; else a value known to exist.</summary>
    private async Task<string?> ValueAsync(ApiOperation operation, string parameter)
    {
        var prefix = operation.Path[..operation.Path.IndexOf("{" + parameter, StringComparison.Ordinal)].TrimEnd('/');
        // What an area lays over a page needs a page of an area above it.
        if (parameter == "id" && operation.Path.Contains("/overlays/", StringComparison.Ordinal)) return await ListedAsync(prefix, parameter, District);
        if (_found.TryGetValue($"{prefix} {parameter}", out var known)) return known;
        return _found[$"{prefix} {parameter}"] = s_valuesAt.GetValueOrDefault($"{prefix} {parameter}") ?? s_values.GetValueOrDefault(parameter)
            ?? await ListedAsync(prefix, parameter) ?? await MadeAsync(prefix, parameter) ?? await CausedAsync(prefix, parameter);
    }

    private async Task<string?> ListedAsync(string prefix, string parameter, string area = Korbach)
    {
        if (Operations.FirstOrDefault(other => other.Method == "GET" && Shape(other.Path) == Shape(prefix)) is not { } list || await CallAsync(list) is not { } call) return null;
        var answer = await SendAsync(call with { Key = Everything });
        var rows = answer.Json switch
        {
            JsonArray bare => bare,
            JsonObject shaped => (shaped["data"] ?? shaped["contents"] ?? shaped["items"]) as JsonArray,
            _ => null,
        };
        var row = rows?.FirstOrDefault(one => (string?)(one?["area"] as JsonValue) == area) ?? rows?.FirstOrDefault();
        return row is JsonObject ? (row[parameter] ?? row["id"] ?? row["code"] ?? row["key"])?.ToString() : null;
    }

    private async Task<string?> MadeAsync(string prefix, string parameter)
    {
        if (Operations.FirstOrDefault(other => other.Method == "POST" && Shape(other.Path) == Shape(prefix)) is not { } create || await CallAsync(create) is not { } call) return null;
        var answer = await SendAsync(call with { Key = Everything });
        return answer.Code is >= 200 and < 300 && answer.Json is JsonObject made ? (made[parameter] ?? made["id"] ?? made["code"])?.ToString() : null;
    }

    /// <summary>What comes from a call about something else that exists: a task from a report, feedback on a page.</summary>
    private async Task<string?> CausedAsync(string prefix, string parameter)
    {
        (string Path, JsonObject Body)? cause = prefix switch
        {
            "/api/registry/v1/tasks" => ("/api/registry/v1/reports", new() { ["associationId"] = await ListedAsync("/api/registry/v1/associations", "id"), ["subject"] = "other", ["message"] = "Die Telefonnummer stimmt nicht mehr." }),
            "/api/welcome/v1/feedback" => (prefix, new() { ["subjectType"] = "page", ["subjectId"] = await ListedAsync("/api/welcome/v1/pages", "id"), ["lang"] = "de", ["helpful"] = true, ["area"] = Korbach }),
            _ => null,
        };
        if (cause is not { } call) return null;
        var answer = await SendAsync(new Call("POST", call.Path) { Key = Everything }.WithJson(call.Body));
        Assert.True(answer.Code == 202, answer.ToString());
        return await ListedAsync(prefix, parameter);
    }

    private const string Boundary = "wir-conformance";

    /// <summary>A medium in Korbach: a PNG of one dot.</summary>
    private static byte[] Picture { get; } =
    [
        .. Encoding.UTF8.GetBytes(string.Concat(new (string Name, string Value)[]
        {
            ("area", Korbach), ("licence", "CC-BY-4.0"), ("creator", "WIR"), ("source", "https://example.org/"), ("alt", "{\"de\":\"Ein Punkt\"}"),
        }.Select(field => $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field.Name}\"\r\n\r\n{field.Value}\r\n"))
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"dot.png\"\r\nContent-Type: image/png\r\n\r\n"),
        .. Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
        .. Encoding.UTF8.GetBytes($"\r\n--{Boundary}--\r\n"),
    ];

    private static string Shape(string path) => string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') ? "{}" : segment));

    private static JsonArray ArrayOf(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}

/// <summary>The tests of the APIs share clients and what was found to call operations on.</summary>
[CollectionDefinition(ApiStage.Tests)]
public sealed class ApiTests : ICollectionFixture<ApiStage>;
