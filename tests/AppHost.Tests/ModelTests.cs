using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

[Lane(Lane.Unit)]
public class ModelTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder(["--data", "/nowhere"]);

    [Theory]
    [InlineData("registry-db")]
    [InlineData("Registry")]
    [InlineData("registry1")]
    [InlineData("")]
    public void A_name_that_would_spoil_a_variable_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => _builder.AddRabbitMQ(name));

    [Fact]
    public void A_name_is_given_once()
    {
        _builder.AddRabbitMQ("broker");

        Assert.Throws<ArgumentException>(() => _builder.AddPostgres("broker"));
    }

    [Fact]
    public void Options_reach_the_configuration_and_a_verb_does_not()
    {
        var builder = DistributedApplication.CreateBuilder(["status", "--data", "/nowhere", "--port", "1234"]);

        Assert.Equal("1234", builder.Configuration["port"]);
        Assert.Equal("/nowhere", builder.Configuration["data"]);
    }

    [Fact]
    public void A_relative_project_path_starts_at_the_app_host()
    {
        var project = _builder.AddProject("portal", "../portal/Portal.csproj").Resource;

        Assert.Equal(Path.GetFullPath(Path.Combine(_builder.AppHostDirectory, "../portal/Portal.csproj")), project.ProjectPath);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(6, 30)]
    [InlineData(2000, 30)]
    public void Pauses_between_restarts_double_up_to_30_seconds(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ResourceRun.Pause(failures));

    [Fact]
    public void A_password_needs_no_escaping_anywhere() =>
        Assert.Matches("^[A-Za-z0-9]{24}$", Passwords.Create());
}
