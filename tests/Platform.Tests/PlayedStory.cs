using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>What became of each step; null where it holds. A step after one that failed was not played.</summary>
public sealed class PlayedStory(WholePlatform platform) : IAsyncLifetime
{
    public const int Length = 12;

    public List<(string Title, string? Outcome)> Outcomes { get; } = [];

    /// <summary>What must stand in no log and no telemetry.</summary>
    public IReadOnlyList<string> Confidential { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        using var story = new Story(platform.Instance);
        foreach (var step in story.Steps)
        {
            Outcomes.Add((step.Title, await PlayAsync(step)));
        }

        if (Outcomes.All(o => o.Outcome is null)) Confidential = story.Confidential;
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
