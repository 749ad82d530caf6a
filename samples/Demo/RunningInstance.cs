using System.Text.Json;

namespace Wir.Demo;

/// <summary>What an instance's directory tells its users: where the door is, the development keys, where mail is left.</summary>
public sealed record RunningInstance(Uri Address, IReadOnlyDictionary<string, string> Keys, string MailFolder)
{
    private const string DefaultPort = "8080";

    public static RunningInstance Open(string directory)
    {
        var folder = Path.GetFullPath(directory);
        using var instance = Read(Path.Combine(folder, "instance.json"), "is the platform up? ./wir up --detach");
        using var keys = Read(Path.Combine(folder, "keys.json"), "keys come with the start data; this instance was started with --empty");
        var port = instance.RootElement.GetProperty("settings").TryGetProperty("port", out var value) ? value.GetString() : DefaultPort;
        return new RunningInstance(
            new Uri($"http://127.0.0.1:{port}/"),
            keys.RootElement.EnumerateObject().ToDictionary(k => k.Name, k => k.Value.GetProperty("key").GetString()!),
            Path.Combine(folder, "mail"));
    }

    private static JsonDocument Read(string path, string hint)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StepFailedException($"{path} cannot be read; {hint}", e);
        }
    }
}
