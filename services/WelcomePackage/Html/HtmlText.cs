using System.Text;

namespace Wir.WelcomePackage.Html;

/// <summary>Writes HTML. Whatever is given as text or as a value is text or a value for every reader.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    public static bool IsVoid(string name) => name is "br" or "hr" or "img";

    public static string Escape(string text) => new HtmlText().Text(text).ToString();

    public HtmlText Text(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) _text.Append(text[i]).Append(text[++i]);
            // Half a character cannot be written in UTF-8.
            else if (!char.IsSurrogate(text[i])) Append(text[i]);
        }

        return this;
    }

    public HtmlText Open(string name, IEnumerable<(string Name, string? Value)>? attributes = null)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes ?? [])
        {
            _text.Append(' ').Append(attribute).Append("=\"");
            Text(value ?? "");
            _text.Append('"');
        }

        _text.Append('>');
        return this;
    }

    public HtmlText Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(name, attributes.ToArray().AsEnumerable());

    public HtmlText Close(string name)
    {
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>What was written by this class before.</summary>
    public HtmlText Safe(string html)
    {
        _text.Append(html);
        return this;
    }

    public HtmlText Element(string name, string text) => Open(name).Text(text).Close(name);

    public override string ToString() => _text.ToString();

    private void Append(char character)
    {
        switch (character)
        {
            case '&': _text.Append("&amp;"); break;
            case '<': _text.Append("&lt;"); break;
            case '>': _text.Append("&gt;"); break;
            case '"': _text.Append("&quot;"); break;
            case '\'': _text.Append("&#39;"); break;
            case '`': _text.Append("&#96;"); break;
            // PostgreSQL cannot hold NUL, and no other control character but these says anything to readers.
            case < ' ' and not ('\n' or '\t') or '\u007f': break;
            default: _text.Append(character); break;
        }
    }
}
