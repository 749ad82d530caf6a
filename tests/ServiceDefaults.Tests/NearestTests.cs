using Wir.ServiceDefaults.Errors;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class NearestTests
{
    [Theory]
    [InlineData("limt", "limit")]
    [InlineData("lmiit", "limit")]
    [InlineData("CURSOR", "cursor")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    public void A_typing_error_finds_what_was_meant(string asked, string? meant) =>
        Assert.Equal(meant, Nearest.Of(asked, ["limit", "cursor", "area"]));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Distances_are_those_of_optimal_string_alignment(string a, string b, int distance) =>
        Assert.Equal(distance, Nearest.Distance(a, b));
}
