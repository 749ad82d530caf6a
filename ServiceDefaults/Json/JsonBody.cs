using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// A request body as handler parameter. Before the handler runs it has passed syntax (WIR-COM-0002), shape (0003: unknown and missing
/// members, null, types; all at once) and the DataAnnotations of <typeparamref name="T"/> (0004; all at once).
/// </summary>
/// <remarks>
/// Attributes stand on properties or on the parameters of a record. A member is required when it is <c>required</c>, or a constructor
/// parameter without default whose type does not allow null.
/// </remarks>
public sealed class JsonBody<T> : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider, IRequestBytes
{
    private static readonly NullabilityInfoContext s_nullability = new();

    internal JsonBody(T value, ReadOnlyMemory<byte> bytes) => (Value, Bytes) = (value, bytes);

    /// <summary>The value, valid as far as its type can say.</summary>
    public T Value { get; }

    /// <summary>The body as it came, without byte order mark.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    static async ValueTask<JsonBody<T>?> IBindableFromHttpContext<JsonBody<T>>.BindAsync(HttpContext context, ParameterInfo parameter)
    {
        // JsonBody<T>? is a body that may be left out.
        if (IsOptional(parameter) && context.Request.ContentType is null && context.Request.ContentLength is null or 0) return null;
        var bytes = await JsonRequest.ReadAsync(context, "application/json");
        return new(JsonRequest.Read<T>(bytes, JsonRequest.OptionsOf(context)), bytes);
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), IsOptional(parameter)));

    private static bool IsOptional(ParameterInfo parameter)
    {
        lock (s_nullability) return s_nullability.Create(parameter).WriteState is NullabilityState.Nullable;
    }
}

/// <summary>A bound body that still knows its bytes.</summary>
public interface IRequestBytes
{
    ReadOnlyMemory<byte> Bytes { get; }
}

/// <summary>From bytes to a valid value, in stages.</summary>
internal static class JsonRequest
{
    public static JsonSerializerOptions OptionsOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

    /// <exception cref="Errors.ProblemException">Wrong media type or charset.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, params string[] mediaTypes)
    {
        var type = context.Request.GetTypedHeaders().ContentType;
        var known = type is not null && mediaTypes.Any(media => type.MediaType.Equals(media, StringComparison.OrdinalIgnoreCase));
        var utf8 = type?.Charset.HasValue is not true || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase);
        if (!known || !utf8)
        {
            throw new Errors.ProblemException(Errors.CommonProblems.UnsupportedMediaType.With(new(
                $"Erwartet wird {string.Join(" oder ", mediaTypes)} in UTF-8.", $"Expected is {string.Join(" or ", mediaTypes)} in UTF-8.")));
        }

        using var buffer = new MemoryStream(context.Request.ContentLength is > 0 and < 1024 * 1024 ? (int)context.Request.ContentLength : 1024);
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    /// <exception cref="Errors.ProblemException">Syntax, shape or values are wrong.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, JsonSerializerOptions options)
    {
        using var document = JsonSyntax.Parse(bytes);
        return Read<T>(document.RootElement, options);
    }

    /// <exception cref="Errors.ProblemException">Shape or values are wrong.</exception>
    public static T Read<T>(JsonElement element, JsonSerializerOptions options, bool allowsComputed = false)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var shape = new JsonShape(options) { AllowsComputed = allowsComputed };
        shape.Check(element, type);
        JsonSyntax.ThrowIfAny(Errors.CommonProblems.InvalidShape, shape.Faults);
        T value;
        try
        {
            value = element.Deserialize(type)!;
        }
        catch (JsonException exception)
        {
            // A converter's own rule, which the walk over the types cannot know.
            throw new Errors.ProblemException(Errors.CommonProblems.InvalidShape.With(
                new("Der Inhalt hat nicht die erwartete Form.", "The body does not have the expected shape."),
                new Errors.Fault(JsonSyntax.PointerOf(exception.Path), Errors.CommonProblems.Faults.WrongType, new("Der Wert hat nicht die erwartete Form.", "The value does not have the expected form."))));
        }

        var annotations = new JsonAnnotations(options);
        annotations.Check(value, type);
        JsonSyntax.ThrowIfAny(Errors.CommonProblems.InvalidValues, annotations.Faults);
        return value;
    }
}
