using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Wir.Registry.Tests.Hsds;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

/// <summary>A page costs the same statements whatever its size, and a walk holds while others write.</summary>
[Lane(Lane.Functional)]
public sealed class ReadCostTests(LargeRegistry registry) : IClassFixture<LargeRegistry>
{
    [Theory]
    [InlineData("/associations?limit={0}", 2)]
    [InlineData("/associations?limit={0}&sort=name&area=06635015", 2)]
    [InlineData("/associations?limit={0}&count=exact&expand=area,categories", 3)]
    [InlineData("/associations?limit={0}&format=geojson", 2)]
    [InlineData("/changes?limit={0}", 2)]
    [InlineData("/hsds/services?per_page={0}", 3)]
    [InlineData("/hsds/services?per_page={0}&full=true", 3)]
    [InlineData("/hsds/services?per_page={0}&page=3", 3)]
    [InlineData("/hsds/organizations?per_page={0}&full_service=true", 2)]
    [InlineData("/hsds/service_at_locations?per_page={0}&full=true", 3)]
    public async Task The_number_of_statements_does_not_depend_on_the_size(string path, int statements)
    {
        foreach (var size in new[] { 1, 20, 200 })
        {
            var count = await StatementsAsync(trace => registry.Anonymous.GetAsync(path.Replace("{0}", size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), ("traceparent", trace)));
            Assert.Equal((size, statements), (size, count));
        }
    }

    [Fact]
    public async Task Who_reads_a_stream_slowly_holds_no_connection_to_the_database()
    {
        var sockets = new List<System.Net.Sockets.Socket>();
        for (var i = 0; i < 20; i++)
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            sockets.Add(socket);
            await socket.ConnectAsync("127.0.0.1", new Uri(registry.App.Urls.First()).Port);
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(
                $"GET /hsds/services?format=ndjson&full=true HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {registry.TokenOf("anonymous")}\r\n\r\n"));
        }

        await Eventually.TrueAsync(() => Task.FromResult(sockets.TrueForAll(socket => socket.Available > 0)), "all have begun to read");
        await Eventually.TrueAsync(
            async () => (await registry.QueryAsync("""
                select count(*)::text from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and query like '%registry.association%'
                """))[0] == "0",
            "no connection is in use");
        Assert.All(sockets, socket => Assert.True(socket.Connected));
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_batch_of_500_costs_as_many_statements_as_one_of_1()
    {
        var ids = (await registry.QueryAsync("select id from registry.association order by id limit 500")).Select(id => (JsonNode)id).ToArray();

        var one = await StatementsAsync(trace => registry.Anonymous.PostAsync("/associations/batch", new JsonObject { ["ids"] = new JsonArray(ids[0].DeepClone()) }, ("traceparent", trace)));
        var many = await StatementsAsync(trace => registry.Anonymous.PostAsync("/associations/batch", new JsonObject { ["ids"] = new JsonArray(ids) }, ("traceparent", trace)));

        Assert.Equal((2, 2), (one, many));
    }

    [Fact]
    public async Task A_walk_loses_and_repeats_nothing_while_others_write()
    {
        var known = await registry.QueryAsync("select id from registry.association order by id");
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(known, stop.Token);

        var walked = new List<string>();
        for (var next = "/associations?limit=50&fields=name"; next is not null;)
        {
            var page = (await registry.Anonymous.GetAsync(next)).Json;
            walked.AddRange(page["data"]!.AsArray().Select(entry => (string)entry!["id"]!));
            next = (string?)page["links"]!["next"];
        }

        await stop.CancelAsync();

        Assert.True(await writing > 0, "nothing was written meanwhile");
        Assert.Equal(walked.Count, walked.Distinct().Count());
        Assert.Empty(known.Except(walked));
    }

    private async Task<int> WriteAsync(List<string> known, CancellationToken ct)
    {
        var writes = 0;
        while (!ct.IsCancellationRequested)
        {
            var path = $"/associations/{known[writes * 37 % known.Count]}";
            var version = (long)(await registry.District.GetAsync(path)).Json["version"]!;
            var changed = await registry.District.PatchAsync(path, new JsonObject { ["languages"] = new JsonArray("de", "en", "fr") }, version);
            var created = await registry.Office.PostAsync("/associations", Sample.Association());
            Assert.Equal((200, 201), (changed.Status, created.Status));
            writes += 2;
        }

        return writes;
    }

    /// <summary>Statements that the database was sent within one request: those of its trace.</summary>
    private static async Task<int> StatementsAsync(Func<string, Task<Answer>> send)
    {
        var trace = ActivityTraceId.CreateRandom();
        var statements = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == trace && (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string text) statements.Enqueue(text);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var answer = await send($"00-{trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        Assert.True(answer.Status == 200, answer.Text);
        return statements.Count;
    }
}
