using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.TestKit;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

[Lane(Lane.Unit)]
public sealed class CursorTests
{
    private const string List = "/things?";

    [Fact]
    public void What_a_list_has_made_comes_back()
    {
        var keys = new Keys("Korbach e. V.", DateTimeOffset.UnixEpoch, 7, 9, Guid.CreateVersion7());

        Assert.Equal(keys, Cursor.Decode<Keys>(Cursor.Encode(keys, List), List));
    }

    /// <summary>Anybody can compute the checksum of a cursor of his own.</summary>
    [Theory]
    [InlineData("""{"Name":"a\u0000b","At":"1970-01-01T00:00:00Z","Row":0,"Position":0}""")]
    [InlineData("""{"Name":"a\ud800","At":"1970-01-01T00:00:00Z","Row":0,"Position":0}""")]
    [InlineData("""{"Name":null,"At":"1970-01-01T00:00:00Z","Row":0,"Position":0}""")]
    [InlineData("""{"Name":"a","At":"1970-01-01T00:00:00+05:00","Row":0,"Position":0}""")]
    [InlineData("""{"Name":"a","At":"0001-01-01T00:00:00+14:00","Row":0,"Position":0}""")]
    [InlineData("""{"Name":"a","At":"1970-01-01T00:00:00Z","Row":-1,"Position":0}""")]
    [InlineData("""{"Name":"a","At":"1970-01-01T00:00:00Z","Row":0,"Position":-9223372036854775808}""")]
    [InlineData("""{"Name":"a","At":"1970-01-01T00:00:00Z","Row":1e99,"Position":0}""")]
    [InlineData("""{"Name":["a"],"At":"1970-01-01T00:00:00Z","Row":0,"Position":0}""")]
    [InlineData("""{"Name":"a","Name":"b","At":"1970-01-01T00:00:00Z","Row":0,"Position":0}""")]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    [InlineData("""[""")]
    public void What_no_list_would_make_is_refused(string content)
    {
        var made = content.Replace("\"Position\"", $"\"Id\":\"{Guid.CreateVersion7()}\",\"Position\"", StringComparison.Ordinal);

        var refused = Assert.Throws<ProblemException>(() => Cursor.Decode<Keys>(Cursor.Encode(new RawKeys(made), List), List));

        Assert.Equal("WIR-COM-0024", refused.Problem.Problem.Code);
    }

    internal sealed record Keys(string Name, DateTimeOffset At, int Row, long Position, Guid Id);

    /// <summary>Writes itself as the JSON that it holds.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(RawConverter))]
    internal sealed record RawKeys(string Json);

    private sealed class RawConverter : System.Text.Json.Serialization.JsonConverter<RawKeys>
    {
        public override RawKeys Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(System.Text.Json.Utf8JsonWriter writer, RawKeys value, System.Text.Json.JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}
