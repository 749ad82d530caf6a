using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Monitor.Domain;
using Wir.ServiceDefaults;

namespace Wir.Monitor.Data.Configurations;

internal sealed class IndicatorConfiguration : IEntityTypeConfiguration<Indicator>
{
    public void Configure(EntityTypeBuilder<Indicator> builder)
    {
        builder.HasKey(indicator => indicator.Id);
        builder.HasIndex(indicator => indicator.Code).IsUnique();
        builder.Property(indicator => indicator.Version).IsConcurrencyToken();
        builder.Property(indicator => indicator.Content).AsJson();
    }
}

/// <summary>Values that are stored as one piece of JSON.</summary>
internal static class JsonColumn
{
    public static JsonSerializerOptions Options { get; } = Create();

    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) where T : class? =>
        property.HasColumnType("jsonb").HasConversion(
            value => JsonSerializer.Serialize(value, Options),
            text => JsonSerializer.Deserialize<T>(text, Options)!,
            new ValueComparer<T>((a, b) => JsonSerializer.Serialize(a, Options) == JsonSerializer.Serialize(b, Options),
                value => JsonSerializer.Serialize(value, Options).GetHashCode(StringComparison.Ordinal)));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        ServiceDefaultsExtensions.ConfigureJson(options);
        // What a later release wrote is read by an earlier one, too.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        return options;
    }
}
