using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wir.AppHost.Running;

namespace Wir.AppHost.Control;

/// <summary>One row of the status.</summary>
/// <param name="Name">Of the resource; replicas have a number behind it (<c>registry.1</c>).</param>
/// <param name="State">As Aspire names it.</param>
/// <param name="Pid">Of its process, when it runs.</param>
/// <param name="Address">Where others reach it.</param>
/// <param name="Memory">Proportional set size of its process tree, bytes; 0 when it was not asked for.</param>
/// <param name="Health"><c>healthy</c>, <c>unhealthy</c>, or <c>-</c> for what does not run.</param>
/// <param name="Restarts">After crashes.</param>
/// <param name="Message">What is wrong; null when nothing is.</param>
internal sealed record ResourceStatus(
    string Name, string State, int? Pid, string? Address, long Memory, string Health, int Restarts, string? Message)
{
    /// <summary>It does its work, or has done it.</summary>
    public bool IsUp => Health == "healthy" || State == "Completed";

    /// <summary>It will not come up by itself.</summary>
    public bool HasFailed => State == "Failed";
}

/// <summary>Reads the state of all resources from Aspire.</summary>
internal sealed class StatusReader(
    Instance instance, DistributedApplicationModel model, ResourceNotificationService states, Supervisor supervisor)
{
    private const string DashboardName = "aspire-dashboard";

    /// <param name="withMemory">Reading it is expensive: those that wait for health do without.</param>
    public IReadOnlyList<ResourceStatus> Read(bool withMemory)
    {
        var memory = withMemory ? new ProcessMemory() : null;
        var rows = model.Resources.Where(r => r.IsRun() || r.Name == DashboardName).SelectMany(r => Rows(r, memory)).ToList();
        // What is left of the instance's processes: this one, and the orchestrator with a monitor per process.
        var rest = memory is null ? 0 : ProcessMemory.Of(Environment.ProcessId)
            + instance.Leftovers().Where(IsOrchestrator).Sum(ProcessMemory.Of);
        return [.. rows, new ResourceStatus("apphost", "Running", Environment.ProcessId, null, rest, "healthy", 0, null)];
    }

    /// <summary>The ids by which Aspire knows a resource or one of its replicas; empty when there is no such thing.</summary>
    public IReadOnlyList<string> Ids(string name) => model.Resources.Where(r => r.IsRun())
        .SelectMany(r => supervisor.Ids(r).Select((id, n) => (Id: id, r.Name, Row: RowName(r, n))))
        .Where(r => r.Name == name || r.Row == name).Select(r => r.Id).ToList();

    private IEnumerable<ResourceStatus> Rows(IResource resource, ProcessMemory? memory)
    {
        var ids = supervisor.Ids(resource);
        if (ids.Count == 0) return [Row(resource, resource.Name, "", null, memory)];
        return ids.Select((id, n) => Row(
            resource, RowName(resource, n), id, states.TryGetCurrentState(id, out var current) ? current.Snapshot : null, memory));
    }

    private ResourceStatus Row(IResource resource, string name, string id, CustomResourceSnapshot? snapshot, ProcessMemory? memory)
    {
        var text = snapshot?.State?.Text;
        var isJob = model.IsJob(resource);
        var state = text switch
        {
            _ when supervisor.HasGivenUp(id) => "Failed",
            "Finished" or "Exited" when isJob => snapshot!.ExitCode == 0 ? "Completed" : "Failed",
            "FailedToStart" when isJob => "Failed",
            "Finished" or "Exited" or "FailedToStart" => supervisor.Restarts(id) > 0 ? "Restarting" : "Stopped",
            null or "" => "Waiting",
            _ => text,
        };
        var pid = snapshot?.Pid();
        var health = (text, snapshot?.HealthStatus) switch
        {
            ("Running", HealthStatus.Healthy) when !isJob => "healthy",
            ("Running", _) when !isJob => "unhealthy",
            _ => "-",
        };
        return new ResourceStatus(
            name == DashboardName ? "dashboard" : name, state, pid,
            snapshot?.Urls.FirstOrDefault(u => !u.IsInactive && u.Name is "http" or "https")?.Url.Split("/login")[0],
            pid is { } process ? memory?.OfTree(process) ?? 0 : 0, health, supervisor.Restarts(id),
            state is "Failed" && snapshot?.ExitCode is { } code ? $"ended with exit code {code}" : null);
    }

    private string RowName(IResource resource, int n) =>
        supervisor.Ids(resource).Count > 1 ? $"{resource.Name}.{n + 1}" : resource.Name;

    private static bool IsOrchestrator(int id) =>
        Processes.Read(id, "comm").TrimEnd() is "dcp" or "dcpctrl" or "dcpproc";
}
