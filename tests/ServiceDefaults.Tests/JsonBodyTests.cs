using System.Net;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class JsonBodyTests(SampleFixture fixture) : IClassFixture<SampleFixture>
{
    private const string Good = """{"name":"Chor","stars":3,"kind":"open-group"}""";

    private readonly SampleApi _api = fixture.Api;

    [Fact]
    public async Task A_good_body_reaches_the_handler()
    {
        var answer = await _api.PostAsync(Good);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("open-group", (string?)answer.Json["kind"]);
    }

    [Theory]
    [InlineData("{\"name\": \"Chor\",\n \"parts\": [{}, {\"label\": x}]}", 2, "/parts/1/label")]
    [InlineData("{\"name\": \"Chor\"", 1, "")]
    [InlineData("[1,2,]", 1, "/2")]
    [InlineData("{\"a/b\": tru}", 1, "/a~1b")]
    public async Task Broken_syntax_names_line_and_place(string body, int line, string pointer)
    {
        var answer = await _api.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("WIR-COM-0002", answer.Code);
        Assert.Equal(line, (int?)answer.Json["line"]);
        Assert.Equal([$"{pointer} WIR-COM-0002"], answer.Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    public async Task An_empty_body_is_malformed(string body)
    {
        var answer = await _api.PostAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0002"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Too_deep_nesting_is_malformed()
    {
        var answer = await _api.PostAsync(string.Concat(Enumerable.Repeat("[", 5000)));

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0002"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task All_faults_of_the_shape_come_at_once_with_pointers()
    {
        var answer = await _api.PostAsync("""
            {"nmae":"x","stars":"3","kind":7,"note":5,"at":"yesterday","parts":[{"label":null},{"email":"a","computed":"z"},4],
             "byLanguage":{"d/e":{"label":"a","lable":"b"}}}
            """);

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0003"), (answer.Status, answer.Code));
        Assert.Equal(
            [
                "/at WIR-COM-0102", "/byLanguage/d~1e/lable WIR-COM-0100", "/kind WIR-COM-0102", "/name WIR-COM-0101", "/nmae WIR-COM-0100", "/note WIR-COM-0102",
                "/parts/0/label WIR-COM-0106", "/parts/1/computed WIR-COM-0100", "/parts/1/label WIR-COM-0101", "/parts/2 WIR-COM-0102", "/stars WIR-COM-0102",
            ],
            answer.Faults.Order(StringComparer.Ordinal));
        Assert.Contains("“name”", answer.Text, StringComparison.Ordinal);
        Assert.Contains("open-group, registered-association", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_of_the_values_come_at_once()
    {
        var answer = await _api.PostAsync("""{"name":"eleven chars","stars":9,"kind":"open-group","parts":[{"label":"a","email":"nobody"}]}""");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "WIR-COM-0004"), (answer.Status, answer.Code));
        Assert.Equal(["/name WIR-COM-0104", "/stars WIR-COM-0103", "/parts/0/email WIR-COM-0103"], answer.Faults);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("17")]
    public async Task Another_kind_of_document_is_the_wrong_shape(string body)
    {
        var answer = await _api.PostAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0003"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("""{"name":"a\u0000b","stars":3,"kind":"open-group"}""", "/name WIR-COM-0103")]
    [InlineData("""{"name":"\ud800","stars":3,"kind":"open-group"}""", "/name WIR-COM-0103")]
    [InlineData("""{"name":"a","stars":99999999999999999999,"kind":"open-group"}""", "/stars WIR-COM-0102")]
    [InlineData("""{"name":"a","stars":1.5,"kind":"open-group"}""", "/stars WIR-COM-0102")]
    [InlineData("""{"name":"a","stars":1,"kind":"open-group","name":"b"}""", "/name WIR-COM-0105")]
    [InlineData("""{"Name":"a","name":"a","stars":1,"kind":"open-group"}""", "/Name WIR-COM-0100")]
    [InlineData("""{"name":"a","stars":1,"kind":"OpenGroup"}""", "/kind WIR-COM-0102")]
    [InlineData("""{"name":"a","stars":1,"kind":"open-group","\ud800":1}""", " WIR-COM-0103")]
    public async Task What_no_database_can_store_is_refused(string body, string fault)
    {
        var answer = await _api.PostAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0003"), (answer.Status, answer.Code));
        Assert.Equal([fault], answer.Faults);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=iso-8859-1")]
    public async Task Another_media_type_is_415(string type)
    {
        var answer = await _api.PostAsync(Good, ("Content-Type", type));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "WIR-COM-0017"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task More_than_a_mebibyte_is_413()
    {
        var answer = await _api.PostAsync($$"""{"name":"{{new string('a', 1_100_000)}}"}""");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "WIR-COM-0016"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Thousands_of_faults_give_a_hundred()
    {
        var answer = await _api.PostAsync($$"""{"name":"a","stars":1,"kind":"open-group","parts":[{{string.Join(',', Enumerable.Repeat("1", 20_000))}}]}""");

        Assert.Equal(100, answer.Faults.Count);
    }
}
