using System.Text.RegularExpressions;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>Every code of the platform, as the sources declare it, has one meaning and a page.</summary>
public sealed partial class ProblemPageTests
{
    private static readonly string s_root = Root();

    [Fact]
    public void No_code_is_used_twice()
    {
        var twice = Declared().GroupBy(declared => declared.Code).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(one => one.File))}");

        Assert.Empty(twice);
    }

    [Fact]
    public void Every_code_has_a_page_that_begins_with_it()
    {
        var declared = Declared().ToArray();
        Assert.NotEmpty(declared);

        var missing = declared.Where(one => !File.Exists(PageOf(one.Code)) || !File.ReadAllText(PageOf(one.Code)).StartsWith($"# {one.Code} ", StringComparison.Ordinal));

        Assert.Empty(missing.Select(one => one.Code).Order());
    }

    [Fact]
    public void Every_page_has_a_code()
    {
        var declared = Declared().Select(one => one.Code).ToHashSet();

        var pages = Directory.EnumerateFiles(Path.Combine(s_root, "docs/api/problems"), "*.md").Select(file => Path.GetFileNameWithoutExtension(file));

        Assert.Equal([], pages.Except(declared).Order());
    }

    private static IEnumerable<(string Code, string File)> Declared() =>
        from part in new[] { "ServiceDefaults", "services", "gateway", "portal", "libs" }
        where Directory.Exists(Path.Combine(s_root, part))
        from file in Directory.EnumerateFiles(Path.Combine(s_root, part), "*.cs", SearchOption.AllDirectories)
        where Path.GetFileName(file).Contains("Problem", StringComparison.Ordinal)
        from Match match in Declaration().Matches(File.ReadAllText(file))
        select (match.Groups[1].Value, Path.GetRelativePath(s_root, file));

    private static string PageOf(string code) => Path.Combine(s_root, "docs/api/problems", code + ".md");

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Wir.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    /// <summary><c>new("WIR-COM-0001", 500, …)</c> and <c>const string TooLong = "WIR-COM-0104"</c>.</summary>
    [GeneratedRegex("""(?:new(?:[ ]Problem)?\(|const[ ]string[ ]\w+[ ]=[ ])\s*"(WIR-[A-Z]{3}-\d{4})" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Declaration();
}
