using System.Reflection;

namespace Wir.ServiceDefaults.Hosting;

/// <summary>Which program this is.</summary>
/// <param name="Name">Name of the resource, for example <c>registry</c>.</param>
/// <param name="Version">Release, for example <c>0.1.0</c>.</param>
/// <param name="Commit">Abbreviated source revision; empty when the build did not know it.</param>
public sealed record ServiceInfo(string Name, string Version, string Commit)
{
    public static ServiceInfo Of(string service)
    {
        // 0.1.0+9c461073a5f1…
        var version = typeof(ServiceInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var parts = version.Split('+', 2);
        return new(service, parts[0], parts.Length > 1 ? parts[1][..Math.Min(12, parts[1].Length)] : "");
    }
}
