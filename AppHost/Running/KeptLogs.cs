namespace Wir.AppHost.Running;

/// <summary>Copies what each resource writes to <c>log/NAME.log</c> in the instance's directory; Aspire deletes its own copy at the end.</summary>
internal sealed class KeptLogs(Instance instance, DistributedApplicationModel model, ResourceLoggerService logs)
{
    public void Start(CancellationToken cancellation)
    {
        foreach (var resource in model.Resources.Where(r => r.IsRun())) _ = CopyAsync(resource, cancellation);
    }

    private async Task CopyAsync(IResource resource, CancellationToken cancellation)
    {
        using var file = new LogFile(instance.PathOf("log", $"{resource.Name}.log"));
        await foreach (var lines in logs.WatchAsync(resource).WithCancellation(cancellation))
        {
            foreach (var line in lines) file.Write(line.Content);
        }
    }
}
