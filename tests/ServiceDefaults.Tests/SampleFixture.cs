using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class SampleFixture : IAsyncLifetime
{
    public SampleApi Api { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Api = await SampleApi.StartAsync();

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
