using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>What the register says of an association, for a reader of a language.</summary>
public sealed record AssociationReading(AssociationView Association, UiLanguage Ui);
