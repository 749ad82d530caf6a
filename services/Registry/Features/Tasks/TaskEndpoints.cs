using Wir.Messaging;

namespace Wir.Registry.Features.Tasks;

public static class TaskEndpoints
{
    public static RouteGroupBuilder MapTasks(this RouteGroupBuilder api)
    {
        api.MapPost("/reports", ReportError.Handle).WithIdempotency(AnswersAgain.ReportAsync).WithName("ReportError").WithTags("Reports").WithSummary("Reports an error in an entry, without an account");
        var group = api.MapGroup("/tasks").WithTags("Tasks");
        group.MapGet("", HandleTasks.List).WithName("ListTasks").WithSummary("What a municipality has to look at");
        group.MapGet("/{id:guid}", HandleTasks.Get).WithName("GetTask").WithSummary("One task");
        group.MapPost("/{id:guid}/close", HandleTasks.Close).WithName("CloseTask").WithSummary("Closes a task as done or dismissed");
        return api;
    }
}
