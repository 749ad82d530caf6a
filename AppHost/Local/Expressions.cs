using System.Runtime.CompilerServices;

namespace Wir.AppHost.Local;

// Aspire's way to put together a variable from what is known only when everything has its place.

/// <summary>A value that the operator gives (configuration <c>Parameters:name</c>), or that is made up once per instance.</summary>
public sealed class ParameterResource(string name) : IResource
{
    public string Name => name;

    internal string? Given { get; init; }

    internal string Value(Instance instance) => Given ?? instance.Password(name);
}

/// <summary>How a parameter is made up; passwords here have 24 letters and digits anyway.</summary>
public sealed class GenerateParameterDefault
{
    public int MinLength { get; set; }

    public bool Special { get; set; } = true;
}

public enum EndpointProperty
{
    Host,
    Port,
    HostAndPort,
}

/// <summary>Where a server listens.</summary>
public sealed class EndpointReference
{
    private readonly Func<Instance, int> _port;

    internal EndpointReference(Func<Instance, int> port) => _port = port;

    public EndpointReferenceExpression Property(EndpointProperty property) => new(instance => property switch
    {
        EndpointProperty.Host => "127.0.0.1",
        EndpointProperty.Port => $"{_port(instance)}",
        _ => $"127.0.0.1:{_port(instance)}",
    });
}

public sealed class EndpointReferenceExpression
{
    internal EndpointReferenceExpression(Func<Instance, string> value) => Value = value;

    internal Func<Instance, string> Value { get; }
}

/// <summary>Only the handler of interpolated strings is used of it.</summary>
public static class ReferenceExpression
{
    [InterpolatedStringHandler]
    public readonly struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly List<Func<Instance, string>> _parts = new(formattedCount + Math.Min(literalLength, formattedCount + 1));

        public void AppendLiteral(string value) => _parts.Add(_ => value);

        public void AppendFormatted(string? value) => _parts.Add(_ => value ?? "");

        public void AppendFormatted(EndpointReferenceExpression value) => _parts.Add(value.Value);

        public void AppendFormatted(IResourceBuilder<ParameterResource> value) => _parts.Add(value.Resource.Value);

        internal Func<Instance, string> ToValue()
        {
            var parts = _parts;
            return instance => string.Concat(parts.Select(part => part(instance)));
        }
    }
}
