using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Makes hostile calls out of honest ones. The same seed makes the same calls.</summary>
internal sealed class Attacks(int seed)
{
    private const string Injected = "X-Injected";

    private static readonly string[] s_texts =
    [
        "'; drop table registry.association; --", "' or '1'='1", "1) union select null,version()--", "%' and pg_sleep(5)--", "\\'; select 1; --", "$$||pg_sleep(5)||$$",
        "{{7919*7907}}", "${7919*7907}", "#{7919*7907}", "<%= 7919*7907 %>", "@(7919*7907)", "${jndi:ldap://127.0.0.1/a}", "%{7919*7907}", "[[${7919*7907}]]",
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "<svg/onload=alert(1)>", "]]><!ENTITY x SYSTEM \"file:///etc/passwd\">",
        "../../../../etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "|| cat /etc/passwd", "`id`", "$(id)",
        "\r\nX-Injected: 1", "%0d%0aX-Injected: 1", "a\u0000b", "\u202Egnirts", "\uFEFF", "\u200B\u200B", "e\u0301\u0301\u0301", "𝔸🙈", "ﷺﷺﷺ", "İıſ", "＜script＞", "-1", "0", "1e309", "NaN", "null", "true", "[]", "{}", "*", "%", "_", "\\", "/", ".", "..",
    ];

    private static readonly string[] s_numbers = ["1e400", "-1e400", "99999999999999999999999999", "-99999999999999999999999999", "9223372036854775808", "-9223372036854775809", "2147483648", "0.1", "-0", "1e-400", "1E5"];

    private static readonly string[] s_paths = ["../", "..%2f", "%2e%2e/", "%252e%252e%252f", "//", "/./", ";x=1", "%00", "%5c..%5c", "%0a", "%c0%ae%c0%ae/", ".json", "/", "?", "#", "%", "~", "%ff", "%F0%9F%99%88", "'", "\"", "<", "|"];

    private static readonly string[] s_verbs = ["PUT", "PATCH", "DELETE", "POST", "GET", "TRACE", "PROPFIND", "MOVE", "get", "FOO", "CONNECTS", "OPTIONS", "HEAD", "QUERY"];

    private static readonly (string, string)[] s_headers =
    [
        ("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/api/clients/v1/clients"), ("X-Rewrite-URL", "/api/clients/v1/clients"), ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-For", "127.0.0.1"), ("X-Wir-Reader", "1.127.0.0.1.x"), ("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."), ("Cookie", "session=' or 1=1"),
        ("Accept-Language", "../../etc/passwd"), ("Accept-Language", "de;q=NaN, *;q=99"), ("Accept", "text/html;q=x, */*;q=-1"), ("Accept-Encoding", "x'; drop"), ("If-Match", "\"'; drop table\""), ("If-Match", "garbage"),
        ("If-None-Match", "\"99999999999999999999999-x\""), ("If-Modified-Since", "yesterday"), ("Range", "bytes=-99999999999999"), ("Range", "bytes=0-0,0-0,0-0,0-0"), ("Content-Encoding", "gzip"), ("Idempotency-Key", "' or 1=1; --"),
        ("traceparent", "00-zz-zz-zz"), ("Expect", "202-never"), ("Origin", "null"), ("Prefer", "x\tx"), ("X-Api-Key", "wir_'or1=1_x"), ("TE", "trailers, x"), ("Content-Language", "<script>"),
    ];

