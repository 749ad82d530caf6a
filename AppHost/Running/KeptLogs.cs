using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;

namespace Wir.AppHost.Running;

/// <summary>Copies what each resource writes to <c>log/NAME.log</c> in the instance's directory; Aspire deletes its own copy at the end.</summary>
internal sealed class KeptLogs(Instance instance, DistributedApplicationModel model, ResourceLoggerService logs) : IDistributedApplicationEventingSubscriber
{
    public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        if (context.IsRunMode)
        {
            eventing.Subscribe<BeforeStartEvent>((started, cancellation) =>
            {
                foreach (var resource in model.Resources.Where(r => r is ProjectResource or ExecutableResource))
                {
                    _ = CopyAsync(resource, cancellation);
                }

                return Task.CompletedTask;
            });
        }

        return Task.CompletedTask;
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
