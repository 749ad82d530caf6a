using Microsoft.Data.Sqlite;

namespace Wir.CountyClient;

/// <summary>
/// The county's own copy, in one SQLite file. A page of a feed and the position after it are written in one transaction: whenever the
/// program dies, the copy and the position belong together.
/// </summary>
internal sealed class Copy : IDisposable
{
    private readonly SqliteConnection _connection;

    public Copy(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        _connection.Open();
        Execute("""
            pragma journal_mode = wal;
            pragma synchronous = full;
            create table if not exists feed (service text primary key, position integer not null) strict;
            create table if not exists thing (
              service text not null, type text not null, id text not null, version integer, changed_at text not null, data text not null,
              primary key (service, type, id)) strict, without rowid;
            """);
    }

    /// <summary>The last position that is in the copy; 0 at the start.</summary>
    public long PositionOf(string service)
    {
        using var command = Command("select position from feed where service = $service", null, ("$service", service));
        return command.ExecuteScalar() is long position ? position : 0;
    }

    public void Apply(string service, IReadOnlyList<Change> changes, long position)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var change in changes)
        {
            using var command = change.Data is null
                ? Command("delete from thing where service = $service and type = $type and id = $id", transaction, ("$service", service), ("$type", change.Type), ("$id", change.Id))
                : Command("insert or replace into thing values ($service, $type, $id, $version, $at, $data)", transaction,
                    ("$service", service), ("$type", change.Type), ("$id", change.Id), ("$version", (object?)change.Version ?? DBNull.Value), ("$at", change.At), ("$data", change.Data));
            command.ExecuteNonQuery();
        }

        using var step = Command("insert or replace into feed values ($service, $position)", transaction, ("$service", service), ("$position", position));
        step.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <summary>Forgets a service's things, to read them all anew.</summary>
    public void Forget(string service)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var table in new[] { "thing", "feed" })
        {
            using var command = Command($"delete from {table} where service = $service", transaction, ("$service", service));
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public static int Show(string file)
    {
        using var copy = new Copy(file);
        using var command = copy.Command(
            "select t.service, t.type, count(*), f.position from thing t join feed f on f.service = t.service group by t.service, t.type, f.position order by 1, 2", null);
        using var reader = command.ExecuteReader();
        while (reader.Read()) Console.WriteLine($"{reader.GetString(0),-10} {reader.GetString(1),-16} {reader.GetInt64(2),8}  up to position {reader.GetInt64(3)}");
        return 0;
    }

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using var command = Command(sql, null);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, SqliteTransaction? transaction, params (string Name, object Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
