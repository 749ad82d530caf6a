using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>Most pages of the start data belong to the Land; a fresh instance has somebody to work on them.</summary>
[Lane(Lane.Platform)]
public sealed class LandPagesTests(WholePlatform platform)
{
    private const string Land = "06";

    [Fact]
    public async Task Every_page_of_the_Land_has_an_editor_a_translator_and_an_approver_and_they_are_different()
    {
        using var anybody = platform.Door();
        var pages = new List<JsonElement>();
        for (var next = "/api/welcome/v1/pages?limit=200"; next is not null;)
        {
            var answer = (await anybody.GetAsync(next)).Is(HttpStatusCode.OK).Json;
            pages.AddRange(answer.GetProperty("data").EnumerateArray());
            next = answer.GetProperty("links").GetProperty("next").GetString();
        }

        var ofTheLand = pages.Where(page => page.GetProperty("area").GetString() == Land).ToList();
        Assert.True(ofTheLand.Count >= 90, $"{ofTheLand.Count} of {pages.Count} pages belong to the Land");
        var holders = await HoldersAsync();
        Assert.All(["welcome:write", "welcome:translate", "welcome:publish"], scope => Assert.NotEmpty(holders[scope]));
        Assert.Empty(holders["welcome:write"].Intersect(holders["welcome:publish"]));
    }

    [Fact]
    public async Task The_Lands_editor_writes_its_page_and_its_approver_publishes_it_and_a_district_does_neither()
    {
        using var editor = platform.Door("landEditor");
        using var approver = platform.Door("landApprover");
        using var translator = platform.Door("translator");
        using var district = platform.Door("districtAdmin");
        var id = await FirstPageAsync(editor);
        var path = $"/api/welcome/v1/pages/{id}/translations";

        var text = (await editor.GetAsync($"{path}/de")).Is(HttpStatusCode.OK);
        var draft = new
        {
            title = text.Json.GetProperty("title").GetString(), body = text.Json.GetProperty("body").GetString(), minor = true,
        };
        var foreign = await district.SendAsync(HttpMethod.Put, $"{path}/de", JsonContent.Create(draft), text.ETag);
        Assert.Equal("WIR-COM-0009", foreign.Is(HttpStatusCode.Forbidden).Json.GetProperty("code").GetString());

        var written = await editor.SendAsync(HttpMethod.Put, $"{path}/de", JsonContent.Create(draft), text.ETag);
        written.Is(HttpStatusCode.OK);
        (await translator.GetAsync($"{path}/ar")).Is(HttpStatusCode.OK);
        (await PublishAsync(editor)).Is(HttpStatusCode.Forbidden);
        (await PublishAsync(district)).Is(HttpStatusCode.Forbidden);
        (await PublishAsync(approver)).Is(HttpStatusCode.OK);

        Task<Reply> PublishAsync(Door door) =>
            door.PostAsync($"/api/welcome/v1/pages/{id}/publish", new { languages = new[] { "de" } }, "*");
    }

    /// <summary>A page of the Land that is there in Arabic, too.</summary>
    private static async Task<string> FirstPageAsync(Door editor)
    {
        var pages = (await editor.GetAsync("/api/welcome/v1/pages?limit=200")).Is(HttpStatusCode.OK).Json.GetProperty("data");
        foreach (var page in pages.EnumerateArray().Where(page => page.GetProperty("area").GetString() == Land))
        {
            var id = page.GetProperty("id").GetString()!;
            if ((await editor.GetAsync($"/api/welcome/v1/pages/{id}/translations/ar")).Status == HttpStatusCode.OK) return id;
        }

        throw new InvalidOperationException("No page of the Land is there in Arabic.");
    }

    /// <summary>Names of the development keys that hold a scope for the whole Land.</summary>
    private async Task<ILookup<string, string>> HoldersAsync()
    {
        var held = new List<(string Scope, string Name)>();
        foreach (var name in platform.Instance.Keys.Keys)
        {
            using var door = platform.Door(name);
            var me = (await door.GetAsync("/api/clients/v1/me")).Is(HttpStatusCode.OK).Json;
            if (me.GetProperty("areas").EnumerateArray().All(area => area.GetString() != Land)) continue;
            held.AddRange(me.GetProperty("scopes").EnumerateArray().Select(scope => (scope.GetString()!, name)));
        }

        return held.ToLookup(one => one.Scope, one => one.Name);
    }
}
