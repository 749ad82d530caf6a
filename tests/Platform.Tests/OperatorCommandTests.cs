using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Wir.Platform.Tests;

/// <summary>What an operator can do by a click in the dashboard.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class OperatorCommandTests(WholePlatform platform, PlayedStory played)
{
    [Fact]
    public async Task A_backup_is_a_file_of_the_instance()
    {
        var file = (await ExecuteAsync("postgres", "backup")).Data!.Value;

        Assert.StartsWith(Path.Combine(platform.Directory, "backups"), file, StringComparison.Ordinal);
        Assert.True(new FileInfo(file).Length > 100_000);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_last_mail_can_be_read()
    {
        Assert.All(played.Outcomes, o => Assert.Null(o.Outcome));

        Assert.Contains("Subject:", (await ExecuteAsync("registry", "last-mail")).Data!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry")]
    [InlineData("welcomepackage")]
    [InlineData("monitor")]
    public async Task Dead_letters_are_sent_again(string service) =>
        Assert.Matches("^[0-9]+ messages are sent again", (await ExecuteAsync(service, "replay-dead-letters")).Data!.Value);

    [Fact]
    public async Task Demo_data_that_was_deleted_is_loaded_again_and_nothing_twice()
    {
        await using var connection = await platform.ConnectAsync("monitordb");
        async Task<long> CountAsync(string what)
        {
            await using var command = new NpgsqlCommand($"select count(*) from monitor.{what}", connection);
            return (long)(await command.ExecuteScalarAsync())!;
        }

        var before = await CountAsync("indicator");
        Assert.Equal(0, await CountAsync("messaging_marker where name = 'seed'") - 1);

        await ExecuteAsync("monitormigrate", "load-demo-data");

        await Eventually.TrueAsync(async () => await CountAsync("messaging_marker where name = 'seed'") == 1, "the migration has loaded the data");
        Assert.Equal(before, await CountAsync("indicator"));
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(string resource, string command)
    {
        var result = await platform.App.Services.GetRequiredService<ResourceCommandService>()
            .ExecuteCommandAsync(platform.IdOf(resource), command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
        return result;
    }
}
