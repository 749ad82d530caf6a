using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.WelcomePackage.Tests.Editing;

/// <summary>What docs/adr/0056 says of the welcome package, besides drafts (<see cref="ReviewTests"/>).</summary>
[Lane(Lane.Functional)]
[Collection(OneWelcome.Name)]
public sealed class FourEyesTests(Welcome welcome)
{
    private static readonly (string, string) s_any = ("If-Match", "*");

    [Fact]
    public async Task Shared_items_are_the_publishers_and_take_effect_at_once()
    {
        var key = "vier-augen";
        var page = await welcome.Editor.PublishedAsync(body: "<p>Preis: ein Betrag</p>");

        var refused = await PutAsync(welcome.Editor, key, "10 €", ("If-None-Match", "*"));
        (await PutAsync(welcome.Approver, key, "10 €", ("If-None-Match", "*"))).Expect(HttpStatusCode.Created);
        await welcome.Editor.WriteAsync(page, "de", "Preis", $"<p>Preis: {{{{fact:{key}}}}}</p>");
        await welcome.Editor.PublishAsync(page);
        (await PutAsync(welcome.Approver, key, "12 €", s_any)).Expect(HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
            (refused.Status, (await PutAsync(welcome.Editor, key, "99 €", s_any)).Status));
        Assert.Contains("12 €", (await welcome.Anonymous.GetAsync($"/pages/{page}?lang=de")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_person_moves_and_withdraws_but_does_not_bring_back()
    {
        var (page, parent) = (await welcome.Editor.PublishedAsync(), await welcome.Editor.PublishedAsync());

        (await welcome.Editor.PostAsync($"/pages/{page}/move", new { parentId = parent }, s_any))
            .Expect(HttpStatusCode.OK);
        (await welcome.Editor.PostAsync($"/pages/{page}/withdraw", new { reason = "Falsch" }, s_any))
            .Expect(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Forbidden, (await welcome.Editor.PostAsync($"/pages/{page}/publish", null, s_any))
            .Status);
        (await welcome.Approver.PostAsync($"/pages/{page}/publish", null, s_any)).Expect(HttpStatusCode.OK);
    }

    private static Task<Answer> PutAsync(Person by, string key, string value, (string, string) condition) =>
        by.PutAsync(
        $"/shared/{key}", new { kind = "fact", area = "06635",
            values = new[] { new { value = new { de = value }, source = "Amt" } } }, condition);
}
