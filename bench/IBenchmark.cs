namespace Wir.Bench;

/// <summary>Measures one thing, against a partner where there is one. Found by its type; add one by adding a class.</summary>
internal interface IBenchmark
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>Measures, and writes figures into the report.</summary>
    Task RunAsync(Report report);
}
