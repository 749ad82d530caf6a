namespace Wir.Portal.Language;

/// <summary>
/// Every sentence of the portal in one language: one file under <c>Texts/</c>. A new language is a new file;
/// the portal does not start while a file lacks a sentence or has one too many.
/// </summary>
/// <remarks>Counts stand behind a colon ("Einträge: 3"), so no language needs plural forms here.</remarks>
public sealed record UiText
{
    /// <summary>BCP 47 tag; equal to the file's name and to the first segment of the paths.</summary>
    public required string Language { get; init; }

    /// <summary>How the language writes a date; .NET's pattern letters.</summary>
    public required string DatePattern { get; init; }

    public required string SiteName { get; init; }
    public required string Greeting { get; init; }
    public required string SiteLead { get; init; }
    public required string SkipToContent { get; init; }
    public required string ChooseLanguage { get; init; }

    public required string Municipality { get; init; }
    public required string MunicipalityHint { get; init; }
    public required string WholeDistrict { get; init; }
    public required string Show { get; init; }
    public required string MunicipalitiesUnavailable { get; init; }

    public required string Topics { get; init; }
    public required string MoreOnThisTopic { get; init; }
    public required string BackToOverview { get; init; }
    public required string InMunicipality { get; init; }
    public required string FromMunicipality { get; init; }
    public required string NoMunicipalContent { get; init; }
    public required string ContentUnavailable { get; init; }
    public required string NoContent { get; init; }

    /// <summary>Stands before the name of the language that is shown instead.</summary>
    public required string ShownInOtherLanguage { get; init; }
    public required string PartInOtherLanguage { get; init; }
    public required string MachineTranslated { get; init; }
    public required string TranslationNeedsReview { get; init; }
    public required string TranslationOutdated { get; init; }
    public required string Withdrawn { get; init; }
    public required string Facts { get; init; }
    public required string AsOf { get; init; }
    public required string Source { get; init; }
    public required string CheckedOn { get; init; }

    public required string Associations { get; init; }
    public required string AssociationsIn { get; init; }
    public required string AssociationsChoose { get; init; }
    public required string AssociationsNone { get; init; }
    public required string AssociationsCount { get; init; }
    public required string AssociationsMore { get; init; }
    public required string AssociationsUnavailable { get; init; }
    public required string NotTheCourtRegister { get; init; }
    public required string DemoEntry { get; init; }
    public required string LanguagesSpoken { get; init; }
    public required string Address { get; init; }
    public required string Phone { get; init; }
    public required string Email { get; init; }
    public required string Website { get; init; }

    public required string Number { get; init; }
    public required string NumberUnavailable { get; init; }
    public required string NumberOfAssociations { get; init; }
    public required string NumberSource { get; init; }
    public required string NumberDemo { get; init; }

    public required string Package { get; init; }
    public required string PackageFor { get; init; }
    public required string PackageCode { get; init; }
    public required string PackageValidUntil { get; init; }
    public required string PackageBooklet { get; init; }
    public required string PackageQr { get; init; }
    public required string PackagePrivacy { get; init; }
    public required string PackageUnknown { get; init; }
    public required string PackageUnknownText { get; init; }
    public required string PackageUnavailable { get; init; }

    public required string ConfirmEntry { get; init; }
    public required string ConfirmEntryText { get; init; }
    public required string Confirm { get; init; }
    public required string Confirmed { get; init; }
    public required string ConfirmedText { get; init; }
    public required string ConfirmRefused { get; init; }
    public required string ConfirmRefusedText { get; init; }
    public required string ConfirmUnavailable { get; init; }

    public required string NotFound { get; init; }
    public required string NotFoundText { get; init; }
    public required string Failure { get; init; }
    public required string FailureText { get; init; }
    public required string ForDevelopers { get; init; }
}
