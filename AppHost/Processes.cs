using System.Globalization;

namespace Wir.AppHost;

/// <summary>The machine's processes, as <c>/proc</c> tells.</summary>
internal static class Processes
{
    public static IEnumerable<int> Ids() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    /// <summary>A file of one process, as in <c>cmdline</c>; empty when the process is gone or somebody else's.</summary>
    public static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
