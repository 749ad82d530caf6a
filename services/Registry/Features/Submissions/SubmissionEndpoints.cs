using Wir.Messaging;

namespace Wir.Registry.Features.Submissions;

public static class SubmissionEndpoints
{
    public static RouteGroupBuilder MapSubmissions(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/submissions").WithTags("Submissions");
        group.MapPost("", SubmitAssociation.Handle).WithIdempotency(AnswersAgain.SubmissionAsync).WithName("SubmitAssociation").WithSummary("An association enters itself, or changes its entry");
        group.MapPost("/{id:guid}/confirm", SubmitAssociation.Confirm).WithName("ConfirmSubmission").WithSummary("Proves the submitter's e-mail address");
        group.MapGet("", ReviewSubmission.List).WithName("ListSubmissions").WithSummary("The municipality's queue");
        group.MapGet("/{id:guid}", ReviewSubmission.Get).WithName("GetSubmission").WithSummary("One submission");
        group.MapPost("/{id:guid}/review", ReviewSubmission.Handle).WithName("ReviewSubmission").WithSummary("Approves or rejects a submission");
        return api;
    }
}
