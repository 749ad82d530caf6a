// The platform's story, told through the one door: Demo --data DIR names the instance that it is played on.
using Wir.Demo;

var data = args is ["--data", var directory] ? directory : ".wir";
try
{
    var instance = RunningInstance.Open(data);
    using var story = new Story(instance);
    foreach (var step in story.Steps)
    {
        Console.Write($"{step.Title,-78}");
        Console.WriteLine($"  {await step.Play()}");
    }

    Console.WriteLine();
    Console.WriteLine($"All {story.Steps.Count} steps hold. The club stays: {instance.Address}de/?municipality={Story.Korbach}");
    return 0;
}
catch (StepFailedException e)
{
    Console.WriteLine("  FAILED");
    await Console.Error.WriteLineAsync($"wir demo: {e.Message}");
    return 1;
}
