using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wir.Demo;

/// <summary>One step of the story; playing it returns what is worth telling, or throws <see cref="StepFailedException"/>.</summary>
public sealed record Step(string Title, Func<Task<string>> Play);

/// <summary>
/// A club in Korbach enters itself in the register, and what follows from that in all three services. Everything goes over the
/// gateway, as other systems and people do it. The steps are played once, in their order.
/// </summary>
public sealed partial class Story : IDisposable
{
    public const string Korbach = "06635015";

    private readonly RunningInstance _instance;
    private readonly Door _anybody;
    private readonly Door _editor;
    private readonly Door _approver;
    private readonly Door _elsewhere;
    private readonly Door _reader;
    private readonly LiveNumbers _numbers;

    // New in every run, so that the story can be played again on the same instance.
    private readonly string _mark = Convert.ToHexString(Guid.CreateVersion7().ToByteArray()[10..]).ToLowerInvariant();

    private Dictionary<string, long> _before = [];
    private string _submission = "";
    private JsonElement _package;

    public Story(RunningInstance instance)
    {
        Door With(string name) => new(instance.Address, instance.Keys.TryGetValue(name, out var key)
            ? key : throw new StepFailedException($"keys.json holds no key '{name}'"));
        _instance = instance;
        _anybody = new Door(instance.Address);
        (_editor, _approver, _elsewhere, _reader) = (With("municipality"), With("municipalityApprover"), With("otherMunicipality"), With("reader"));
        _numbers = new LiveNumbers(_reader, Korbach);
        Steps =
        [
            new("The three services answer through the gateway", AnswerAsync),
            new("A club in Korbach enters itself in the register", EnterAsync),
            new("The link in its mail proves the address; still nobody sees the entry", ConfirmAsync),
            new("Neither nobody nor another municipality may decide", RefuseAsync),
            new("Korbach approves: the club is public in the register", ApproveAsync),
            new("The event reaches the welcome package", ReachWelcomePackageAsync),
            new("The club stands on Korbach's page in the portal", StandOnPageAsync),
            new("An office in Korbach issues a package in Arabic, with a code", IssueAsync),
            new("Its QR code is there as SVG and PNG", ShowQrAsync),
            new("Its booklet is in Arabic, from right to left, and names the club", ReadBookletAsync),
            new("Its holder opens it by the code, in Arabic, without an account", OpenPackageAsync),
            new("The monitor's live K01, K03, K05 and K06 count all of it", CountAsync),
        ];
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>What the club calls itself.</summary>
    public string ClubName => $"Demo: Begegnungscafé Korbach {_mark}";

    /// <summary>What the story told the platform and nobody else may read: the sender's name and address, the package's code, the keys.</summary>
    public IReadOnlyList<string> Confidential => ["Demo-Person", $"person-{_mark}", Code, .. _instance.Keys.Values];

    /// <summary>Path of the package's page in the portal, once it is issued.</summary>
    public string PackagePath => $"/p/{Code}";

    private string Code => _package.GetProperty("code").GetString()!;

    public void Dispose()
    {
        foreach (var door in new[] { _anybody, _editor, _approver, _elsewhere, _reader })
        {
            door.Dispose();
        }
    }

    private async Task<string> AnswerAsync()
    {
        // Just started, a service may need longer for its first answer than the gateway waits for it.
        foreach (var path in new[]
        {
            $"/api/registry/v1/associations?area={Korbach}&limit=1", $"/api/welcome/v1/tree?lang=ar&area={Korbach}", $"/api/monitor/v1/overview?area={Korbach}",
        })
        {
            await Claim.SoonAsync(async () => (await _anybody.GetAsync(path)).Status == HttpStatusCode.OK, $"{path} is answered");
        }

        var version = (await _anybody.GetAsync("/version")).Is(HttpStatusCode.OK).Json;
        _before = await _numbers.ReadAsync();
        return $"version {version.GetProperty("version").GetString()}";
    }

    private async Task<string> EnterAsync()
    {
        var answer = (await _anybody.PostAsync("/api/registry/v1/submissions", Entry())).Is(HttpStatusCode.Accepted).Json;
        Claim.That(answer.GetProperty("state").GetString() == "awaiting-confirmation", "the entry waits for its confirmation");
        _submission = answer.GetProperty("id").GetString()!;
        return "202, waits for its confirmation";
    }

    private async Task<string> ConfirmAsync()
    {
        string? link = null;
        var lag = await Claim.SoonAsync(async () => (link = await FindLinkAsync()) is not null, $"a mail with a link lies in {_instance.MailFolder}");
        var token = TokenInLink().Match(link!).Groups[1].Value;
        Claim.That(token.Length > 0, $"the link holds a token ({link})");
        // Mail programs open links by themselves: that must not confirm anything.
        (await _anybody.GetAsync(new Uri(link!).PathAndQuery)).Is(HttpStatusCode.OK);

        var answer = (await _anybody.PostAsync($"/api/registry/v1/submissions/{_submission}/confirm", new { token })).Is(HttpStatusCode.OK).Json;
        Claim.That(answer.GetProperty("state").GetString() == "in-review", "the entry is in review");
        Claim.That(!await ListsClubAsync("/api/registry/v1/associations"), "an entry in review is not public");
        return $"mail: {lag}";
    }

    private async Task<string> RefuseAsync()
    {
        var review = $"/api/registry/v1/submissions/{_submission}/review";
        var tag = await ReadTagAsync();
        var decision = new { decision = "approve", comment = "" };
        (await _anybody.PostAsync(review, decision, tag)).Is(HttpStatusCode.Unauthorized).IsOfType("application/problem+json");
        (await _elsewhere.PostAsync(review, decision, tag)).Is(HttpStatusCode.Forbidden).IsOfType("application/problem+json");
        return "401 and 403";
    }

    private async Task<string> ApproveAsync()
    {
        var tag = await ReadTagAsync();
        var review = (await _approver.PostAsync(
            $"/api/registry/v1/submissions/{_submission}/review", new { decision = "approve", comment = "Geprüft." }, tag)).Is(HttpStatusCode.OK).Json;
        var association = review.GetProperty("associationId").GetString();
        var lag = await Claim.SoonAsync(() => ListsClubAsync("/api/registry/v1/associations"), "the club is public");
        var entry = (await _anybody.GetAsync($"/api/registry/v1/associations/{association}")).Is(HttpStatusCode.OK).Json;
        Claim.That(entry.GetProperty("name").GetString() == ClubName, "the public entry is the club");
        Claim.That(!entry.GetRawText().Contains("Demo-Person", StringComparison.Ordinal), "the person who sent the entry is not in it");
        return lag;
    }

    private Task<string> ReachWelcomePackageAsync() =>
        Claim.SoonAsync(() => ListsClubAsync("/api/welcome/v1/associations"), "the welcome package knows the club");

    private Task<string> StandOnPageAsync() => Claim.SoonAsync(PageShowsClubAsync, $"the portal's page of Korbach shows {ClubName}");

    /// <summary>On the page, or on those to which it leads on: there may be many associations.</summary>
    private async Task<bool> PageShowsClubAsync()
    {
        for (var next = $"/de/?municipality={Korbach}"; next is not null;)
        {
            var page = (await _anybody.GetAsync(next)).Is(HttpStatusCode.OK).IsOfType("text/html").Text;
            if (page.Contains(ClubName, StringComparison.Ordinal)) return true;
            next = MoreAssociations().Match(page) is { Success: true } more ? WebUtility.HtmlDecode(more.Groups[1].Value) : null;
        }

        return false;
    }

    private async Task<string> IssueAsync()
    {
        var order = new { area = Korbach, language = "ar", wantedLanguage = "ar", channel = "office" };
        (await _elsewhere.PostAsync("/api/welcome/v1/packages", order)).Is(HttpStatusCode.Forbidden);
        _package = (await _editor.PostAsync("/api/welcome/v1/packages", order)).Is(HttpStatusCode.Created).Json;
        Claim.That(Code.Length >= 12, "the code has at least 60 bits");
        Claim.That(_package.GetProperty("url").GetString()!.EndsWith(PackagePath, StringComparison.Ordinal), "its address ends with the code");
        return _package.GetProperty("url").GetString()!;
    }

    private async Task<string> ShowQrAsync()
    {
        var svg = (await _anybody.GetAsync($"/api/welcome/v1/packages/{Code}/qr.svg")).Is(HttpStatusCode.OK).IsOfType("image/svg+xml");
        var png = (await _anybody.GetAsync($"/api/welcome/v1/packages/{Code}/qr.png")).Is(HttpStatusCode.OK).IsOfType("image/png");
        Claim.That(svg.Text.Contains("<svg", StringComparison.Ordinal), "the SVG is one");
        Claim.That(png.Body.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]), "the PNG is one");
        return $"{svg.Body.Length} and {png.Body.Length} bytes";
    }

    private async Task<string> ReadBookletAsync()
    {
        var address = _package.GetProperty("booklet").GetString()!;
        var booklet = (await _anybody.GetAsync(address)).Is(HttpStatusCode.OK).IsOfType("text/html");
        Claim.That(RightToLeft().IsMatch(booklet.Text), "the booklet is marked as Arabic and from right to left");
        Claim.That(booklet.Text.Contains(ClubName, StringComparison.Ordinal), $"the booklet names {ClubName}");
        return $"{booklet.Body.Length / 1024} KiB";
    }

    private async Task<string> OpenPackageAsync()
    {
        var page = (await _anybody.GetAsync(PackagePath)).Is(HttpStatusCode.OK).IsOfType("text/html");
        Claim.That(RightToLeft().IsMatch(page.Text), "the page is marked as Arabic and from right to left");
        Claim.That(page.Text.Contains(Code, StringComparison.Ordinal), "the page shows the code");
        (await _anybody.GetAsync("/p/AAAA-AAAA-AAAA")).Is(HttpStatusCode.NotFound);
        return "opened; a wrong code is unknown";
    }

    private async Task<string> CountAsync()
    {
        var after = _before;
        var lag = await Claim.SoonAsync(
            async () => LiveNumbers.AllMoved(_before, after = await _numbers.ReadAsync()),
            "there is one more association, decision, package, and package in the language wanted");
        return $"{string.Join(", ", after.Select(number => $"{number.Key} {_before[number.Key]} → {number.Value}"))}; {lag}";
    }

    private async Task<bool> ListsClubAsync(string list)
    {
        for (var next = $"{list}?area={Korbach}&limit=200"; next is not null;)
        {
            var answer = (await _anybody.GetAsync(next)).Is(HttpStatusCode.OK).Json;
            if (answer.GetProperty("data").EnumerateArray().Any(a => a.GetProperty("name").GetString() == ClubName)) return true;
            next = answer.GetProperty("links").TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return false;
    }

    private async Task<string?> ReadTagAsync() =>
        (await _approver.GetAsync($"/api/registry/v1/submissions/{_submission}")).Is(HttpStatusCode.OK).ETag;

    private async Task<string?> FindLinkAsync()
    {
        if (!Directory.Exists(_instance.MailFolder)) return null;
        foreach (var file in Directory.EnumerateFiles(_instance.MailFolder, "*.eml"))
        {
            var mail = await File.ReadAllTextAsync(file);
            if (LinkInMail().Matches(mail).FirstOrDefault(m => m.Value.Contains(_submission, StringComparison.Ordinal)) is { } match) return match.Value;
        }

        return null;
    }

    private object Entry() => new
    {
        kind = "initiative",
        name = ClubName,
        area = Korbach,
        address = new { street = "Demoweg", houseNumber = "7", postalCode = "34497", place = "Korbach" },
        location = new { lat = 51.2749, lon = 8.8731 },
        languages = new[] { "de", "ar", "uk" },
        targetGroups = new[] { "women", "children" },
        texts = new { de = new { summary = "Kaffee, Gespräche und Hilfe bei Briefen, jeden Donnerstag.", description = "Ein Beispiel aus der Vorführung." } },
        contacts = new[]
        {
            new { type = "functional", label = new { de = "Büro" }, email = $"cafe-{_mark}@example.org", phone = "+493023125042", visibility = "public" },
        },
        submitter = new { name = "Demo-Person", email = $"person-{_mark}@example.org", role = "chair" },
    };

    [GeneratedRegex("""https?://[^\s"<>]+/confirm/submissions/[^\s"<>]+""")]
    private static partial Regex LinkInMail();

    [GeneratedRegex("""[?&]token=([^&\s"<>]+)""")]
    private static partial Regex TokenInLink();

    [GeneratedRegex("""href="(/de/\?[^"#]*cursor=[^"#]*)""")]
    private static partial Regex MoreAssociations();

    [GeneratedRegex("""<html[^>]*(lang="ar"[^>]*dir="rtl"|dir="rtl"[^>]*lang="ar")""")]
    private static partial Regex RightToLeft();
}
