using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Wir.ServiceDefaults.Http;

/// <summary>Names of query parameters that a handler reads from the request by itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KnownQueryAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class AllowUnknownQueryAttribute : Attribute;

/// <summary>One query parameter of a route.</summary>
/// <param name="Name">As in the address.</param>
/// <param name="Required">True when the handler cannot do without it.</param>
/// <param name="Type">What it is read as; text where the handler reads it by itself.</param>
/// <param name="Reads">Whether the handler will be able to read a value.</param>
internal sealed record QueryParameter(string Name, bool Required, Type Type, Func<string, bool> Reads);

/// <summary>The query parameters of a route, known from its handler's signature and metadata.</summary>
internal sealed record QueryParameters(IReadOnlyList<QueryParameter> Known, bool AllowsUnknown)
{
    private static readonly NullabilityInfoContext s_nullability = new();
    private static readonly Type[] s_special = [typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(CancellationToken), typeof(System.Security.Claims.ClaimsPrincipal), typeof(Stream), typeof(System.IO.Pipelines.PipeReader), typeof(IFormFile), typeof(IFormFileCollection), typeof(IFormCollection)];

    public static QueryParameters Of(RouteEndpointBuilder route, IServiceProviderIsService services)
    {
        var inPath = route.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var method = route.Metadata.OfType<MethodInfo>().LastOrDefault();
        var declared = (method?.GetParameters() ?? []).SelectMany(parameter => Of(parameter, inPath, services));
        var named = route.Metadata.OfType<KnownQueryAttribute>().SelectMany(attribute => attribute.Names)
            .Select(name => new QueryParameter(name, false, typeof(string), _ => true));
        return new([.. declared.Concat(named).DistinctBy(parameter => parameter.Name)], route.Metadata.OfType<AllowUnknownQueryAttribute>().Any());
    }

    private static IEnumerable<QueryParameter> Of(ParameterInfo parameter, HashSet<string> inPath, IServiceProviderIsService services)
    {
        if (!parameter.IsDefined(typeof(AsParametersAttribute)))
        {
            var optional = parameter.HasDefaultValue || IsNullable(parameter);
            return One(parameter.Name!, parameter.ParameterType, parameter.GetCustomAttributes(), !optional, inPath, services);
        }

        // A record's properties are its constructor's parameters, which also hold the attributes.
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var constructor = type.GetConstructors().Where(candidate => candidate.GetParameters().Length > 0).MaxBy(candidate => candidate.GetParameters().Length);
        if (constructor is not null) return constructor.GetParameters().SelectMany(inner => Of(inner, inPath, services));
        return type.GetProperties().Where(property => property.CanWrite)
            .SelectMany(property => One(property.Name, property.PropertyType, property.GetCustomAttributes(), !IsNullable(property), inPath, services));
    }

    private static IEnumerable<QueryParameter> One(
        string name, Type type, IEnumerable<Attribute> attributes, bool required, HashSet<string> inPath, IServiceProviderIsService services)
    {
        var all = attributes.ToArray();
        var fromQuery = all.OfType<IFromQueryMetadata>().FirstOrDefault();
        if (fromQuery is null)
        {
            var elsewhere = all.Any(attribute => attribute is IFromRouteMetadata or IFromHeaderMetadata or IFromBodyMetadata or IFromFormMetadata or IFromServiceMetadata or FromKeyedServicesAttribute);
            if (elsewhere || inPath.Contains(name) || s_special.Contains(type) || IsBound(type) || services.IsService(type)) yield break;
        }

        var shown = fromQuery?.Name ?? char.ToLowerInvariant(name[0]) + name[1..];
        // Only single values are demanded; a list may be empty.
        yield return new(shown, required && !type.IsArray && type != typeof(StringValues), type, ReaderOf(type));
    }

    private static bool IsBound(Type type) => type.GetMethod("BindAsync", BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy) is not null
        || type.GetInterfaces().Any(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IBindableFromHttpContext<>));

    private static bool IsNullable(ParameterInfo parameter)
    {
        lock (s_nullability) return s_nullability.Create(parameter).WriteState is NullabilityState.Nullable;
    }

    private static bool IsNullable(PropertyInfo property)
    {
        lock (s_nullability) return s_nullability.Create(property).WriteState is NullabilityState.Nullable;
    }

    /// <summary>The same question the framework asks later, one value at a time: can the type read it?</summary>
    private static Func<string, bool> ReaderOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? (type.IsArray ? type.GetElementType()! : type);
        if (plain == typeof(string) || plain == typeof(StringValues)) return _ => true;
        if (plain.IsEnum) return value => Enum.TryParse(plain, value, out _);
        var withFormat = plain.GetMethod("TryParse", [typeof(string), typeof(IFormatProvider), plain.MakeByRefType()]);
        if (withFormat is not null) return value => (bool)withFormat.Invoke(null, [value, CultureInfo.InvariantCulture, null])!;
        var simple = plain.GetMethod("TryParse", [typeof(string), plain.MakeByRefType()]);
        return simple is null ? _ => true : value => (bool)simple.Invoke(null, [value, null])!;
    }
}
