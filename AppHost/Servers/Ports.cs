using System.Net;
using System.Net.Sockets;

namespace Wir.AppHost.Servers;

/// <summary>Free ports on loopback, below the range from which the kernel takes ports for outgoing connections.</summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> s_given = [];

    public static int Choose()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            lock (s_given)
            {
                if (IsFree(port) && s_given.Add(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {Last} on 127.0.0.1.");
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
