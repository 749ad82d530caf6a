using System.Net;
using System.Text.Json.Nodes;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>Any history of edits, moves, publications, translations and overlays keeps what readers and copies rely on.</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class HistoryTests(Welcome welcome)
{
    private static readonly (string, string) s_any = ("If-Match", "*");
    private static readonly string[] s_languages = ["en", "ar"];
    private readonly List<Known> _pages = [];
    private readonly Dictionary<Guid, JsonNode> _replica = [];
    private long _position;
    private Random _random = new(0);

    /// <summary>What a page should be, told by a few lines of our own.</summary>
    private sealed class Known
    {
        public required Guid Id { get; init; }
        public required string Title { get; init; }
        public string[] Live { get; set; } = [];
        public string[]? Draft { get; set; }
        public string Status { get; set; } = "published";
        public Guid? Parent { get; set; }
        public Dictionary<string, string[]> Said { get; } = [];
        public Dictionary<string, string[]> Translating { get; } = [];
        public string? Overlay { get; set; }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_history_keeps_the_invariants(int history)
    {
        var full = Environment.GetEnvironmentVariable("WIR_FULL") == "1";
        for (var round = 0; round < (full ? 20 : 1); round++)
        {
            var seed = (history * 1000) + round;
            _random = new Random(seed);
            _pages.Clear();
            await SharedAsync();
            for (var step = 0; step < (full ? 120 : 40); step++)
            {
                var done = "";
                try
                {
                    done = await StepAsync();
                    await CheckAsync();
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"seed {seed}, step {step}: {done}", exception);
                }
            }

            await ReplayAsync();
        }
    }

    private async Task<string> StepAsync()
    {
        var live = _pages.Where(page => page.Status == "published").ToArray();
        if (live.Length < 3) return await CreateAsync(live);
        var page = live[_random.Next(live.Length)];
        return _random.Next(13) switch
        {
            0 => await CreateAsync(live),
            1 or 2 => await UnseenAsync(page, () => WriteAsync(page)),
            3 => await UnseenAsync(page, () => TranslateAsync(page)),
            4 or 5 => await PublishAsync(page),
            6 => await TranslateAndPublishAsync(page),
            7 => await OverlayAsync(page),
            8 or 9 => await MoveAsync(page, live[_random.Next(live.Length)]),
            10 => await EndAsync(page, live),
            11 => await UnseenAsync(page, () => SubmitAsync(page)),
            _ => await SharedAsync(),
        };
    }

    private async Task<string> CreateAsync(Known[] live)
    {
        var parent = live.Length > 0 && _random.Next(3) > 0 ? live[_random.Next(live.Length)].Id : (Guid?)null;
        var paragraphs = Paragraphs();
        var id = await welcome.Editor.PublishedAsync("Seite", BodyOf(paragraphs), parent);
        _pages.Add(new Known { Id = id, Title = "Seite " + id.ToString()[^6..], Live = paragraphs, Parent = parent });
        return $"created {id}";
    }

    /// <summary>What only editors see changes nothing for readers.</summary>
    private async Task<string> UnseenAsync(Known page, Func<Task<string>> change)
    {
        var before = await welcome.Anonymous.GetAsync($"/pages/{page.Id}?lang=ar&municipality=06635015");
        var done = await change();
        var after = await welcome.Anonymous.GetAsync($"/pages/{page.Id}?lang=ar&municipality=06635015");
        Assert.Equal((before.Tag, before.Text), (after.Tag, after.Text));
        return done;
    }

    private async Task<string> WriteAsync(Known page)
    {
        var next = (string[])[.. page.Draft ?? page.Live];
        switch (_random.Next(4))
        {
            case 0 when next.Length > 1: next = [.. next[..^1]]; break;
            case 1: next = [.. next, Paragraph()]; break;
            default: next[_random.Next(next.Length)] = Paragraph(); break;
        }

        await welcome.Editor.WriteAsync(page.Id, "de", page.Title, BodyOf(next));
        page.Draft = next;
        return $"wrote {page.Id}";
    }

    private async Task<string> TranslateAsync(Known page)
    {
        var lang = s_languages[_random.Next(s_languages.Length)];
        // As the editor sees it: her own draft before what is live.
        var source = page.Live;
        await welcome.As("client:translator", [Scopes.WelcomeTranslate], "06635").WriteAsync(page.Id, lang, $"{lang} {page.Title}", BodyOf([.. source.Select(text => $"{lang} {text.Trim()}")]));
        page.Translating[lang] = source;
        return $"translated {page.Id} into {lang}";
    }

    private async Task<string> PublishAsync(Known page)
    {
        var drafts = page.Draft is not null || page.Translating.Count > 0;
        var answer = await welcome.Approver.PostAsync($"/pages/{page.Id}/publish", null, s_any);
        Assert.Equal(drafts ? HttpStatusCode.OK : HttpStatusCode.Conflict, answer.Status);
        page.Live = page.Draft ?? page.Live;
        page.Draft = null;
        foreach (var (lang, said) in page.Translating) page.Said[lang] = said;
        page.Translating.Clear();
        return $"published {page.Id}";
    }

    private async Task<string> TranslateAndPublishAsync(Known page)
    {
        await TranslateAsync(page);
        return await PublishAsync(page);
    }

    private async Task<string> OverlayAsync(Known page)
    {
        var text = _random.Next(3) == 0 ? null : $"Korbach {_random.Next(100)}";
        var blocks = text is null ? Array.Empty<object>() : [new { position = "after", body = $"<p>{text}</p>" }];
        var exists = (await welcome.Editor.GetAsync($"/pages/{page.Id}/overlays/06635015/de")).Status == HttpStatusCode.OK;
        var answer = await welcome.Editor.PutAsync($"/pages/{page.Id}/overlays/06635015/de", new { blocks }, exists ? s_any : ("If-None-Match", "*"));
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        await welcome.Editor.PublishAsync(page.Id, new { area = "06635015" });
        page.Overlay = text;
        return $"overlay on {page.Id}";
    }

    private async Task<string> MoveAsync(Known page, Known to)
    {
        var parent = _random.Next(4) == 0 ? null : to;
        var isCycle = false;
        for (var at = parent; at is not null; at = _pages.FirstOrDefault(one => one.Id == at.Parent)) isCycle |= at == page;
        var answer = await welcome.Editor.PostAsync($"/pages/{page.Id}/move", new { parentId = parent?.Id, order = _random.Next(100) }, s_any);
        Assert.Equal(isCycle ? HttpStatusCode.Conflict : HttpStatusCode.OK, answer.Status);
        if (!isCycle) page.Parent = parent?.Id;
        return $"moved {page.Id} below {parent?.Id}";
    }

    private async Task<string> EndAsync(Known page, Known[] live)
    {
        var hasChildren = live.Any(child => child.Parent == page.Id);
        if (_random.Next(2) == 0)
        {
            var withdrawn = await welcome.Editor.PostAsync($"/pages/{page.Id}/withdraw", new { reason = "Probe" }, s_any);
            Assert.Equal(hasChildren ? HttpStatusCode.Conflict : HttpStatusCode.OK, withdrawn.Status);
            if (!hasChildren) page.Status = "withdrawn";
            return $"withdrew {page.Id}";
        }

        var hasAny = _pages.Any(child => child.Parent == page.Id && child.Status != "removed");
        var removed = await welcome.Editor.SendAsync(HttpMethod.Delete, $"/pages/{page.Id}?reason=Probe", null, s_any);
        Assert.Equal(hasAny ? HttpStatusCode.Conflict : HttpStatusCode.NoContent, removed.Status);
        if (!hasAny) page.Status = "removed";
        return $"removed {page.Id}";
    }

    private async Task<string> SubmitAsync(Known page)
    {
        await welcome.Editor.PostAsync($"/pages/{page.Id}/submit", null, s_any);
        return $"submitted {page.Id}";
    }

    private async Task<string> SharedAsync()
    {
        var keeper = welcome.As("client:keeper", [Scopes.WelcomePublish], "06635");
        var exists = (await keeper.GetAsync("/shared/history-fact")).Status == HttpStatusCode.OK;
        var answer = await keeper.PutAsync("/shared/history-fact", new { kind = "fact", area = "06635", values = new[] { new { value = new { de = $"{_random.Next(100)} €" }, source = "Probe" } } }, exists ? s_any : ("If-None-Match", "*"));
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return "changed the fact";
    }

    private async Task CheckAsync()
    {
        foreach (var query in new[] { "lang=de", "lang=ar&area=06635015", "lang=ar&fallback=none", "lang=ti" })
        {
            var tree = (await welcome.Anonymous.GetAsync($"/tree?{query}")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();
            var ids = tree.Select(entry => (Guid)entry!["id"]!).ToHashSet();
            Assert.All(tree, entry => Assert.True(entry!["parentId"] is null || ids.Contains((Guid)entry["parentId"]!)));
            if (!query.Contains("none", StringComparison.Ordinal)) Assert.All(_pages, page => Assert.Equal(page.Status == "published", ids.Contains(page.Id)));
        }

        foreach (var page in _pages)
        {
            var answer = await welcome.Anonymous.GetAsync($"/pages/{page.Id}?lang=de&municipality=06635015");
            Assert.Equal(page.Status == "removed" ? HttpStatusCode.Gone : HttpStatusCode.OK, answer.Status);
            if (page.Status == "removed") continue;
            var view = answer.Json;
            Assert.Equal(page.Status, (string)view["status"]!);
            Assert.Equal(page.Overlay, view["blocks"]!.AsArray().Where(block => (string)block!["origin"]! == "06635015").Select(block => (string)block!["body"]!).SingleOrDefault()?[3..^4]);
            var states = view["translations"]!.AsArray().ToDictionary(one => (string)one!["lang"]!, one => (string)one!["state"]!);
            Assert.Equal("up-to-date", states["de"]);
            foreach (var (lang, said) in page.Said)
            {
                var (open, surplus) = (Missing(page.Live, said), Missing(said, page.Live));
                Assert.Equal(open + surplus == 0 ? "up-to-date" : "outdated", states[lang]);
                Assert.Equal(open, await welcome.ScalarAsync<int>($"select open_segments from welcomepackage.translation where page_id = '{page.Id}' and lang = '{lang}'"));
            }
        }
    }

    /// <summary>Who follows the feed in small steps has what who reads everything gets.</summary>
    private async Task ReplayAsync()
    {
        await welcome.FeedInOrderAsync();
        await FollowAsync(_replica, _position);
        var fresh = new Dictionary<Guid, JsonNode>();
        _position = await FollowAsync(fresh, 0);
        Assert.Equal(fresh.Keys.Order(), _replica.Keys.Order());
        Assert.All(fresh, pair => Assert.Equal(pair.Value.ToJsonString(), _replica[pair.Key].ToJsonString()));
        var served = (await welcome.Anonymous.GetAsync("/pages?lang=de&limit=2000")).Json["data"]!.AsArray().ToDictionary(page => (Guid)page!["id"]!, page => page!);
        var copied = fresh.Where(pair => (string)pair.Value["status"]! == "published").ToDictionary();
        Assert.Equal(served.Keys.Order(), copied.Keys.Order());
        foreach (var (id, page) in served)
        {
            var text = copied[id]["texts"]!.AsArray().Single(one => (string)one!["lang"]! == (string)page["language"]!["served"]!)!;
            Assert.Equal((string)page["title"]!, (string)text["title"]!);
            Assert.Equal(page["blocks"]!.AsArray().Select(block => (string)block!["body"]!), text["blocks"]!.AsArray().Select(block => (string)block!["body"]!));
            Assert.Equal((long)page["version"]!, (long)copied[id]["version"]!);
            Assert.Equal(page["translations"]!.ToJsonString(), copied[id]["translations"]!.ToJsonString());
        }
    }

    private async Task<long> FollowAsync(Dictionary<Guid, JsonNode> copy, long position)
    {
        while (true)
        {
            var rows = (await welcome.Anonymous.GetAsync($"/changes?after={position}&limit=7")).Expect(HttpStatusCode.OK).Json["data"]!.AsArray();
            foreach (var row in rows)
            {
                if ((string)row!["op"]! == "upsert") copy[(Guid)row["id"]!] = row["data"]!;
                else copy.Remove((Guid)row["id"]!);
                position = (long)row["position"]!;
            }

            if (rows.Count == 0) return position;
        }
    }

    private string[] Paragraphs() => [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Paragraph())];

    /// <summary>From a small pool, so that edits are undone by chance, and with white space that says nothing.</summary>
    private string Paragraph()
    {
        var text = _random.Next(8) == 0 ? "Preis: {{fact:history-fact}}" : $"Satz {_random.Next(12)}.";
        return _random.Next(3) == 0 ? $"  {text}\n " : text;
    }

    private string BodyOf(string[] paragraphs) => string.Concat(paragraphs.Select(text => $"<p>{text}</p>{(_random.Next(3) == 0 ? "\n\n" : "")}"));

    private static int Missing(string[] source, string[] said)
    {
        var known = said.Select(text => text.Trim()).ToList();
        return source.Count(text => !known.Remove(text.Trim()));
    }
}
