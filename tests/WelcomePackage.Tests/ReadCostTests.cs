using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests;

/// <summary>A read costs the same one call to the database, however much there is to read.</summary>
[Lane(Lane.Functional)]
public sealed class ReadCostTests(Welcome welcome) : IClassFixture<Welcome>
{
    [Fact]
    public async Task The_number_of_calls_does_not_depend_on_the_size()
    {
        var page = Welcome.Seeded("registration");
        // Read before, it is kept: then only the content's revision is asked for.
        (string Path, int Most)[] reads = [("/tree?lang=uk&area=06635015", 1), ("/pages?lang=uk&limit=2000", 1), ("/coverage", 1), ($"/pages/{page}?lang=uk", 1), ("/languages", 0)];
        var before = new List<int>();
        foreach (var (path, _) in reads) before.Add(await CallsAsync(path));

        for (var i = 0; i < 25; i++) await welcome.Editor.PublishedAsync();

        foreach (var ((path, most), count) in reads.Zip(before))
        {
            Assert.InRange(count, path == "/languages" ? 0 : 1, most);
            Assert.Equal((path, count), (path, await CallsAsync(path)));
        }
    }

    private async Task<int> CallsAsync(string path)
    {
        (await welcome.Anonymous.GetAsync(path)).Expect(HttpStatusCode.OK);
        using var calls = new DatabaseCalls();
        (await welcome.Anonymous.GetAsync(path, ("traceparent", calls.TraceParent))).Expect(HttpStatusCode.OK);
        return calls.Count;
    }
}
