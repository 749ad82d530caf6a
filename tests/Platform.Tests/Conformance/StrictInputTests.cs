using System.Text.Json.Nodes;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Nothing is ignored silently: what an operation does not know is named, with what was probably meant.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class StrictInputTests(ApiStage stage)
{
    [Fact]
    public async Task An_unknown_parameter_is_refused_with_the_nearest_name()
    {
        await EachAsync(operation => !ConditionalTests.IsFacade(operation) && operation.Method != "HEAD", async operation =>
        {
            var call = await stage.AnyCallAsync(operation) with { Key = stage.Everything };
            var known = operation.QueryParameters.Select(parameter => (string)parameter["name"]!).Where(name => name.Length > 3).ToList();
            var (sent, meant) = known.Count > 0 ? (known[0][..^2] + known[0][^1] + known[0][^2], known[0]) : ("unknownThing", null);
            if (known.Contains(sent)) sent = known[0] + "x";

            var answer = await stage.SendAsync(call with { Address = call.Address + (call.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + sent + "=1" });

            return answer is { Code: 400, Problem: "WIR-COM-0005" } && Pointers(answer).Contains("?" + sent) && (meant is null || answer.Text.Contains($"„{meant}“", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task An_unknown_member_is_refused_with_the_nearest_name()
    {
        await EachAsync(operation => operation.Body?.Example is JsonObject { Count: > 0 }, async operation =>
        {
            var call = await stage.AnyCallAsync(operation) with { Key = stage.Everything };
            var body = operation.Body!.Value.Example!.DeepClone().AsObject();
            var meant = body.Select(member => member.Key).OrderByDescending(name => name.Length).First();
            var sent = meant[..^2] + meant[^1] + meant[^2];
            if (sent == meant || body.ContainsKey(sent)) sent = meant + "x";
            body[sent] = body[meant]?.DeepClone();

            var answer = await stage.SendAsync(call.WithJson(body, operation.Body.Value.Type));

            return answer is { Code: 400, Problem: "WIR-COM-0003" } && Pointers(answer).Contains("/" + sent) && answer.Text.Contains($"„{meant}“", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Every_code_has_a_page_in_both_languages_behind_the_address_that_problems_name()
    {
        var index = await stage.SendAsync(new("GET", "/docs/problems"));
        var codes = System.Text.RegularExpressions.Regex.Matches(index.Text, "WIR-[A-Z]{3}-[0-9]{4}").Select(match => match.Value).Distinct().ToList();

        Assert.InRange(codes.Count, 50, int.MaxValue);
        foreach (var code in codes)
        {
            var page = await stage.SendAsync(new("GET", "/docs/problems/" + code));
            Assert.True(page.Code == 200 && page.Type?.StartsWith("text/html", StringComparison.Ordinal) is true, $"{code}: {page.Code}");
            // "# WIR-COM-0001 Interner Fehler / Internal error", a German paragraph and an English one.
            Assert.True(page.Text.Contains(" / ", StringComparison.Ordinal) && page.Text.Split("<p>").Length >= 4, $"{code} lacks a language");
        }
    }

    private static IEnumerable<string> Pointers(ApiAnswer answer) => (answer.Json?["errors"] as JsonArray ?? []).Select(fault => (string)fault!["pointer"]!);

    private async Task EachAsync(Func<ApiOperation, bool> which, Func<ApiOperation, Task<bool>> holds)
    {
        var wrong = new List<string>();
        var walked = 0;
        foreach (var operation in stage.Operations.Where(which))
        {
            walked++;
            if (!await holds(operation)) wrong.Add($"{operation.Name}: {stage.Last}");
        }

        Assert.True(walked > 0 && wrong.Count == 0, $"{wrong.Count} of {walked}:\n  {string.Join("\n  ", wrong)}");
    }
}
