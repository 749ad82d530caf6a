using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Npgsql;
using Wir.ServiceDefaults.Access;

namespace Wir.Platform.Tests.Conformance;

/// <summary>A generated attack over every operation: the platform does not fail, tells nothing about its inside, and changes nothing.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class AttackTests(ApiStage stage)
{
    [Fact]
    public Task Fifteen_hundred_hostile_calls_get_honest_answers() => new AttackRun(stage).RunAsync(1_500, AttackRun.KnownSeed);
}

/// <summary>As in the platform lane, at length.</summary>
[Lane(Lane.Reliability)]
[Collection(ApiStage.Tests)]
public sealed class LongAttackTests(ApiStage stage)
{
    [Fact]
    public Task Ten_thousand_hostile_calls_get_honest_answers() => Environment.GetEnvironmentVariable("WIR_FULL") == "1"
        ? new AttackRun(stage).RunAsync(10_000, Random.Shared.Next())
        : new AttackRun(stage).RunAsync(500, AttackRun.KnownSeed);
}

internal sealed partial class AttackRun(ApiStage stage)
{
    /// <summary>What anonymous posts may fill, what remembers calls, and what the platform writes by itself.</summary>
    private static readonly string[] s_mayGrow =
        ["submission", "report", "task", "feedback", "checklist", "idempotency", "outbox", "inbox", "messaging", "job", "mail", "event", "journal", "retry", "feed_pending", "live", "counter", "watermark", "source", "partition", "history", "search_miss", "monitor.import", "page_count"];

    private readonly ConcurrentBag<string> _wrong = [];

    /// <summary>Short runs make the same calls each time; the full one makes new ones.</summary>
    public const int KnownSeed = 1618334069;

    public async Task RunAsync(int calls, int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        // Not of the area in which the attacked things are, so none of the calls may change anything.
        var outsider = await stage.ClientAsync("attacker", Scopes.OfAreas, [ApiStage.Frankenberg]);
        var targets = new List<(ApiOperation, Call)>();
        foreach (var operation in stage.Operations)
        {
            var honest = (await stage.AnyCallAsync(operation)) with { Key = outsider };
            targets.Add((operation, operation.TakesIfMatch ? honest.With("If-Match", "*") : honest));
        }

        var before = await FingerprintAsync();
        var attacks = new Attacks(seed);
        var list = Enumerable.Range(0, calls).Select(i => targets[i % targets.Count]).Select(target => (target.Item1, Call: attacks.Next(target.Item1, target.Item2))).ToList();
        await Parallel.ForEachAsync(list, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (attack, _) => await TryAsync(attack.Item1, attack.Call));

        Assert.True(_wrong.IsEmpty, $"seed {seed}, {_wrong.Count} of {calls}:\n  {string.Join("\n  ", _wrong.Take(40))}");
        var after = await FingerprintAsync();
        var changed = before.Keys.Union(after.Keys).Where(table => before.GetValueOrDefault(table) != after.GetValueOrDefault(table)).ToList();
        Assert.True(changed.Count == 0, $"seed {seed}: {string.Join(", ", changed)} changed");
    }

    private async Task TryAsync(ApiOperation operation, Call call)
    {
        ApiAnswer answer;
        try
        {
            answer = await stage.SendAsync(call);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or FormatException or UriFormatException or InvalidOperationException)
        {
            // The gateway may cut off what is no HTTP; it may not fail.
            if (e is not (FormatException or UriFormatException or InvalidOperationException)) _wrong.Add($"{call} → {e.GetBaseException().Message}");
            return;
        }

        if (Fault(operation, call, answer) is { } fault) _wrong.Add($"{fault}: {call} → {answer}");
    }

    private static string? Fault(ApiOperation operation, Call call, ApiAnswer answer)
    {
        if (answer.Code >= 500) return "failed";
        if (answer.Text.Contains("root:x:0", StringComparison.Ordinal)) return "gave a file away";
        if (answer.Code >= 400 && Inside().Match(answer.Text) is { Success: true } leak) return $"tells “{leak.Value}”";
        if (Attacks.WasInjected(answer)) return "took a header from a value";
        if (answer.Text.Contains("62615533", StringComparison.Ordinal)) return "computed 7919*7907";
        if (answer.Type?.StartsWith("text/html", StringComparison.Ordinal) is true && answer.Text.Contains("<script>alert(1)", StringComparison.Ordinal)) return "repeats a script";
        if (answer.Code >= 400 && call.Address.StartsWith("/api/", StringComparison.Ordinal) && answer.Bytes.Length > 0 && !LeavesTheApis(call) && answer.Type?.StartsWith("application/problem+json", StringComparison.Ordinal) is not true)
        {
            return $"refuses as {answer.Type}";
        }

        var isWrite = call.Method is "POST" or "PUT" or "PATCH" or "DELETE";
        return isWrite && !operation.IsRead && call.Method == operation.Method && operation.Rule.Scopes.Count > 0 && answer.Code is >= 200 and < 300 && !MayRead(operation) ? "was let in" : null;
    }

    /// <summary>Posts that only read, or touch only what is the caller's: a batch by ids; persons, sought within the caller's areas.</summary>
    private static bool MayRead(ApiOperation operation) =>
        operation.Path.EndsWith("/batch", StringComparison.Ordinal) || operation.Path.Contains("/privacy/", StringComparison.Ordinal);

    /// <summary>An address that leads out of the APIs once its dots are resolved is one of the portal's.</summary>
    private static bool LeavesTheApis(Call call) => !new Uri(new Uri("http://gateway"), call.Address.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase)).AbsolutePath.StartsWith("/api/", StringComparison.Ordinal);

    /// <summary>Of every table that a stranger's call must not touch: rows and a hash over them.</summary>
    private async Task<Dictionary<string, string>> FingerprintAsync()
    {
        var found = new Dictionary<string, string>();
        foreach (var database in new[] { "registrydb", "welcomepackagedb", "monitordb", "gatewaydb" })
        {
            await using var source = NpgsqlDataSource.Create(
                $"Host=127.0.0.1;Port={stage.Platform.PortOf("postgres")};Username=postgres;Password={stage.Platform.PasswordOf("postgres")};Database={database};Pooling=false");
            var tables = new List<string>();
            await using (var list = source.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'public')"))
            await using (var reader = await list.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
            }

            foreach (var table in tables.Where(table => !s_mayGrow.Any(table.Contains)))
            {
                await using var hash = source.CreateCommand($"select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from {table} t");
                found[$"{database} {table}"] = (string)(await hash.ExecuteScalarAsync())!;
            }
        }

        return found;
    }

    [GeneratedRegex(@"^\s+at [\w.]+\(|\b(?:Npgsql|Microsoft|System)\.\w+|\w+Exception\b|SqlState|\b(?:42|22|23)\d{3}: |syntax error at|/tmp/|/work/|\.cs:line|127\.0\.0\.1:\d+|-----BEGIN", RegexOptions.Multiline)]
    private static partial Regex Inside();
}
