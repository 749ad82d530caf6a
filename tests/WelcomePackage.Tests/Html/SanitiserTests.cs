using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Wir.TestKit;
using Wir.WelcomePackage.Html;
using Xunit;

namespace Wir.WelcomePackage.Tests.Html;

/// <summary>
/// What comes out of the sanitiser is parsed again by a real browser: nothing runs, nothing is loaded, nothing outside of the safe subset is
/// there, and what the browser makes of it is the same text again. Nothing harmless is lost.
/// </summary>
[Lane(Lane.Functional)]
public sealed partial class SanitiserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Batch = 500;
    private const string Before = "<p>vorher</p>";
    private static readonly string[] s_vectors = [.. File.ReadAllLines(Path.Combine(Welcome.Repository, "tests/WelcomePackage.Tests/Html/vectors.txt")).Where(line => line.Length > 0 && line[0] != '#').Select(Unescaped)];

    /// <summary>Every element and attribute that content may use, as people write them.</summary>
    private const string Harmless = """
        <h2 id="fees">Gebühren &amp; Kosten</h2><p lang="de" dir="ltr">Ein <strong>wichtiger</strong>, <em>schräger</em> <b>Text</b> <i>mit</i> H<sub>2</sub>O<sup>1</sup>,<br>Zeile 2 &lt;kein Tag&gt; "Zitat" 'x' `y`</p>
        <h3>Unten</h3><h4>Tiefer</h4><ul><li>eins<ul><li>innen</li></ul></li></ul><ol start="3"><li>drei</li></ol><dl><dt>Amt</dt><dd>Mo bis Fr</dd></dl>
        <blockquote><p>Zitat</p></blockquote><p><code>a &lt; b</code> <abbr title="zum Beispiel">z. B.</abbr> <bdi>العربية</bdi> <span lang="ar" dir="rtl">نص</span></p><hr>
        <p><a href="https://example.org/a?b=1&amp;c=2#d" title="Beispiel" hreflang="de">Beispiel</a> <a href="tel:+493023125001">Telefon</a> <a href="mailto:amt@example.org">Mail</a> <a href="#fees">oben</a> <a href="/de/x">hier im Portal</a></p>
        <figure><img src="/api/welcome/v1/media/0197a000-0000-7000-8000-000000000000" alt="Rathaus" width="400" height="300"><figcaption>Das Rathaus</figcaption></figure>
        <table><caption>Zeiten</caption><thead><tr><th scope="col" colspan="2">Tag</th></tr></thead><tbody><tr><th scope="row" rowspan="1">Mo</th><td colspan="1">8 bis 12</td></tr></tbody></table><div dir="auto"><p>🙂 ሰላም</p></div>
        """;

    [Fact]
    public async Task No_vector_and_no_mutation_does_anything_in_a_browser()
    {
        const int seed = 20261127;
        var mutations = Environment.GetEnvironmentVariable("WIR_FULL") == "1" ? 100_000 : 10_000;
        Assert.True(s_vectors.Length >= 200, $"{s_vectors.Length} vectors");
        var random = new Random(seed);
        string[] inputs = [.. s_vectors, .. s_vectors.Select(vector => $"<p>Text {vector} Text</p>"), .. Enumerable.Range(0, mutations).Select(_ => Mutate(random))];
        var (page, requests) = await StageAsync();
        var faults = new List<string>();

        foreach (var batch in inputs.Chunk(Batch))
        {
            var cleaned = batch.Select(input => SafeHtml.Clean(Before + input)).ToArray();
            for (var i = 0; i < batch.Length; i++)
            {
                if (SafeHtml.Clean(cleaned[i]) != cleaned[i]) faults.Add($"not stable: {batch[i]} → {cleaned[i]}");
                if (!cleaned[i].StartsWith(Before, StringComparison.Ordinal)) faults.Add($"lost what stood before: {batch[i]} → {cleaned[i]}");
            }

            var seen = await page.EvaluateAsync<string[][]>(Look, cleaned);
            for (var i = 0; i < batch.Length; i++)
            {
                if (seen[i][0].Length > 0) faults.Add($"{seen[i][0]}: {batch[i]} → {cleaned[i]}");
                // What the browser made of it, read again, is the same: no parser sees anything else in it.
                if (SafeHtml.Clean(seen[i][1]) != cleaned[i]) faults.Add($"read otherwise by the browser: {batch[i]} → {cleaned[i]} → {seen[i][1]}");
            }
        }

        await page.WaitForTimeoutAsync(500);
        var hits = await page.EvaluateAsync<int>("window.hits");
        Assert.True(faults.Count == 0, $"seed {seed}, {faults.Count} faults:\n{string.Join('\n', faults.Take(20))}");
        Assert.Equal(0, hits);
        Assert.DoesNotContain(requests, request => !request.Contains("/api/welcome/v1/media/", StringComparison.Ordinal));
        TestContext.Current.SendDiagnosticMessage($"{s_vectors.Length} vectors, {mutations} mutations, seed {seed}");
    }

    [Fact]
    public async Task The_stage_notices_what_is_not_made_safe()
    {
        var (page, requests) = await StageAsync();

        var seen = await page.EvaluateAsync<string[][]>(Look, new[] { "<img src=\"/x.png\" onerror=\"hit()\">", "<p style=\"x\">x</p>", "<a href=\"javascript:hit()\">x</a>", "<p>gut</p>" });

        Assert.Equal(["img/onerror", "p/style", "a/javascript:", ""], seen.Select(one => one[0]));
        await Eventually.TrueAsync(async () => await page.EvaluateAsync<int>("window.hits") > 0, "the handler ran");
        Assert.Contains(requests, request => request.EndsWith("/x.png", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_harmless_is_lost()
    {
        var (page, _) = await StageAsync();
        string[] samples = [Harmless, .. Between().Matches(Harmless).Select(match => match.Value)];

        var before = await page.EvaluateAsync<string[]>(Shape, samples);
        var after = await page.EvaluateAsync<string[]>(Shape, samples.Select(SafeHtml.Clean).ToArray());

        Assert.Equal(before, after);
    }

    private async Task<(IPage Page, ConcurrentBag<string> Requests)> StageAsync()
    {
        var requests = new ConcurrentBag<string>();
        var page = await chromium.Browser.NewPageAsync();
        await page.RouteAsync("**/*", route =>
        {
            if (new Uri(route.Request.Url).AbsolutePath == "/stage") return route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = "<!DOCTYPE html><body><div id=stage></div>" });
            requests.Add(route.Request.Url);
            return route.AbortAsync();
        });
        await page.GotoAsync("http://wir.invalid/stage");
        await page.EvaluateAsync("() => { window.hits = 0; window.hit = window.alert = window.prompt = window.confirm = () => { window.hits++; }; }");
        return (page, requests);
    }

    /// <summary>Puts each text into the page, as a document of its own too, and names what does not belong there.</summary>
    private const string Look = """
        texts => {
            const allowed = {P:[],H2:['id'],H3:['id'],H4:['id'],UL:[],OL:['start'],LI:[],DL:[],DT:[],DD:[],STRONG:[],EM:[],B:[],I:[],SUB:[],SUP:[],BR:[],HR:[],BLOCKQUOTE:[],CODE:[],
                ABBR:['title'],BDI:[],SPAN:[],DIV:[],A:['href','title','hreflang'],IMG:['src','alt','width','height'],FIGURE:[],FIGCAPTION:[],TABLE:[],CAPTION:[],THEAD:[],TBODY:[],TR:[],
                TH:['scope','colspan','rowspan'],TD:['colspan','rowspan']};
            const fault = root => {
                for (const element of root.querySelectorAll('*')) {
                    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml' || !(element.tagName in allowed)) return element.tagName.toLowerCase();
                    for (const attribute of element.attributes)
                        if (!allowed[element.tagName].includes(attribute.name) && attribute.name !== 'lang' && attribute.name !== 'dir') return `${element.tagName.toLowerCase()}/${attribute.name}`;
                    if (element.tagName === 'A' && element.hasAttribute('href')) {
                        if (!['http:', 'https:', 'mailto:', 'tel:', 'page:'].includes(element.protocol)) return `a/${element.protocol}`;
                        if (element.getAttribute('href').startsWith('/') && element.host !== location.host) return `a/${element.host}`;
                    }
                    if (element.tagName === 'IMG' && !element.src.startsWith(location.origin + '/api/welcome/v1/media/')) return `img/${element.src}`;
                }
                return '';
            };
            return texts.map(text => {
                const stage = document.getElementById('stage');
                stage.innerHTML = text;
                for (const element of stage.querySelectorAll('*')) { element.dispatchEvent(new Event('mouseover')); element.dispatchEvent(new Event('focus')); element.dispatchEvent(new Event('click')); }
                const own = new DOMParser().parseFromString(`<!DOCTYPE html><body>${text}`, 'text/html');
                const found = fault(stage) || fault(own.body);
                return [found, stage.innerHTML];
            });
        }
        """;

    private const string Shape = """
        texts => texts.map(text => {
            const body = new DOMParser().parseFromString(`<!DOCTYPE html><body>${text}`, 'text/html').body;
            const shape = node => node.nodeType === 3 ? node.data : `<${node.tagName} ${[...node.attributes].map(a => `${a.name}=${JSON.stringify(a.value)}`).sort().join(' ')}>${[...node.childNodes].map(shape).join('')}</>`;
            return shape(body);
        })
        """;

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(s_vectors[random.Next(s_vectors.Length)]);
        for (var steps = random.Next(1, 5); steps > 0; steps--)
        {
            var at = random.Next(text.Length + 1);
            var other = s_vectors[random.Next(s_vectors.Length)];
            switch (random.Next(9))
            {
                case 0: text.Insert(at, other); break;
                case 1: text.Insert(at, s_noise[random.Next(s_noise.Length)]); break;
                case 2 when text.Length > 1: text.Remove(at = random.Next(text.Length), random.Next(1, Math.Min(6, text.Length - at) + 1)); break;
                case 3: text.Append(other.AsSpan(random.Next(other.Length))); break;
                case 4: text.Insert(0, s_wraps[random.Next(s_wraps.Length)]); break;
                case 5 when at < text.Length: text[at] = char.IsLower(text[at]) ? char.ToUpperInvariant(text[at]) : char.ToLowerInvariant(text[at]); break;
                case 6 when at < text.Length: var code = string.Create(CultureInfo.InvariantCulture, $"&#{(int)text[at]};"); text.Remove(at, 1).Insert(at, code); break;
                case 7: text.Insert(at, Harmless.AsSpan(random.Next(Harmless.Length - 40), 40)); break;
                default: text.Append(text.ToString(0, at)); break;
            }
        }

        return text.Length > 4000 ? text.ToString(0, 4000) : text.ToString();
    }

    private static readonly string[] s_noise = ["\0", "<", ">", "\"", "'", "`", "&", "/", "=", " ", "\t", "\n", "\f", "<!--", "-->", "]]>", "</", "<p>", "</p>", "<svg>", "</svg>", "<math>", "<table>", "<td>", "\u2028", "\u00a0", "\ufeff", "\ud800", "&lt;", "&#x0;", "%3C"];

    private static readonly string[] s_wraps = ["<svg>", "<math><mtext>", "<table>", "<select>", "<template>", "<noscript>", "<title>", "<textarea>", "<style>", "<xmp>", "<!--", "<a href=\"/x\">", "<form>", "<ul><li>", "<h2>", "<svg><foreignObject>", "<math><annotation-xml encoding=text/html>", "<frameset>", "<iframe>", "<object>"];

    private static string Unescaped(string line) => Escape().Replace(line, match => match.Value[1] switch
    {
        'n' => "\n",
        't' => "\t",
        '0' => "\0",
        'x' or 'u' => ((char)int.Parse(match.Value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        var other => other.ToString(),
    });

    [GeneratedRegex(@"\\(n|t|0|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|\\|"")")]
    private static partial Regex Escape();

    [GeneratedRegex("<(p|h2|h3|ul|ol|dl|blockquote|figure|table)[ >].*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Between();
}
