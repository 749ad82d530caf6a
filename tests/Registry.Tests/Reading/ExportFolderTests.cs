using Wir.Registry.Features.Exports;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

[Lane(Lane.Unit)]
public sealed class ExportFolderTests
{
    [Fact]
    public void What_a_killed_process_has_left_is_removed_and_what_is_in_use_stays()
    {
        using var living = new ExportFiles(null!, null!, TimeProvider.System);
        var dead = Directory.CreateTempSubdirectory("wir-registry-export-");
        File.WriteAllText(Path.Combine(dead.FullName, "export"), "x");
        File.WriteAllText(Path.Combine(dead.FullName, "lock"), "");
        foreach (var folder in new[] { dead.FullName, living.Folder }) Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-1));

        using var next = new ExportFiles(null!, null!, TimeProvider.System);

        Assert.False(Directory.Exists(dead.FullName));
        Assert.True(Directory.Exists(living.Folder));
        Assert.True(Directory.Exists(next.Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(next.Folder));
        }
    }
}
