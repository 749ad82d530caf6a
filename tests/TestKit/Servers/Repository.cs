namespace Wir.TestKit.Servers;

/// <summary>The clone that these tests were built from.</summary>
public static class Repository
{
    private static readonly Lazy<string> s_root = new(() =>
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Wir.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests run outside of their repository.");
    });

    public static string Root => s_root.Value;

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>A program of this repository as it was built: <c>artifacts/bin/PROJECT/CONFIGURATION/Wir.PROJECT.dll</c>.</summary>
    public static string ProgramOf(string project)
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(mine.Parent!.Parent!.FullName, project, mine.Name, $"Wir.{project}.dll");
    }
}
