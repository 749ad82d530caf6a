namespace Wir.Platform.Tests.Conformance;

/// <summary>ETag and 304, on every read of the documents.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class ConditionalTests(ApiStage stage)
{
    // What is read may change between two reads: numbers that are computed from events, lists that other tests write to.
    private const int Attempts = 5;

    [Fact]
    public async Task Every_read_can_be_repeated_conditionally()
    {
        var walked = 0;
        await EachAsync(IsTagged, async operation =>
        {
            if (await stage.CallAsync(operation) is not { } call) return;
            call = (call with { Key = stage.Everything }).With("Accept-Encoding", "identity");
            for (var attempt = 1; ; attempt++)
            {
                var first = await stage.SendAsync(call);
                // A redirect to files, an answer that nobody may keep, and a stream that never ends have no tag.
                if (first.Code != 200 || IsUnkept(first)) return;
                var tag = first.Header("ETag");
                Assert.True(tag is not null, $"{operation.Name} has no ETag");
                Assert.True(tag.StartsWith('"'), $"{operation.Name} has a weak ETag: {tag}");
                // A compressed file is the same for everybody.
                if (first.Type != "application/gzip") Assert.Contains("Accept-Encoding", first.Header("Vary") ?? "", StringComparison.OrdinalIgnoreCase);
                var again = await stage.SendAsync(call.With("If-None-Match", tag));
                if (again.Code != 304 && attempt < Attempts) continue;
                Assert.True(again.Code == 304, $"{operation.Name} with its own tag: {again.Code}");
                Assert.Empty(again.Bytes);
                Assert.Equal(tag, again.Header("ETag"));
                var other = await stage.SendAsync(call.With("If-None-Match", "\"0-another\""));
                Assert.Equal(200, other.Code);
                walked++;
                return;
            }
        });

        Assert.InRange(walked, 20, int.MaxValue);
    }

    [Fact]
    public async Task Each_coding_and_each_language_has_a_tag_of_its_own()
    {
        var coded = 0;
        await EachAsync(IsTagged, async operation =>
        {
            if (await stage.CallAsync(operation) is not { } call) return;
            call = call with { Key = stage.Everything };
            var answers = new List<ApiAnswer>();
            foreach (var (coding, language) in new[] { ("identity", "de"), ("gzip", "de"), ("br", "de"), ("identity", "en"), ("gzip", "en") })
            {
                var answer = await stage.SendAsync(call.With("Accept-Encoding", coding).With("Accept-Language", language));
                if (answer.Code == 200 && !IsUnkept(answer)) answers.Add(answer);
            }

            foreach (var pair in answers.SelectMany((left, i) => answers.Skip(i + 1).Select(right => (left, right))).Where(pair => pair.left.Header("ETag") == pair.right.Header("ETag")))
            {
                Assert.True(
                    pair.left.Header("Content-Encoding") == pair.right.Header("Content-Encoding") && pair.left.Bytes.AsSpan().SequenceEqual(pair.right.Bytes),
                    $"{operation.Name}: one ETag, {pair.left.Header("ETag")}, for two answers");
            }

            if (answers.Any(answer => answer.Header("Content-Encoding") == "br")) coded++;
        });

        Assert.InRange(coded, 10, int.MaxValue);
    }

    /// <summary>
    /// An indicator's field is the first letter of its code, so no example fits every code; an import needs numbers that fit its indicator. The
    /// monitor's own tests show both.
    /// </summary>
    private static readonly string[] s_shownElsewhere = ["PUT /api/monitor/v1/indicators/{code}", "POST /api/monitor/v1/imports/{id}/"];

    [Fact]
    public async Task Every_change_of_something_that_exists_names_the_version_it_was_made_from()
    {
        var (walked, unseen) = (0, new List<string>());
        await EachAsync(operation => operation.TakesIfMatch && !s_shownElsewhere.Any(name => operation.Name.StartsWith(name, StringComparison.Ordinal)), async operation =>
        {
            if (await stage.CallAsync(operation) is not { } call)
            {
                unseen.Add(operation.Name);
                return;
            }

            call = call with { Key = stage.Everything };
            var without = await stage.SendAsync(call);
            Assert.True(without.Code == 428, $"without If-Match: {without}");
            var stale = await stage.SendAsync(call.With("If-Match", "\"987654321\""));
            Assert.True(stale.Code == 412, $"with another version: {stale}");
            walked++;
        });

        Assert.True(unseen.Count == 0, $"nothing to call it on: {string.Join(", ", unseen)}");
        Assert.InRange(walked, 20, int.MaxValue);
    }

    private static bool IsTagged(ApiOperation operation) => operation.IsRead && !IsFacade(operation);

    internal static bool IsFacade(ApiOperation operation) =>
        operation.Path.StartsWith("/hsds", StringComparison.Ordinal) || operation.Path.StartsWith("/integreat", StringComparison.Ordinal);

    private static bool IsUnkept(ApiAnswer answer) => answer.Header("Cache-Control")?.Contains("no-store", StringComparison.Ordinal) is true;

    private async Task EachAsync(Func<ApiOperation, bool> which, Func<ApiOperation, Task> check)
    {
        var wrong = new List<string>();
        foreach (var operation in stage.Operations.Where(which))
        {
            try
            {
                await check(operation);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                wrong.Add($"{operation.Name}: {e.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n  ", wrong));
    }
}
