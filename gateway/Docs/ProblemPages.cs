using System.Collections.Frozen;
using System.Net;
using System.Text;
using Markdig;

namespace Wir.Gateway.Docs;

/// <summary>The pages of <c>docs/api/problems</c>, made into HTML once.</summary>
internal sealed class ProblemPages
{
    private const string Style = "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}h1{font-size:1.4rem}code{background:#f0f0f0;padding:0 .2em}";
    private readonly FrozenDictionary<string, string> _pages;

    private ProblemPages(FrozenDictionary<string, string> pages, string index) => (_pages, Index) = (pages, index);

    public string Index { get; }

    public string? Find(string code) => _pages.GetValueOrDefault(code);

    public static ProblemPages Load(string directory)
    {
        // Our own files: no raw HTML is meant to be in them, and none comes through.
        var pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();
        var texts = Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "WIR-*.md").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText) : [];
        var pages = texts.ToFrozenDictionary(text => text.Key, text => Html(text.Key, Markdown.ToHtml(text.Value, pipeline)), StringComparer.OrdinalIgnoreCase);
        var list = new StringBuilder("<h1>Fehlercodes / Error codes</h1><ul>");
        foreach (var (code, text) in texts.OrderBy(text => text.Key, StringComparer.Ordinal))
        {
            // "# WIR-COM-0001 Interner Fehler / Internal error"
            var title = text.Split('\n', 2)[0].TrimStart('#', ' ');
            list.Append("<li><a href=\"/docs/problems/").Append(code).Append("\">").Append(WebUtility.HtmlEncode(title)).Append("</a></li>");
        }

        return new(pages, Html("WIR", list.Append("</ul>").ToString()));
    }

    private static string Html(string title, string body) =>
        $"<!doctype html><html lang=\"de\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{Style}</style></head><body>{body}</body></html>";
}
