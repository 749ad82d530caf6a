// What another system of the county does with the platform: keeps its own copy of all that is public, and enters associations with its key.
using Wir.CountyClient;

const string Usage = """
    county-client follow   --url URL --database FILE [--once] [--limit N]
    county-client register --url URL --key-file FILE ENTRY.json
    county-client show     --database FILE

    follow     copies what registry, welcome package and monitor publish, and goes on where it stopped, however it stopped
    register   enters an association on behalf of an office; repeating it is harmless
    show       what the copy holds
    """;

var options = Options.Parse(args);
using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};
try
{
    return options.Command switch
    {
        "follow" => await Follower.RunAsync(options, end.Token),
        "register" => await Registration.RunAsync(options, end.Token),
        "show" => Copy.Show(options.Database),
        _ => Misuse($"unknown command: {options.Command}"),
    };
}
catch (OptionException e)
{
    return Misuse(e.Message);
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    return 0;
}

static int Misuse(string what)
{
    Console.Error.WriteLine(what);
    Console.Error.WriteLine(Usage);
    return 2;
}
