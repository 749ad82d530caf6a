namespace Wir.Platform.Tests;

/// <summary>The story of <c>./wir demo</c>, played once; every step is a test of its own.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class StoryTests(PlayedStory played)
{
    public static TheoryData<int> Steps => [.. Enumerable.Range(1, PlayedStory.Length)];

    [Fact]
    public void No_step_is_left_out() => Assert.Equal(PlayedStory.Length, played.Outcomes.Count);

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_step_holds(int step)
    {
        var (title, outcome) = played.Outcomes[step - 1];

        Assert.True(outcome is null, $"{title}: {outcome}");
    }
}
