using System.Diagnostics;

namespace Wir.TestKit;

/// <summary>The tools of <c>tests/node-tools</c>: installed once per version of its package.json, under <c>artifacts</c>.</summary>
public static class NodeTools
{
    private static readonly Lazy<Task<string>> s_directory = new(InstallAsync);

    public static string Repository { get; } = FindRepository();

    private static string Source => Path.Combine(Repository, "tests/node-tools");

    public static Task<string> DirectoryAsync() => s_directory.Value;

    /// <summary>Starts a program; what it writes goes to the returned process's streams.</summary>
    public static Process Start(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, string program, params string[] arguments)
    {
        using var process = Start(directory, program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static async Task<string> InstallAsync()
    {
        var directory = Path.Combine(Repository, "artifacts/node-tools");
        Directory.CreateDirectory(directory);
        // Several test processes may ask at once: one installs, the others wait for the file.
        await using var turn = await TakeTurnAsync(Path.Combine(directory, "turn"));
        var wanted = await File.ReadAllTextAsync(Path.Combine(Source, "package.json"));
        var installed = Path.Combine(directory, "installed.json");
        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != wanted)
        {
            File.Copy(Path.Combine(Source, "package.json"), Path.Combine(directory, "package.json"), overwrite: true);
            var (exitCode, output) = await RunAsync(directory, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts");
            if (exitCode != 0) throw new InvalidOperationException($"npm install ended with {exitCode}: {output}");
            await File.WriteAllTextAsync(installed, wanted);
        }

        foreach (var script in Directory.EnumerateFiles(Source, "*.mjs")) File.Copy(script, Path.Combine(directory, Path.GetFileName(script)), overwrite: true);
        return directory;
    }

    private static async Task<FileStream> TakeTurnAsync(string file)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200);
            }
        }
    }

    private static string FindRepository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Wir.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
