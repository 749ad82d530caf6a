using Npgsql;

namespace Wir.Platform.Tests.Upgrades;

/// <summary>The tables of a service's schema, as a program relies on them.</summary>
internal sealed record TableShape(string Schema, IReadOnlyDictionary<string, IReadOnlyDictionary<string, TableShape.Column>> Tables)
{
    private const string Columns = """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef or a.attidentity <> '', a.attgenerated <> '' or a.attidentity = 'a'
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'ef_migration'
        """;

    /// <param name="Type">As SQL writes it.</param>
    /// <param name="IsRequired">Never null.</param>
    /// <param name="HasDefault">An insert may leave it out.</param>
    /// <param name="IsMade">By the database; an insert has to leave it out.</param>
    internal sealed record Column(string Type, bool IsRequired, bool HasDefault, bool IsMade);

    public static async Task<TableShape> ReadAsync(NpgsqlDataSource source, string schema)
    {
        var tables = new Dictionary<string, Dictionary<string, Column>>();
        await using var command = source.CreateCommand(Columns);
        command.Parameters.Add(new() { Value = schema });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (!tables.TryGetValue(reader.GetString(0), out var columns)) tables[reader.GetString(0)] = columns = [];
            columns[reader.GetString(1)] = new Column(reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5));
        }

        return new TableShape(schema, tables.ToDictionary(t => t.Key, t => (IReadOnlyDictionary<string, Column>)t.Value));
    }

    /// <summary>
    /// What a program written for this shape could no longer do in a database of a later one: its statements are planned there, and what it
    /// would insert is compared with what the later tables demand.
    /// </summary>
    public async Task<List<string>> FaultsInAsync(NpgsqlDataSource later)
    {
        var now = await ReadAsync(later, Schema);
        var faults = new List<string>();
        foreach (var (table, columns) in Tables)
        {
            var written = columns.Where(c => !c.Value.IsMade).Select(c => Quoted(c.Key)).ToList();
            var name = $"{Quoted(Schema)}.{Quoted(table)}";
            await TryAsync(later, $"explain select {string.Join(", ", columns.Keys.Select(Quoted))} from {name}", faults);
            await TryAsync(later, $"explain insert into {name} ({string.Join(", ", written)}) select {string.Join(", ", written)} from {name}", faults);
            foreach (var (column, shape) in now.Tables.GetValueOrDefault(table) ?? new Dictionary<string, Column>())
            {
                if (!columns.TryGetValue(column, out var before))
                {
                    if (shape is { IsRequired: true, HasDefault: false, IsMade: false }) faults.Add($"{table}.{column}: new, required and without a default");
                }
                else if (before.Type != shape.Type || (shape.IsRequired && !before.IsRequired))
                {
                    faults.Add($"{table}.{column}: was {before}, is {shape}");
                }
            }
        }

        return faults;
    }

    private static string Quoted(string name) => $"\"{name}\"";

    private static async Task TryAsync(NpgsqlDataSource source, string sql, List<string> faults)
    {
        try
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException e)
        {
            faults.Add($"{sql}: {e.MessageText}");
        }
    }
}
