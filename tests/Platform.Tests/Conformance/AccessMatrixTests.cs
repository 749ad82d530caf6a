using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Wir.ServiceDefaults.Access;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Role × route: every operation of every document, called through the gateway by everybody, against the one table.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class AccessMatrixTests(ApiStage stage)
{
    private const string NoScope = "WIR-COM-0008";
    private const string ForeignArea = "WIR-COM-0009";
    private const string BeyondOwnRights = "WIR-GAT-0008";

    /// <summary>Looks at the file before it looks at the areas in it: that it refuses other areas is shown by the monitor's own tests.</summary>
    private const string ShownElsewhere = "POST /api/monitor/v1/imports";

    [Fact]
    public void Every_row_of_the_table_is_an_operation_of_a_document()
    {
        var described = stage.Operations.Select(operation => operation.Rule).ToHashSet();

        // What every service has may be refined by a service's own row; not all have jobs.
        Assert.Empty(AccessTable.Rules.Where(rule => !described.Contains(rule) && !rule.Path.Contains("{service}", StringComparison.Ordinal)).Select(rule => $"{rule.Method} {rule.Path}"));
    }

    [Fact]
    public async Task Without_credentials_only_what_is_public_is_answered()
    {
        await WalkAsync(async operation =>
        {
            var answer = await stage.SendAsync(await stage.AnyCallAsync(operation));

            return operation.Rule.Scopes.Count == 0 ? answer.Code is not (401 or 403) : IsRefused(operation, answer, 401, "WIR-COM-0007");
        });
    }

    public static TheoryData<string> Scopes => [.. Wir.ServiceDefaults.Access.Scopes.All];

    /// <summary>The client's area is another one than that of what it calls, so nothing is changed by a call that its scope allows.</summary>
    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task A_scope_opens_its_own_operations_and_no_other(string scope)
    {
        var key = await stage.ClientAsync("one-scope", [scope], [ApiStage.Frankenberg]);

        await WalkAsync(async operation =>
        {
            var answer = await stage.SendAsync(await stage.AnyCallAsync(operation) with { Key = key });

            return operation.Rule.Scopes.Count == 0 || operation.Rule.Scopes.Contains(scope)
                ? answer.Code != 401 && answer.Problem != NoScope
                : IsRefused(operation, answer, 403, NoScope);
        });
    }

    [Fact]
    public async Task All_scopes_of_another_area_write_nothing_and_see_nothing_that_is_not_public()
    {
        var key = await stage.ClientAsync("foreign-area", Wir.ServiceDefaults.Access.Scopes.OfAreas, [ApiStage.Frankenberg]);
        var undecided = new List<string>();

        await WalkAsync(
            async operation =>
            {
                if (await stage.CallAsync(operation) is not { } call)
                {
                    undecided.Add($"{operation.Name}: nothing to call it on");
                    return true;
                }

                // Any version, so that no stale tag hides that the area would not have been looked at.
                var answer = await stage.SendAsync(call.With("If-Match", "*") with { Key = key });
                if (answer.Code is 400 or 409 or 415 or 422) undecided.Add($"{operation.Name}: {answer}");
                return answer switch
                {
                    { Code: 403 } => answer.Problem is ForeignArea or BeyondOwnRights,
                    { Code: 404 } => true,
                    // Searches that are bounded by the caller's areas find nothing here.
                    { Code: 200 } when operation.Path.Contains("/privacy/", StringComparison.Ordinal) => !answer.Text.Contains(ApiStage.Korbach, StringComparison.Ordinal),
                    { Code: >= 200 and < 300 } => operation.IsRead && AreasIn(answer.Json).All(area => area == ApiStage.Frankenberg),
                    _ => answer.Code is >= 400 and < 500,
                };
            },
            operation => operation.Rule is { ByArea: true, Scopes.Count: > 0 });

        // What gets no further than its body or address shows nothing about areas: the example in the document has to be one that works.
        var unexplained = undecided.Where(name => !name.StartsWith(ShownElsewhere, StringComparison.Ordinal)).ToList();
        Assert.True(unexplained.Count == 0, "No answer about the area:\n  " + string.Join("\n  ", unexplained));
    }

    [Theory]
    [InlineData(ApiStage.Korbach)]
    [InlineData(ApiStage.District)]
    public async Task All_scopes_of_the_own_area_or_one_above_are_enough(string area)
    {
        var key = await stage.ClientAsync("own-area", Wir.ServiceDefaults.Access.Scopes.OfAreas, [area]);

        await WalkAsync(
            async operation =>
            {
                // A version that nothing has: what would be changed is refused last of all.
                var answer = await stage.SendAsync((await stage.AnyCallAsync(operation)).With("If-Match", "\"987654321\"") with { Key = key });
                return answer.Code != 401 && answer.Problem is not (NoScope or BeyondOwnRights) && (answer.Problem != ForeignArea || IsOfAnAreaAbove(operation, area));
            },
            operation => operation.Rule is { ByArea: true, Scopes.Count: > 0 });
    }

    [Fact]
    public async Task An_expired_key_opens_nothing()
    {
        var (id, _) = await stage.NewClientAsync("expired", Wir.ServiceDefaults.Access.Scopes.All, [ApiStage.District]);
        var made = await stage.SendAsync(new Call("POST", $"/api/clients/v1/clients/{id}/keys") { Key = stage.Platform.Instance.Keys["operator"] }
            .WithJson(new JsonObject { ["expiresAt"] = TimeProvider.System.GetUtcNow().AddSeconds(2).ToString("O", System.Globalization.CultureInfo.InvariantCulture) }));
        var key = (string)made.Json!["key"]!;
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(new("GET", "/api/clients/v1/me") { Key = key })).Status);

        await Eventually.TrueAsync(async () => (await stage.SendAsync(new("GET", "/api/clients/v1/me") { Key = key })).Code == 401, "the key has expired");

        await IsRefusedEverywhereAsync(key);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_five_seconds_later()
    {
        var (id, key) = await stage.NewClientAsync("revoked", Wir.ServiceDefaults.Access.Scopes.All, [ApiStage.District]);
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(new("GET", "/api/clients/v1/me") { Key = key })).Status);

        var revoked = await stage.SendAsync(new Call("DELETE", $"/api/clients/v1/clients/{id}") { Key = stage.Platform.Instance.Keys["operator"] }.With("If-Match", "*"));

        Assert.Equal(HttpStatusCode.NoContent, revoked.Status);
        var clock = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => (await stage.SendAsync(new("GET", "/api/clients/v1/me") { Key = key })).Code == 401, "the revocation counts", TimeSpan.FromSeconds(5));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await IsRefusedEverywhereAsync(key);
    }

    [Fact]
    public async Task A_service_answers_nobody_who_does_not_come_through_the_gateway()
    {
        var ports = new Dictionary<string, int>();
        foreach (var (api, service) in new[] { ("registry", "registry"), ("welcome", "welcomepackage"), ("monitor", "monitor") })
        {
            ports[api] = stage.Platform.PortOf(service);
        }

        using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await WalkAsync(
            async operation =>
            {
                var call = await stage.AnyCallAsync(operation);
                using var message = call.ToMessage(new Uri($"http://127.0.0.1:{ports[operation.Api]}"));
                using var response = await direct.SendAsync(message);
                return IsRefused(operation, await ApiAnswer.OfAsync(response), 401, "WIR-COM-0007");
            },
            operation => ports.ContainsKey(operation.Api));
    }

    private Task IsRefusedEverywhereAsync(string key) => WalkAsync(async operation =>
        IsRefused(operation, await stage.SendAsync(await stage.AnyCallAsync(operation) with { Key = key }), 401, "WIR-GAT-0002"));

    /// <summary>An answer to HEAD has no body that could hold a code.</summary>
    private static bool IsRefused(ApiOperation operation, ApiAnswer answer, int status, string problem) =>
        answer.Code == status && (operation.Method == "HEAD" || answer.Problem == problem);

    private async Task WalkAsync(Func<ApiOperation, Task<bool>> holds, Func<ApiOperation, bool>? which = null)
    {
        var walked = stage.Operations.Where(which ?? (_ => true)).ToList();
        Assert.NotEmpty(walked);
        var wrong = new List<string>();
        foreach (var operation in walked)
        {
            if (!await holds(operation)) wrong.Add($"{operation.Name} ({string.Join(' ', operation.Rule.Scopes)}): {stage.Last}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {walked.Count}:\n  {string.Join("\n  ", wrong)}");
    }

    /// <summary>Pages and indicators that are called are the district's own, shared texts the Land's.</summary>
    private static bool IsOfAnAreaAbove(ApiOperation operation, string area) =>
        operation.Path.StartsWith("/api/welcome/v1/shared", StringComparison.Ordinal)
        || (area == ApiStage.Korbach && new[] { "/api/welcome/v1/pages", "/api/monitor/v1/indicators" }.Any(path => operation.Path.StartsWith(path, StringComparison.Ordinal)));

    /// <summary>Areas of the things in a list, of the events in a log, and of clients.</summary>
    private static IEnumerable<string> AreasIn(JsonNode? json) =>
        (json?["data"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(row => row switch
        {
            { } thing when thing["area"] is JsonValue area => [(string?)area],
            { } logged when logged["event"] is JsonObject happened => [(string?)happened["area"] ?? "none"],
            { } client when client["areas"] is JsonArray areas => areas.Select(area => (string?)area),
            _ => [],
        }).OfType<string>();
}
