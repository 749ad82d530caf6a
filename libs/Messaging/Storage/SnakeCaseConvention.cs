using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Wir.Messaging.Storage;

/// <summary>
/// Names tables (singular, after the entity), columns, keys and indexes in snake_case wherever a configuration does not name them itself.
/// The usual naming package is not among the project's packages.
/// </summary>
internal sealed class SnakeCaseConvention : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        var entities = modelBuilder.Metadata.GetEntityTypes().ToList();
        foreach (var entity in entities) NameTable(entity);
        foreach (var entity in entities) NameColumns(entity);
        foreach (var entity in entities) NameKeysAndIndexes(entity);
    }

    /// <summary><c>OutboxMessage</c> becomes <c>outbox_message</c>, <c>VRNumber</c> becomes <c>vr_number</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    private static void NameTable(IConventionEntityType entity)
    {
        if (entity.IsMappedToJson())
        {
            if (entity.GetContainerColumnName() is { } column) entity.SetContainerColumnName(ToSnakeCase(column));
            return;
        }

        var sharesTable = entity.BaseType is not null || (entity.FindOwnership() is { IsUnique: true } && !IsExplicit(entity.GetTableNameConfigurationSource()));
        if (sharesTable || entity.GetTableName() is null || IsExplicit(entity.GetTableNameConfigurationSource())) return;
        entity.Builder.ToTable(ToSnakeCase(entity.ShortName()));
    }

    private static void NameColumns(IConventionEntityType entity)
    {
        if (entity.IsMappedToJson() || StoreObjectIdentifier.Create(entity, StoreObjectType.Table) is not { } table) return;
        foreach (var property in entity.GetDeclaredProperties()) NameColumn(property, table);
        foreach (var complex in entity.GetDeclaredComplexProperties()) NameComplexColumns(complex, table);
    }

    private static void NameComplexColumns(IConventionComplexProperty complex, StoreObjectIdentifier table)
    {
        if (complex.ComplexType.IsMappedToJson())
        {
            if (complex.ComplexType.GetContainerColumnName() is { } column)
            {
                complex.ComplexType.SetContainerColumnName(ToSnakeCase(column));
            }

            return;
        }

        foreach (var property in complex.ComplexType.GetDeclaredProperties()) NameColumn(property, table);
        foreach (var nested in complex.ComplexType.GetDeclaredComplexProperties()) NameComplexColumns(nested, table);
    }

    private static void NameColumn(IConventionProperty property, StoreObjectIdentifier table)
    {
        if (IsExplicit(property.GetColumnNameConfigurationSource())) return;
        if (property.GetColumnName(table) is { } name) property.Builder.HasColumnName(ToSnakeCase(name));
    }

    private static void NameKeysAndIndexes(IConventionEntityType entity)
    {
        if (entity.IsMappedToJson()) return;
        foreach (var key in entity.GetDeclaredKeys())
        {
            if (key.GetName() is { } name && !IsExplicit(key.GetNameConfigurationSource())) key.Builder.HasName(ToSnakeCase(name));
        }

        foreach (var foreignKey in entity.GetDeclaredForeignKeys())
        {
            if (foreignKey.GetConstraintName() is { } name && !IsExplicit(foreignKey.GetConstraintNameConfigurationSource()))
            {
                foreignKey.Builder.HasConstraintName(ToSnakeCase(name));
            }
        }

        foreach (var index in entity.GetDeclaredIndexes())
        {
            if (index.GetDatabaseName() is { } name && !IsExplicit(index.GetDatabaseNameConfigurationSource()))
            {
                index.Builder.HasDatabaseName(ToSnakeCase(name));
            }
        }
    }

    private static bool IsExplicit(ConfigurationSource? source) => source is ConfigurationSource.Explicit or ConfigurationSource.DataAnnotation;
}
