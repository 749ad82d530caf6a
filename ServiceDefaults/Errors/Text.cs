using System.Globalization;

namespace Wir.ServiceDefaults.Errors;

/// <summary>A sentence for people, in the two languages in which the APIs answer.</summary>
public sealed record Text(string De, string En)
{
    /// <summary>The one for the request's language (<c>Accept-Language</c>); German unless English is preferred.</summary>
    public string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? En : De;

    public override string ToString() => Current;
}
