using System.Text.RegularExpressions;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Seed;

/// <summary>One text: <c>de.md</c>, members between two lines of <c>---</c>, then Markdown.</summary>
internal sealed partial record SeedFile(string Path, string Lang, IReadOnlyDictionary<string, string> Members, string Markdown)
{
    public string? this[string member] => Members.GetValueOrDefault(member);

    public static SeedFile Read(string path)
    {
        var lang = System.IO.Path.GetFileNameWithoutExtension(path);
        if (!Wir.ServiceDefaults.Texts.Languages.TryParse(lang, out var language) || language.Tag != lang) throw new InvalidDataException($"{path}: {lang} is no language.");
        var lines = File.ReadAllLines(path);
        var end = lines.Length == 0 || lines[0] != "---" ? -1 : Array.IndexOf(lines, "---", 1);
        if (end < 0) throw new InvalidDataException($"{path}: it does not begin with members between two lines of ---.");
        var members = lines[1..end].Where(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToArray();
        if (members.FirstOrDefault(member => member.Length != 2) is { } wrong) throw new InvalidDataException($"{path}: cannot be read: {wrong[0]}");
        return new SeedFile(path, lang, members.ToDictionary(member => member[0], member => Unquoted(member[1].Trim())), string.Join('\n', lines[(end + 1)..]));
    }

    public string Required(string member) => this[member] ?? throw new InvalidDataException($"{Path}: {member} is missing.");

    public void Allow(string[] known)
    {
        if (Members.Keys.FirstOrDefault(member => !known.Contains(member)) is { } unknown) throw new InvalidDataException($"{Path}: {unknown} is not known here.");
    }

    /// <summary>The text as content; <c>(page:key)</c> becomes the page's id.</summary>
    public string Html()
    {
        var html = MarkdownText.ToHtml(PageLink().Replace(Markdown, match => $"(page:{WelcomeSeed.IdOf(match.Groups[1].Value)})"));
        return html.Length > 0 ? html : throw new InvalidDataException($"{Path}: there is no text.");
    }

    private static string Unquoted(string value) => value is ['"', .. var inner, '"'] ? inner.Replace("\\\"", "\"", StringComparison.Ordinal) : value;

    [GeneratedRegex(@"\(page:([a-z0-9-]+)\)")]
    private static partial Regex PageLink();
}
