using Microsoft.AspNetCore.Mvc;
using Wir.Portal.Api;

namespace Wir.Portal.Pages;

/// <summary>
/// Where the link in the register's mail leads: the sender of an entry proves the e-mail address. Opening it changes nothing,
/// since mail programs open links by themselves; the button does.
/// </summary>
/// <remarks>The token in the address is the permission. It is handed to nobody but the register.</remarks>
public sealed class ConfirmModel(PublicApi api) : ReaderPage
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    [BindProperty(SupportsGet = true)]
    public string Token { get; set; } = "";

    /// <summary>Null before the button was pressed.</summary>
    public AnswerState? Outcome { get; private set; }

    public override bool NoIndex => true;

    public void OnGet() => Prepare(Text.ConfirmEntry);

    public async Task OnPostAsync(CancellationToken ct)
    {
        Outcome = await api.ConfirmSubmissionAsync(Id, Token, Ui.Tag, ct);
        Prepare(Outcome switch
        {
            AnswerState.Found => Text.Confirmed,
            AnswerState.Missing => Text.ConfirmRefused,
            _ => Text.Failure,
        });
        Response.StatusCode = Outcome switch
        {
            AnswerState.Found => StatusCodes.Status200OK,
            AnswerState.Missing => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
    }

    private void Prepare(string title)
    {
        Title = $"{title} · {Text.SiteName}";
        KeepAddressPrivate();
    }
}
