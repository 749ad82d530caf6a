using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// A JSON Merge Patch (RFC 7396) as handler parameter: what it names is replaced, null removes, lists are replaced whole. The result has
/// to pass the same checks as a whole <typeparamref name="T"/> (<see cref="JsonBody{T}"/>).
/// </summary>
public sealed class MergePatch<T> : IBindableFromHttpContext<MergePatch<T>>, IEndpointParameterMetadataProvider where T : class
{
    private static readonly string[] s_mediaTypes = ["application/merge-patch+json", "application/json"];
    private readonly JsonObject _patch;
    private readonly JsonSerializerOptions _options;

    private MergePatch(JsonObject patch, JsonSerializerOptions options) => (_patch, _options) = (patch, options);

    /// <summary>True when the patch says something about this member, be it null.</summary>
    /// <param name="member">Name in JSON.</param>
    public bool Names(string member) => _patch.ContainsKey(member);

    /// <summary>The thing as it will be.</summary>
    /// <exception cref="ProblemException">The result does not pass.</exception>
    public T Apply(T current)
    {
        var merged = (JsonObject)JsonSerializer.SerializeToNode(current, _options)!;
        Merge(merged, _patch);
        using var document = JsonDocument.Parse(merged.ToJsonString());
        return JsonRequest.Read<T>(document.RootElement, _options, allowsComputed: true);
    }

    static async ValueTask<MergePatch<T>?> IBindableFromHttpContext<MergePatch<T>>.BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var options = JsonRequest.OptionsOf(context);
        var bytes = await JsonRequest.ReadAsync(context, s_mediaTypes);
        using var document = JsonSyntax.Parse(bytes);
        var shape = new JsonShape(options) { IsPatch = true };
        shape.Check(document.RootElement, options.GetTypeInfo(typeof(T)));
        JsonSyntax.ThrowIfAny(CommonProblems.InvalidShape, shape.Faults);
        return new(JsonObject.Create(document.RootElement.Clone())!, options);
    }

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(s_mediaTypes, typeof(T)));

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner when target[name] is JsonObject existing:
                    Merge(existing, inner);
                    break;
                case JsonObject inner:
                    // Into nothing: nulls in the patch must not become members.
                    var created = new JsonObject();
                    Merge(created, inner);
                    target[name] = created;
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
