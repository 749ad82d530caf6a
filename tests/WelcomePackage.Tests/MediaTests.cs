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
        await welcome.FeedInOrderAsync();
        Assert.Equal(1, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.feed where thing_id = '{id}' and data::text like '%CC-BY-4.0%'"));
    }

    [Fact]
    public async Task Content_is_kept_once_and_answers_304()
    {
        var (first, second) = ((await UploadAsync(s_png, "image/png")).Expect(HttpStatusCode.Created), (await UploadAsync(s_png, "image/png")).Expect(HttpStatusCode.Created));

        Assert.Equal((string)first.Json["sha256"]!, (string)second.Json["sha256"]!);
        Assert.Equal(1, await welcome.ScalarAsync<long>($"select count(*) from welcomepackage.blob where hash = '{first.Json["sha256"]}'"));
        var content = (await welcome.Anonymous.GetAsync($"/media/{first.Json["id"]}")).Expect(HttpStatusCode.OK);
        Assert.Equal((string)first.Json["sha256"]!,
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content.Bytes)));
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

    public static TheoryData<string, string, int> Formats => new()
    {
        { "jpeg", "image/jpeg", 1 }, { "png", "image/png", 0 }, { "webp", "image/webp", 0 }, { "gif", "image/png", 0 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_picture_keeps_its_pixels_and_nothing_else(string format, string stored, int orientation)
    {
        var file = format switch { "jpeg" => Pictures.Photo((byte)orientation), "png" => Pictures.Png(), "webp" =>
            Pictures.Webp(), _ => Pictures.Gif() };
        Assert.True(Pictures.HoldsSecret(file));

        var uploaded = (await UploadAsync(file, "image/png")).Expect(HttpStatusCode.Created);

        var content = await welcome.Anonymous.GetAsync($"/media/{uploaded.Json["id"]}");
        Assert.Equal((stored, stored), ((string)uploaded.Json["contentType"]!, content.Headers["Content-Type"]));
        Assert.False(Pictures.HoldsSecret(content.Bytes));
        if (format != "gif") Assert.Equal((40, 20, "red", "blue"), Pictures.Look(content.Bytes));
        Assert.Equal(0,
            await welcome.ScalarAsync<long>("select count(*) from welcomepackage.blob where position('GEHEIM'::bytea in content) > 0"));
    }

    [Theory]
    [InlineData(2, 40, 20, "blue", "red")]
    [InlineData(3, 40, 20, "blue", "red")]
    [InlineData(4, 40, 20, "red", "blue")]
    [InlineData(5, 20, 40, "red", "blue")]
    [InlineData(6, 20, 40, "red", "blue")]
    [InlineData(7, 20, 40, "blue", "red")]
    [InlineData(8, 20, 40, "blue", "red")]
    public async Task A_photo_is_stored_upright(byte orientation, int width, int height, string first, string last)
    {
        var uploaded = (await UploadAsync(Pictures.Photo(orientation), "image/jpeg")).Expect(HttpStatusCode.Created);

        Assert.Equal((width, height, first, last),
            Pictures.Look((await welcome.Anonymous.GetAsync($"/media/{uploaded.Json["id"]}")).Bytes));
    }

    [Fact]
    public async Task A_damaged_or_huge_picture_is_refused()
    {
        var photo = Pictures.Photo(1);
        byte[][] files = [photo[..(photo.Length / 2)], [.. photo[..4], .. new byte[200]], Pictures.Png()[..60],
            Pictures.Bomb(), [.. "GIF89a"u8, .. new byte[20]]];

        foreach (var file in files)
        {
            var answer = await UploadAsync(file, "image/png");
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "/file"),
                (answer.Status, (string)answer.Json["errors"]![0]!["pointer"]!));
        }
    }

    [Fact]
    public async Task Pictures_that_are_stored_already_are_cleaned_once()
    {
        var (photo, broken) = (Pictures.Photo(6), Encoding.ASCII.GetBytes("\u00ff no picture"));
        var shown = (Guid)(await UploadAsync(Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Png, 10, 10), "image/png"))
            .Expect(HttpStatusCode.Created).Json["id"]!;
        var lost = (Guid)(await UploadAsync(Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Png, 12, 12), "image/png"))
            .Expect(HttpStatusCode.Created).Json["id"]!;
        await StoreAsItCameAsync(shown, photo);
        await StoreAsItCameAsync(lost, broken);

        var done = await welcome.RunJobAsync("clean-pictures");

        Assert.Equal(2, done);
        var content = (await welcome.Anonymous.GetAsync($"/media/{shown}")).Expect(HttpStatusCode.OK);
        Assert.Equal(("image/jpeg", false, (20, 40, "red", "blue")),
            (content.Headers["Content-Type"], Pictures.HoldsSecret(content.Bytes), Pictures.Look(content.Bytes)));
        var about = (await welcome.Anonymous.GetAsync($"/media/{shown}/about")).Json;
        Assert.Equal((2, content.Bytes.Length), ((int)about["version"]!, (int)about["size"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/media/{lost}")).Status);
        Assert.Equal(0,
            await welcome.ScalarAsync<long>("select count(*) from welcomepackage.blob where position('GEHEIM'::bytea in content) > 0"));
        Assert.Equal(0, await welcome.RunJobAsync("clean-pictures"));
        Assert.Equal(content.Bytes, (await welcome.Anonymous.GetAsync($"/media/{shown}")).Bytes);
    }

    [Fact]
    public async Task Stored_pictures_that_are_too_large_or_incomplete_are_shown_as_well_as_they_can_be()
    {
        const int Width = 6000, Height = 4400;
        var cut = Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Jpeg, 400, 200)[..^150];
        byte[][] files = [Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Jpeg, Width, Height),
            Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Png, Width, Height), cut, Pictures.Bomb()];
        var ids = new List<Guid>();
        foreach (var (index, file) in files.Index())
        {
            var some = Pictures.Plain(SkiaSharp.SKEncodedImageFormat.Png, 20 + index, 10);
            ids.Add((Guid)(await UploadAsync(some, "image/png")).Expect(HttpStatusCode.Created).Json["id"]!);
            await StoreAsItCameAsync(ids[^1], file);
        }

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await UploadAsync(cut, "image/jpeg")).Status);
        Assert.Equal(4, await welcome.RunJobAsync("clean-pictures"));

        Assert.Equal((5250, 3850, "red", "blue"), Pictures.Look(await ContentAsync(ids[0])));
        var (width, height, first, last) = Pictures.Look(await ContentAsync(ids[1]));
        Assert.InRange((long)width * height, 24_900_000, 25_000_000);
        Assert.Equal(("red", "blue"), (first, last));
        var incomplete = Pictures.Look(await ContentAsync(ids[2]));
        Assert.Equal((400, 200, "red"), (incomplete.Width, incomplete.Height, incomplete.First));
        Assert.Equal(HttpStatusCode.NotFound, (await welcome.Anonymous.GetAsync($"/media/{ids[3]}")).Status);

        async Task<byte[]> ContentAsync(Guid id) =>
            (await welcome.Anonymous.GetAsync($"/media/{id}")).Expect(HttpStatusCode.OK).Bytes;
    }

    /// <summary>As an earlier release stored it.</summary>
    private async Task StoreAsItCameAsync(Guid id, byte[] content)
    {
        await using var command = welcome.Source.CreateCommand("""
            with kept as (insert into welcomepackage.blob (hash, content) values (@hash,
            @content) on conflict do nothing)
            update welcomepackage.medium set hash = @hash, size = length(@content), content_type = 'image/jpeg',
            state = 'unchecked' where id = @id
            """);
        command.Parameters.AddWithValue("hash",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
        command.Parameters.AddWithValue("content", content);
        command.Parameters.AddWithValue("id", id);
        await command.ExecuteNonQueryAsync();
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
