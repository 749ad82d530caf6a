using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Wir.Messaging.Broker;

namespace Wir.Messaging;

/// <summary>
/// Who the service is when it serves: <c>Wir:Runtime:User</c> and <c>Password</c>. <c>migrate</c>, which owns everything, makes that role in the
/// database (rows, no tables) and that user at the broker (its own exchanges and queues). Without the setting there is one identity for both.
/// </summary>
internal sealed class RuntimeIdentity(IConfiguration configuration)
{
    private readonly string? _user = configuration["Wir:Runtime:User"];
    private readonly string _password = configuration["Wir:Runtime:Password"] ?? "";

    public async Task EnsureAsync(NpgsqlDataSource database, string schema, Uri broker, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(_user)) return;
        await EnsureRoleAsync(database, schema, ct);
        if (configuration[TopologyCheck.ManagementKey] is { Length: > 0 } management) await EnsureBrokerUserAsync(new Uri(management), broker, ct);
    }

    private async Task EnsureRoleAsync(NpgsqlDataSource source, string schema, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        // Roles belong to the whole server: two services' migrations may be here at once.
        await ExecuteAsync(connection, "select pg_advisory_lock(hashtext('wir.role'))", ct);
        var exists = await ExecuteAsync(connection, "select 1 from pg_roles where rolname = $1", ct, _user) is not null;
        var role = (string)(await ExecuteAsync(connection, "select format('%I', $1::text)", ct, _user))!;
        var define = await ExecuteAsync(connection, $"select format('{(exists ? "alter" : "create")} role %I login password %L', $1::text, $2::text)", ct, _user, _password);
        await ExecuteAsync(connection, (string)define!, ct);
        var name = await ExecuteAsync(connection, "select quote_ident(current_database())", ct);
        await ExecuteAsync(connection, $"""
            revoke all on database {name} from public;
            grant connect, temporary on database {name} to {role};
            grant usage on schema {schema} to {role};
            grant select, insert, update, delete on all tables in schema {schema} to {role};
            grant usage, select on all sequences in schema {schema} to {role};
            grant execute on all functions in schema {schema} to {role};
            alter default privileges in schema {schema} grant select, insert, update, delete on tables to {role};
            """, ct);
        await ExecuteAsync(connection, "select pg_advisory_unlock(hashtext('wir.role'))", ct);
    }

    private async Task EnsureBrokerUserAsync(Uri management, Uri broker, CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri, Timeout = TimeSpan.FromSeconds(10) };
        var owner = management.UserInfo.Length > 0 ? management.UserInfo : broker.UserInfo;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(owner))));
        var host = broker.AbsolutePath.Trim('/') is { Length: > 0 } path ? path : "%2F";
        var user = Uri.EscapeDataString(_user!);
        // The tag lets it look at exchanges and queues, for the comparison with what is declared.
        using var made = await client.PutAsJsonAsync($"api/users/{user}", new { password = _password, tags = "management" }, ct);
        made.EnsureSuccessStatusCode();
        var own = $"^{_user}\\.";
        using var permitted = await client.PutAsJsonAsync($"api/permissions/{host}/{user}", new { configure = own, write = own, read = own }, ct);
        permitted.EnsureSuccessStatusCode();
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params IReadOnlyList<string?> parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync(ct);
    }
}
