using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Wir.AppHost.Local.Backup;

namespace Wir.AppHost.Local;

/// <summary>
/// Runs the app model as plain processes. The first argument may be a verb for an instance that runs already
/// (<see cref="Commands"/>); without one, the instance is started and this process is its host.
/// </summary>
public sealed class DistributedApplication
{
    private readonly string _verb;
    private readonly string[] _arguments;
    private readonly string _data;
    private readonly IDistributedApplicationBuilder _builder;

    private DistributedApplication(Builder builder) =>
        (_builder, _verb, _arguments, _data) = (builder, builder.Verb, builder.Arguments, builder.Data);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new Builder(args);

    /// <summary>Ends with the process' exit code set; a failure is told in one line, not by an exception.</summary>
    public void Run() => Environment.ExitCode = RunAsync().GetAwaiter().GetResult();

    private async Task<int> RunAsync()
    {
        try
        {
            switch (_verb)
            {
                case "up":
                    return await Engine.RunAsync(Instance.Open(_data, _builder.Configuration), _builder.Resources);
                case "model":
                    Console.WriteLine(Describe(Instance.Open(_data, _builder.Configuration)));
                    return 0;
                case "backup":
                    return await BackupCommand.RunAsync(
                        _arguments.FirstOrDefault(), Instance.Open(_data, _builder.Configuration), _builder.Resources, CancellationToken.None);
                case "restore":
                    return await RestoreCommand.RunAsync(
                        _arguments.FirstOrDefault(), Instance.Open(_data, _builder.Configuration), _builder.Resources, CancellationToken.None);
                default:
                    return await Commands.RunAsync(_verb, _arguments, _data);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    /// <summary>What each project gets, for tests that compare it with what is written elsewhere.</summary>
    private string Describe(Instance instance) => JsonSerializer.Serialize(
        _builder.Resources.OfType<ProjectResource>().ToDictionary(p => p.Name, p => new ProjectDescription(
            p.ProjectPath,
            p.Arguments,
            [.. p.Waits.Select(w => w.Dependency.Name)],
            new ProjectProcess(p, 0, instance).EnvironmentVariables())),
        JsonSerializerOptions.Web);

    private sealed class Builder : IDistributedApplicationBuilder
    {
        public Builder(string[] args)
        {
            var words = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
            Verb = words.FirstOrDefault("up");
            Arguments = [.. words.Skip(1)];
            Configuration.AddCommandLine([.. args.Skip(words.Length)]);
            AppHostDirectory = Path.Combine(FindRepository(), "AppHost");
            Data = Path.GetFullPath(Configuration["data"] ?? Path.Combine(AppHostDirectory, "..", ".wir"));
            // What was asked for the last time holds until something else is asked for: an instance keeps its port.
            Configuration["port"] ??= Instance.Remembered(Data, "port");
        }

        public string Verb { get; }

        public string[] Arguments { get; }

        public string Data { get; }

        public ConfigurationManager Configuration { get; } = new();

        public string AppHostDirectory { get; }

        public ICollection<IResource> Resources { get; } = new List<IResource>();

        public DistributedApplication Build() => new(this);

        /// <summary>Above the program, wherever the clone lies by now.</summary>
        private static string FindRepository()
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "AppHost", "AppHost.csproj")))
            {
                directory = directory.Parent;
            }

            return directory?.FullName ?? AppContext.BaseDirectory;
        }
    }
}

internal sealed record ProjectDescription(string Project, List<string> Arguments, List<string> Waits, Dictionary<string, string?> Variables);
