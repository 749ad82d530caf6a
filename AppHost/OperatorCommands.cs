using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.AppHost.Backup;
using Wir.AppHost.Servers;

namespace Wir.AppHost;

/// <summary>What an operator of a local instance does by a click in the dashboard, or by <c>aspire resource NAME COMMAND</c>.</summary>
internal static class OperatorCommands
{
    private static readonly string[] s_given = ["outbox", "errors", "retry"];

    /// <summary><c>backup</c>: a file in the instance's directory, all databases and keys as of one instant.</summary>
    public static void WithBackup(this IResourceBuilder<LocalPostgresResource> postgres, Instance instance) =>
        postgres.WithCommand("backup", "Back up", context => RunAsync(async () =>
        {
            Directory.CreateDirectory(instance.PathOf("backups"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var file = instance.PathOf("backups", string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}.tar"));
            await BackupCommand.RunAsync(file, instance.Directory, context.CancellationToken);
            return file;
        }), new() { IconName = "Save", Description = "All databases and keys as of one instant, into the instance's directory backups/" });

    /// <summary><c>last-mail</c>: the newest mail that was left in the folder; with an SMTP server there is none.</summary>
    public static IResourceBuilder<ProjectResource> WithLastMail(this IResourceBuilder<ProjectResource> registry, string folder) =>
        registry.WithCommand("last-mail", "Show the last mail", context => RunAsync(async () =>
        {
            var newest = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*.eml").MaxBy(f => f.LastWriteTimeUtc) : null;
            return newest is null ? throw new InvalidOperationException("No mail has been sent.") : await File.ReadAllTextAsync(newest.FullName, context.CancellationToken);
        }), new() { IconName = "MailRead", Description = "The newest mail in the instance's mail folder" });

    /// <summary><c>replay-dead-letters</c>: sends again what the service has given up; repeating it is harmless.</summary>
    /// <param name="service">The service.</param>
    /// <param name="api">The path of its API at the gateway.</param>
    /// <param name="door">Address of the gateway.</param>
    /// <param name="keysFile">The development keys; the operator's is used.</param>
    public static void WithReplay(this IResourceBuilder<ProjectResource> service, string api, string door, string keysFile) =>
        service.WithCommand("replay-dead-letters", "Replay dead letters", context => RunAsync(async () =>
        {
            if (!File.Exists(keysFile)) throw new InvalidOperationException("This instance has no development keys; call the API with an operator's key.");
            using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(keysFile, context.CancellationToken));
            using var http = new HttpClient { BaseAddress = new Uri(door) };
            http.DefaultRequestHeaders.Add("X-Api-Key", keys.RootElement.GetProperty("operator").GetProperty("key").GetString());
            var replayed = 0L;
            foreach (var what in s_given)
            {
                using var answer = await http.PostAsJsonAsync(new Uri($"{api}/internal/messaging/replay", UriKind.Relative), new { what }, context.CancellationToken);
                var body = await answer.Content.ReadAsStringAsync(context.CancellationToken);
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {body}");
                using var json = JsonDocument.Parse(body);
                replayed += json.RootElement.GetProperty("replayed").GetInt64();
            }

            return string.Create(CultureInfo.InvariantCulture, $"{replayed} messages are sent again.");
        }), new() { IconName = "ArrowRepeatAll", Description = "Sends again what was given up: outbox, error queues, retries" });

    /// <summary><c>load-demo-data</c>: runs the migration as on a new database; it inserts what is missing and changes nothing else.</summary>
    public static IResourceBuilder<ProjectResource> WithLoadDemoData(
        this IResourceBuilder<ProjectResource> migration, string service, IResourceWithConnectionString database) =>
        migration.WithCommand("load-demo-data", "Load demo data again", async context =>
        {
            await using (var source = NpgsqlDataSource.Create((await database.GetConnectionStringAsync(context.CancellationToken))! + ";Pooling=false"))
            await using (var command = source.CreateCommand($"delete from {service}.messaging_marker where name = 'seed'"))
            {
                await command.ExecuteNonQueryAsync(context.CancellationToken);
            }

            return await context.Services.GetRequiredService<ResourceCommandService>()
                .ExecuteCommandAsync(context.ResourceName, KnownResourceCommands.StartCommand, context.CancellationToken);
        }, new() { IconName = "DatabaseArrowDown", Description = "Inserts what is missing of the start and demo data" });

    private static async Task<ExecuteCommandResult> RunAsync(Func<Task<string>> work)
    {
        try
        {
            return CommandResults.Success("Done", await work(), CommandResultFormat.Text);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException or NpgsqlException)
        {
            return CommandResults.Failure(e.Message);
        }
    }
}
