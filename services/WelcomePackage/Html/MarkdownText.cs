using Markdig;

namespace Wir.WelcomePackage.Html;

/// <summary>Markdown as a way to write content; what comes out passes the same rules as all HTML.</summary>
internal static class MarkdownText
{
    // {#id} after a heading names its block.
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseDefinitionLists().UseGenericAttributes().Build();

    public static string ToHtml(string markdown) => SafeHtml.Clean(Markdown.ToHtml(markdown, s_pipeline));
}
