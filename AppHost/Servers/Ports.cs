using System.Net.NetworkInformation;

namespace Wir.AppHost.Servers;

/// <summary>Free ports on loopback, below the range from which the kernel takes ports for outgoing connections.</summary>
internal static class Ports
{
    /// <param name="promised">Given to others that do not listen yet.</param>
    public static int Choose(IEnumerable<int> promised)
    {
        var taken = Taken();
        taken.UnionWith(promised);
        return Enumerable.Range(0, 1_000).Select(_ => Random.Shared.Next(20_000, 32_000)).First(port => !taken.Contains(port));
    }

    public static bool IsFree(int port) => !Taken().Contains(port);

    private static HashSet<int> Taken() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(l => l.Port)];
}
