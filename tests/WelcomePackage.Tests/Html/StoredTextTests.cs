using System.Security.Cryptography;
using System.Text;
using Wir.TestKit;
using Wir.WelcomePackage.Seed;
using Xunit;

namespace Wir.WelcomePackage.Tests.Html;

/// <summary>
/// Whether a translation is up to date is decided by hashes of segments of the source, so a text that is stored must
/// come out again as it went in, byte for byte, whatever the sanitiser is made of.
/// </summary>
[Lane(Lane.Unit)]
public sealed class StoredTextTests
{
    private static readonly string s_pages = Path.Combine(Welcome.Repository, "seed/welcome/pages");

    /// <summary>Hash of a file of the start content, and of the HTML that it was when this list was written.</summary>
    private static readonly Dictionary<string, string> s_stored = File
        .ReadLines(Path.Combine(Welcome.Repository, "tests/WelcomePackage.Tests/Html/stored.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' '))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    [Fact]
    public void Every_text_of_the_start_content_comes_out_as_it_was_stored()
    {
        var (same, different) = (0, new List<string>());
        foreach (var path in Directory.EnumerateFiles(s_pages, "*.md", SearchOption.AllDirectories))
        {
            if (!s_stored.TryGetValue(HashOf(File.ReadAllText(path)), out var stored)) continue;
            if (HashOf(SeedFile.Read(path).Html()) == stored) same++;
            else different.Add(Path.GetRelativePath(s_pages, path));
        }

        Assert.Empty(different);
        // Files that were edited since are not in the list; when most were, it is time to write it again.
        Assert.True(same >= s_stored.Count / 2, $"{same} of {s_stored.Count} texts are still there");
    }

    private static string HashOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 10);
}
