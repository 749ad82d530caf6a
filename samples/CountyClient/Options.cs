using System.Globalization;

namespace Wir.CountyClient;

internal sealed class OptionException(string message) : Exception(message);

/// <summary>The command line.</summary>
internal sealed record Options(string Command, IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Rest)
{
    private static readonly string[] s_switches = ["once"];

    public Uri Url => new(Value("url"), UriKind.Absolute);

    public string Database => Value("database");

    public string KeyFile => Value("key-file");

    public bool Once => Values.ContainsKey("once");

    /// <summary>Rows per page; each page is one transaction.</summary>
    public int Limit => int.Parse(Values.GetValueOrDefault("limit", "1000"), CultureInfo.InvariantCulture);

    public static Options Parse(string[] args)
    {
        var (values, rest) = (new Dictionary<string, string>(), new List<string>());
        for (var i = 1; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) rest.Add(args[i]);
            else if (s_switches.Contains(args[i][2..])) values[args[i][2..]] = "";
            else if (i + 1 < args.Length) values[args[i][2..]] = args[++i];
        }

        return new(args.FirstOrDefault() ?? "help", values, rest);
    }

    private string Value(string name) => Values.GetValueOrDefault(name) ?? throw new OptionException($"--{name} is missing");
}