    private static readonly (string Type, string Body)[] s_bodies =
    [
        ("application/json", "{"), ("application/json", ""), ("application/json", "nul"), ("application/json", "{\"a\":1,\"a\":2}"), ("application/json", "{\"a\":NaN}"), ("application/json", "[1,2"),
        ("application/json", "\"text\""), ("application/json", "123"), ("application/json", "{\"\\ud800\":\"\\udfff\"}"), ("application/json", "// x\n{}"), ("application/json", "{\"a\":'b'}"), ("application/json", "\u0000"),
        ("application/xml", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>"), ("text/plain", "hello"), ("application/x-www-form-urlencoded", "a=1&b=2"), ("multipart/form-data; boundary=x", "--x\r\n\r\n--x--"),
        ("application/json; charset=utf-16", "{}"), ("application/json; charset=\"", "{}"), ("nonsense", "{}"), ("application/merge-patch+json", "[]"), ("text/csv", "a;b\n'; drop table x;1"), ("application/vnd.json-stat+json", "{\"version\":\"2.0\"}"),
    ];

    private static readonly string[] s_assigned =
        ["id", "version", "status", "state", "createdAt", "updatedAt", "publishedAt", "confirmedAt", "role", "roles", "scopes", "areas", "isAdmin", "__proto__", "constructor", "$type", "number", "demo", "submittedBy", "author", "approvedBy", "hash", "revokedAt"];

    private readonly Random _random = new(seed);

    /// <summary>A hostile variant of an honest call.</summary>
    public Call Next(ApiOperation operation, Call honest)
    {
        var body = honest is { Body: { } sent, BodyType: { } type } && type.Contains("json", StringComparison.Ordinal) ? JsonNode.Parse(sent) : null;
        return _random.Next(12) switch
        {
            0 => honest with { Method = Pick(s_verbs.Where(verb => verb != honest.Method).ToArray()) },
            1 => InPath(honest),
            2 => Pick(s_headers) is var header ? honest.With(header.Item1, header.Item2) : honest,
            3 or 4 or 5 => InQuery(operation, honest),
            6 when !operation.IsRead => Pick(s_bodies) is var (other, text) ? honest with { Body = Encoding.UTF8.GetBytes(text), BodyType = other } : honest,
            7 when body is JsonObject thing => MassAssigned(honest, thing),
            8 when body is not null => Raw(honest, body),
            >= 6 when body is not null => InBody(honest, body),
            _ => _random.Next(2) == 0 ? InQuery(operation, honest) : InPath(honest),
        };
    }

    private Call InPath(Call honest)
    {
        var segments = honest.Address.Split('?')[0].Split('/').ToList();
        var at = _random.Next(1, segments.Count);
        var trick = Pick(s_paths);
        segments[at] = _random.Next(4) switch
        {
            0 => trick,
            1 => segments[at] + trick,
            2 => trick + segments[at],
            _ => Uri.EscapeDataString(Pick(s_texts)),
        };
        return honest with { Address = Safe(string.Join('/', segments)) };
    }

    private Call InQuery(ApiOperation operation, Call honest)
    {
        var names = operation.QueryParameters.Select(parameter => (string)parameter["name"]!).ToList();
        var name = names.Count == 0 || _random.Next(5) == 0 ? Pick("debug", "admin", "area[]", "$where", "__proto__", "limit ", "Limit", "callback") : names[_random.Next(names.Count)];
        var value = _random.Next(5) switch
        {
            0 => Pick(s_numbers),
            1 => new string(Pick('a', '%', '('), 3000),
            2 => "",
            _ => Pick(s_texts),
        };
        var pair = $"{Uri.EscapeDataString(name)}={(_random.Next(8) == 0 ? Safe(value) : Escaped(value))}";
        if (_random.Next(10) == 0) pair += "&" + pair;
        return honest with { Address = honest.Address + (honest.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + pair };
    }

    private Call InBody(Call honest, JsonNode body)
    {
        var places = Leaves(body).ToList();
        if (places.Count == 0) return honest with { Method = "FOO" };
        var (parent, member, index) = places[_random.Next(places.Count)];
        JsonNode? value = _random.Next(8) switch
        {
            0 => new JsonObject { ["x"] = Pick(s_texts) },
            1 => new JsonArray(Pick(s_texts), 1, null),
            2 => JsonValue.Create(_random.Next(2) == 0),
            3 => null,
            4 => JsonValue.Create(new string(Pick('a', 'ü', 'ﷺ'), 20_000)),
            5 => JsonValue.Create(-_random.NextInt64()),
            _ => JsonValue.Create(Pick(s_texts)),
        };
        if (parent is JsonObject thing) thing[member!] = value;
        else ((JsonArray)parent)[index] = value;
        return honest.WithJson(body, honest.BodyType!);
    }

    private Call MassAssigned(Call honest, JsonObject thing)
    {
        var name = Pick(s_assigned.Where(member => !thing.ContainsKey(member)).ToArray());
        thing[name] = _random.Next(3) switch { 0 => "published", 1 => 1, _ => new JsonArray("platform:admin") };
        return honest.WithJson(thing, honest.BodyType!);
    }

    /// <summary>What no JSON library writes: numbers out of range, lone surrogates, depth, members given twice.</summary>
    private Call Raw(Call honest, JsonNode body)
    {
        var text = body.ToJsonString();
        var raw = _random.Next(6) switch
        {
            0 => System.Text.RegularExpressions.Regex.Replace(text, @"(?<=:)-?\d[\d.]*|(?<=:)""[^""]*""", Pick(s_numbers)),
            1 => text.Replace(":\"", ":\"\\ud800", StringComparison.Ordinal),
            2 => string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000),
            3 => text[..^1] + "," + text[1..],
            4 => text[..(text.Length / 2)],
            _ => text + text,
        };
        return honest with { Body = Encoding.UTF8.GetBytes(raw) };
    }

    private static IEnumerable<(JsonNode Parent, string? Member, int Index)> Leaves(JsonNode node)
    {
        if (node is JsonObject thing)
        {
            foreach (var (name, value) in thing)
            {
                yield return (thing, name, 0);
                if (value is not null) foreach (var inner in Leaves(value)) yield return inner;
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                yield return (list, null, i);
                if (list[i] is { } value) foreach (var inner in Leaves(value)) yield return inner;
            }
        }
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private static string Escaped(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => string.Create(CultureInfo.InvariantCulture, $"%{value:X2}")));

    /// <summary>Only what a request line can hold; a client that sends more speaks no HTTP.</summary>
    private static string Safe(string text) =>
        string.Concat(text.Select(character => character is > ' ' and < '\u007f' and not '#' ? character.ToString() : Uri.EscapeDataString(char.IsSurrogate(character) ? "x" : character.ToString())));

    public static bool WasInjected(ApiAnswer answer) => answer.Headers.ContainsKey(Injected);
}
