using System.Net;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class MergePatchTests(SampleFixture fixture) : IClassFixture<SampleFixture>
{
    [Fact]
    public async Task What_is_named_changes_and_null_removes()
    {
        var answer = await PatchAsync("""{"stars":5,"note":null,"parts":[{"label":"b"},{"label":"c"}],"byLanguage":{"de":null,"en":{"label":"y","email":null}}}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("Chor", 5, null), ((string?)answer.Json["name"], (int)answer.Json["stars"]!, (string?)answer.Json["note"]));
        Assert.Equal(2, answer.Json["parts"]!.AsArray().Count);
        Assert.Equal(["en"], answer.Json["byLanguage"]!.AsObject().Select(member => member.Key));
    }

    [Theory]
    [InlineData("""{"name":null}""", 400, "/name WIR-COM-0101")]
    [InlineData("""{"nmae":"x"}""", 400, "/nmae WIR-COM-0100")]
    [InlineData("""{"stars":"x"}""", 400, "/stars WIR-COM-0102")]
    [InlineData("""{"parts":[{"email":"a@b.de"}]}""", 400, "/parts/0/label WIR-COM-0101")]
    [InlineData("""{"byLanguage":{"de":{"label":null}}}""", 400, "/byLanguage/de/label WIR-COM-0101")]
    [InlineData("""{"stars":6}""", 422, "/stars WIR-COM-0103")]
    public async Task The_result_has_to_pass_the_same_checks(string patch, int status, string fault)
    {
        var answer = await PatchAsync(patch);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal([fault], answer.Faults);
    }

    [Fact]
    public async Task A_patch_is_an_object() => Assert.Equal("WIR-COM-0003", (await PatchAsync("null")).Code);

    private Task<Answer> PatchAsync(string patch) =>
        fixture.Api.SendAsync(HttpMethod.Patch, "/things/01970000-0000-7000-8000-000000000001", patch, ("Content-Type", "application/merge-patch+json"));
}
