using System.Net;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class ReadTests(SampleFixture fixture) : IClassFixture<SampleFixture>
{
    private const string Path = "/things/01970000-0000-7000-8000-000000000001";

    private readonly SampleApi _api = fixture.Api;

    [Fact]
    public async Task A_read_carries_what_caches_need()
    {
        var answer = await _api.GetAsync(Path);

        Assert.Matches("^\"4-[^\"]+\"$", answer.Message.Headers.ETag!.Tag);
        Assert.False(answer.Message.Headers.ETag.IsWeak);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(20000), answer.Message.Content.Headers.LastModified);
        Assert.Equal("public, no-cache", answer.Message.Headers.CacheControl!.ToString());
        Assert.Contains("X-Api-Key", answer.Message.Headers.Vary);
        Assert.Equal(["de"], answer.Message.Content.Headers.ContentLanguage);
    }

    [Fact]
    public async Task What_is_known_is_answered_304_and_another_is_not()
    {
        var tag = (await _api.GetAsync(Path)).Message.Headers.ETag!.Tag;

        var known = await _api.GetAsync(Path, ("If-None-Match", $"\"x\", W/{tag}"));
        var other = await _api.GetAsync("/things/01970000-0000-7000-8000-000000000002", ("If-None-Match", tag));

        Assert.Equal((HttpStatusCode.NotModified, ""), (known.Status, known.Text));
        Assert.Equal(tag, known.Message.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, other.Status);
    }

    [Fact]
    public async Task Each_coding_has_its_own_tag()
    {
        var plain = await _api.GetAsync(Path);
        var gzip = await _api.GetAsync(Path, ("Accept-Encoding", "gzip"));
        var brotli = await _api.GetAsync(Path, ("Accept-Encoding", "br"));

        Assert.Equal(3, new[] { plain, gzip, brotli }.Select(answer => answer.Message.Headers.ETag!.Tag).Distinct().Count());
        Assert.Equal(["gzip"], gzip.Message.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData(null, 428, "WIR-COM-0018")]
    [InlineData("\"3-abc\"", 412, "WIR-COM-0015")]
    [InlineData("W/\"4-abc\"", 412, "WIR-COM-0015")]
    [InlineData("\"40-abc\"", 412, "WIR-COM-0015")]
    [InlineData("\"4-abc\"", 204, null)]
    [InlineData("\"4\"", 204, null)]
    [InlineData("\"9-x\", \"4-abc\"", 204, null)]
    [InlineData("*", 204, null)]
    public async Task A_write_names_the_version_it_has_seen(string? tag, int status, string? code)
    {
        var answer = await _api.SendAsync(HttpMethod.Put, Path, null, tag is null ? [] : [("If-Match", tag)]);

        Assert.Equal(status, (int)answer.Status);
        if (code is not null) Assert.Equal(code, answer.Code);
    }

    [Fact]
    public async Task A_walk_by_cursor_sees_everything_once()
    {
        var seen = new List<int>();
        for (string? path = "/things?limit=7&area=06635"; path is not null;)
        {
            var answer = await _api.GetAsync(path);
            seen.AddRange(answer.Json["data"]!.AsArray().Select(item => (int)item!));
            path = ((string?)answer.Json["links"]!["next"])?[SampleApi.Prefix.Length..];
        }

        Assert.Equal(Enumerable.Range(1, 50), seen);
    }

    [Theory]
    [InlineData("/things?limit=0")]
    [InlineData("/things?limit=201")]
    [InlineData("/things?limit=-1")]
    public async Task A_limit_out_of_range_is_refused(string path) => Assert.Equal(["?limit WIR-COM-0109"], (await _api.GetAsync(path)).Faults);

    [Fact]
    public async Task A_cursor_counts_for_its_list_only_and_damage_is_seen()
    {
        var next = (string)(await _api.GetAsync("/things?limit=7&area=06635")).Json["links"]!["next"]!;
        var cursor = next[(next.IndexOf("cursor=", StringComparison.Ordinal) + 7)..];

        foreach (var path in new[] { $"/things?area=06636&cursor={cursor}", $"/things?area=06635&cursor=A{cursor[1..]}x", "/things?cursor=x", $"/things?cursor={new string('a', 5000)}" })
        {
            var answer = await _api.GetAsync(path);
            Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0024"), (answer.Status, answer.Code));
        }
    }
}
