using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Wir.ServiceDefaults.Access;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Nobody approves their own, whatever their scopes; somebody else may.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class FourEyesTests(ApiStage stage)
{
    /// <summary>For each operation with four eyes: makes something as a client, and gives the call that decides about it.</summary>
    private Dictionary<string, Func<string, Task<Call>>> Cases => new()
    {
        ["POST /api/registry/v1/submissions/{}/review"] = SubmitAsync,
        ["POST /api/welcome/v1/pages/{}/publish"] = WriteAsync,
        ["POST /api/welcome/v1/pages/{}/approve"] = maker => SubmitPageAsync(maker, "approve"),
        ["POST /api/welcome/v1/pages/{}/reject"] = maker => SubmitPageAsync(maker, "reject"),
        ["POST /api/monitor/v1/imports/{}/approve"] = ImportAsync,
    };

    public static TheoryData<string> Operations => [.. AccessTable.Rules.Where(rule => rule.FourEyes).Select(rule => $"{rule.Method} {ShapeOf(rule.Path)}")];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Who_made_it_does_not_decide_about_it(string operation)
    {
        Assert.True(Cases.TryGetValue(operation, out var make), $"{operation} needs four eyes; show here that it does.");
        var maker = await stage.ClientAsync("maker", Scopes.All, [ApiStage.District]);
        var other = await stage.ClientAsync("other", Scopes.All, [ApiStage.District]);

        var decide = await make(maker);

        var own = await stage.SendAsync(decide with { Key = maker });
        Assert.True(own is { Code: 403, Problem: "WIR-COM-0023" }, $"{decide} → {own}");
        var others = await stage.SendAsync(decide with { Key = other });
        Assert.True(others.Problem != "WIR-COM-0023" && others.Code is (>= 200 and < 300) or 409, $"{decide} → {others}");
    }

    private async Task<Call> SubmitAsync(string maker)
    {
        var create = stage.Operations.Single(operation => operation.Name == "POST /api/registry/v1/submissions");
        var made = await MakeAsync(await stage.AnyCallAsync(create) with { Key = maker });
        var address = $"/api/registry/v1/submissions/{(string)made.Json!["id"]!}";
        var read = await stage.SendAsync(new("GET", address) { Key = maker });
        return new Call("POST", address + "/review").WithJson(new JsonObject { ["decision"] = "reject", ["comment"] = "Probe." }).With("If-Match", read.Header("ETag") ?? "*");
    }

    private async Task<Call> WriteAsync(string maker)
    {
        var page = await MakeAsync(new Call("POST", "/api/welcome/v1/pages") { Key = maker }
            .WithJson(new JsonObject { ["area"] = ApiStage.District, ["sourceLanguage"] = "de", ["fieldOfAction"] = "work", ["order"] = 999 }));
        var address = $"/api/welcome/v1/pages/{(string)page.Json!["id"]!}";
        var text = new JsonObject { ["title"] = $"Vier Augen {Guid.CreateVersion7()}", ["summary"] = "Probe", ["body"] = "<p>Probe</p>" };
        var put = new Call("PUT", address + "/translations/de") { Key = maker }.WithJson(text);
        var written = await stage.SendAsync(put.With("If-Match", page.Header("ETag") ?? "*"));
        if (written.Code >= 300) written = await MakeAsync(put.With("If-None-Match", "*"));
        return new Call("POST", address + "/publish").WithJson(new JsonObject { ["languages"] = new JsonArray("de") }).With("If-Match", written.Header("ETag") ?? "*");
    }

    private async Task<Call> SubmitPageAsync(string maker, string decision)
    {
        var publish = await WriteAsync(maker);
        var page = publish.Address[..publish.Address.LastIndexOf('/')];
        var submitted = await MakeAsync(new Call("POST", page + "/submit") { Key = maker, Headers = publish.Headers }.WithJson(new JsonObject { ["languages"] = new JsonArray("de") }));
        return new Call("POST", $"{page}/{decision}").WithJson(new JsonObject { ["languages"] = new JsonArray("de"), ["comment"] = "Probe." }).With("If-Match", submitted.Header("ETag") ?? "*");
    }

    private async Task<Call> ImportAsync(string maker)
    {
        var indicator = "X" + Random.Shared.Next(100, 999).ToString(CultureInfo.InvariantCulture);
        var known = (await stage.SendAsync(new("GET", "/api/monitor/v1/indicators?limit=200") { Key = maker })).Json!["data"]!.AsArray();
        var model = known.First(one => (string?)one!["formula"] is null)!;
        var code = (string)model["code"]!;
        var csv = $"area;year;value\n{ApiStage.Korbach};2031;{indicator.Length}\n";
        var import = new Call("POST", $"/api/monitor/v1/imports?indicator={code}&reason=Probe") { Key = maker, Body = Encoding.UTF8.GetBytes(csv), BodyType = "text/csv" };
        var made = await MakeAsync(import);
        var address = $"/api/monitor/v1/imports/{(string)made.Json!["id"]!}";
        var check = new Call("POST", address + "/check") { Key = maker }.WithJson(new JsonObject { ["note"] = "Probe." }).With("If-Match", made.Header("ETag") ?? "*");
        var looked = await MakeAsync(check);
        return new Call("POST", address + "/approve").With("If-Match", looked.Header("ETag") ?? "*");
    }

    private async Task<ApiAnswer> MakeAsync(Call call)
    {
        var answer = await stage.SendAsync(call);
        Assert.True(answer.Code is >= 200 and < 300, $"{call} → {answer}");
        return answer;
    }

    private static string ShapeOf(string path) => string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') ? "{}" : segment));
}
