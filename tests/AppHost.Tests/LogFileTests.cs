using Wir.AppHost.Running;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

[Lane(Lane.Functional)]
public sealed class LogFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-log-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_log_keeps_within_its_bound_and_one_older_file()
    {
        var path = Path.Combine(_directory, "service.log");
        using (var log = new LogFile(path, bound: 1000))
        {
            for (var n = 0; n < 100; n++)
            {
                log.Write($"line {n:000} {new string('x', 20)}");
            }
        }

        Assert.Equal(2, Directory.GetFiles(_directory).Length);
        Assert.InRange(new FileInfo(path).Length, 1, 1000);
        Assert.InRange(new FileInfo(path + ".1").Length, 900, 1000);
        Assert.StartsWith("line 099", File.ReadLines(path).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_is_continued_by_the_next_run()
    {
        var path = Path.Combine(_directory, "service.log");
        foreach (var run in new[] { "first", "second" })
        {
            using var log = new LogFile(path);
            log.Write(run);
        }

        Assert.Equal(["first", "second"], File.ReadLines(path));
    }
}
