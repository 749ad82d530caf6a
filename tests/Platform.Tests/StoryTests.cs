using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>The story of <c>./wir demo</c>, played once; every step is a test of its own.</summary>
[Lane(Lane.Platform)]
public sealed class StoryTests(StoryTests.PlayedStory played) : IClassFixture<StoryTests.PlayedStory>
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

    /// <summary>What became of each step; null where it holds. A step after one that failed was not played.</summary>
    public sealed class PlayedStory(WholePlatform platform) : IAsyncLifetime
    {
        public const int Length = 12;

        public List<(string Title, string? Outcome)> Outcomes { get; } = [];

        public async ValueTask InitializeAsync()
        {
            using var story = new Story(platform.Instance);
            foreach (var step in story.Steps)
            {
                Outcomes.Add((step.Title, await PlayAsync(step)));
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<string?> PlayAsync(Step step)
        {
            if (Outcomes.Any(o => o.Outcome is not null)) return "not played, since a step before it failed";
            try
            {
                await step.Play();
                return null;
            }
            catch (StepFailedException e)
            {
                return e.Message;
            }
        }
    }
}
