using Wir.AppHost.Running;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

[Lane(Lane.Unit)]
public sealed class SupervisorTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 16)]
    [InlineData(6, 30)]
    [InlineData(60, 30)]
    public void Pauses_grow_up_to_half_a_minute(int failures, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Supervisor.Pause(failures));
}
