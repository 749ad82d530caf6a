using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests;

[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class MediaTests(Welcome welcome)
{
    private static readonly byte[] s_png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_picture_is_shown_once_it_is_described_in_the_texts_language()
    {
        var uploaded = (await UploadAsync(s_png, "image/png", """{"de":"Rathaus von vorn"}""")).Expect(HttpStatusCode.Created);
        var url = (string)uploaded.Json["url"]!;
        var id = await welcome.Editor.PublishedAsync(body: $"<p><img src=\"{url}\"></p>");
        Assert.Contains("alt=\"Rathaus von vorn\"", (string)(await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de")).Json["body"]!, StringComparison.Ordinal);

        await welcome.Editor.WriteAsync(id, "en", "Page", $"<p><img src=\"{url}\" alt=\"Town hall\"></p>");
        var refused = await welcome.Approver.PostAsync($"/pages/{id}/publish", null, ("If-Match", "*"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "WIR-WEL-0017", "/languages/en"), (refused.Status, refused.Code, (string)refused.Json["errors"]![0]!["pointer"]!));

        (await welcome.Editor.SendAsync(HttpMethod.Patch, $"/media/{uploaded.Json["id"]}", new { alt = new { en = "Town hall seen from the front" } }, ("If-Match", uploaded.Tag!))).Expect(HttpStatusCode.OK);
        await welcome.Editor.PublishAsync(id);
    }

    [Fact]
    public async Task What_is_changed_about_a_picture_stands_in_every_text_that_shows_it_by_the_same_commit()
    {
        var medium = (await UploadAsync(s_png, "image/png", """{"de":"Rathaus"}""")).Expect(HttpStatusCode.Created);
        var id = await welcome.Editor.PublishedAsync(body: $"<p><img src=\"{medium.Json["url"]}\"></p>");
        var other = await welcome.Editor.PublishedAsync(body: "<p>Ohne Bild.</p>");
        var (before, untouched) = (await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de"), await welcome.Anonymous.GetAsync($"/pages/{other}?lang=de"));
        Assert.Contains("<small class=\"credit\" dir=\"ltr\">CC0-1.0</small>", (string)before.Json["body"]!, StringComparison.Ordinal);

        var change = new { alt = new { de = "Rathaus <von vorn>" }, creator = "Erika & Co", source = "https://example.org/rathaus", licence = "CC-BY-4.0" };
        (await welcome.Editor.SendAsync(HttpMethod.Patch, $"/media/{medium.Json["id"]}", change, ("If-Match", medium.Tag!))).Expect(HttpStatusCode.OK);

        var after = await welcome.Anonymous.GetAsync($"/pages/{id}?lang=de", ("If-None-Match", before.Tag!));
        var body = (string)after.Expect(HttpStatusCode.OK).Json["body"]!;
        Assert.Contains("alt=\"Rathaus &lt;von vorn&gt;\"", body, StringComparison.Ordinal);
        Assert.Contains("<small class=\"credit\" dir=\"ltr\">Erika &amp; Co, <a href=\"https://example.org/rathaus\">CC-BY-4.0</a></small>", body, StringComparison.Ordinal);
        Assert.Equal((long)before.Json["version"]! + 1, (long)after.Json["version"]!);
        Assert.Equal(HttpStatusCode.NotModified, (await welcome.Anonymous.GetAsync($"/pages/{other}?lang=de", ("If-None-Match", untouched.Tag!))).Status);
        Assert.Equal(1, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.feed where thing_id = '{id}' and data::text like '%CC-BY-4.0%'"));
    }

    [Fact]
    public async Task Content_is_kept_once_and_answers_304()
    {
        var (first, second) = ((await UploadAsync(s_png, "image/png")).Expect(HttpStatusCode.Created), (await UploadAsync(s_png, "image/png")).Expect(HttpStatusCode.Created));

        Assert.Equal((string)first.Json["sha256"]!, (string)second.Json["sha256"]!);
        Assert.Equal(1, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.blob where hash = '{first.Json["sha256"]}'"));
        var content = (await welcome.Anonymous.GetAsync($"/media/{first.Json["id"]}")).Expect(HttpStatusCode.OK);
        Assert.Equal(s_png, content.Bytes);
        Assert.Equal(("image/png", "nosniff"), (content.Headers["Content-Type"], content.Headers["X-Content-Type-Options"]));
        Assert.Equal(HttpStatusCode.NotModified, (await welcome.Anonymous.GetAsync($"/media/{first.Json["id"]}", ("If-None-Match", content.Tag!))).Status);
        Assert.Equal("CC0-1.0", (string)(await welcome.Anonymous.GetAsync($"/media/{first.Json["id"]}/about")).Json["licence"]!);
    }

    [Fact]
    public async Task What_a_file_is_counts_and_not_what_it_is_called()
    {
        var svg = await UploadAsync(Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "image/png");
        var html = await UploadAsync(Encoding.UTF8.GetBytes("<html><script>alert(1)</script>"), "image/jpeg");
        var disguised = (await UploadAsync(s_png, "text/html")).Expect(HttpStatusCode.Created);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "WIR-WEL-0018"), (svg.Status, svg.Code));
        Assert.Equal("WIR-WEL-0018", html.Code);
        Assert.Equal("image/png", (string)disguised.Json["contentType"]!);
    }

    [Fact]
    public async Task A_photo_loses_where_and_when_it_was_taken()
    {
        byte[] exif = [0xFF, 0xE1, 0x00, 0x0E, .. "Exif\0\0GPS51.2"u8[..12]];
        byte[] comment = [0xFF, 0xFE, 0x00, 0x08, .. "Meyers"u8];
        byte[] quantisation = [0xFF, 0xDB, 0x00, 0x05, 1, 2, 3];
        byte[] photo = [0xFF, 0xD8, .. exif, .. comment, .. quantisation, 0xFF, 0xDA, 0x00, 0x02, 9, 9, 0xFF, 0xD9];

        var uploaded = (await UploadAsync(photo, "image/jpeg")).Expect(HttpStatusCode.Created);

        var stored = (await welcome.Anonymous.GetAsync($"/media/{uploaded.Json["id"]}")).Bytes;
        Assert.Equal([0xFF, 0xD8, .. quantisation, 0xFF, 0xDA, 0x00, 0x02, 9, 9, 0xFF, 0xD9], stored);
    }

    [Fact]
    public async Task Every_missing_part_is_named()
    {
        using var form = new MultipartFormDataContent { { new StringContent("{\"xx\":\"\"}"), "alt" }, { new StringContent("?"), "colour" } };

        var answer = await welcome.Editor.PostAsync("/media", form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal(["/alt/xx", "/alt/xx", "/area", "/colour", "/file", "/licence"], answer.Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await welcome.Editor.PostAsync("/media", new { area = "06635" })).Status);
        using var unnamed = new MultipartFormDataContent { { new StringContent("06635"), "area" } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await welcome.Anonymous.PostAsync("/media", unnamed)).Status);
    }

    private async Task<Answer> UploadAsync(byte[] content, string type, string? alt = null)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue(type);
        form.Add(file, "file", "picture.png");
        form.Add(new StringContent("06635"), "area");
        form.Add(new StringContent("CC0-1.0"), "licence");
        if (alt is not null) form.Add(new StringContent(alt), "alt");
        return await welcome.Editor.PostAsync("/media", form);
    }
}
