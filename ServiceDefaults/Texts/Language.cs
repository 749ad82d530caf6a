namespace Wir.ServiceDefaults.Texts;

/// <summary>A language in which the platform can hold and show content.</summary>
/// <param name="Tag">BCP 47 tag, canonical: <c>de</c>, <c>prs</c>, <c>sr-Latn</c>.</param>
/// <param name="NativeName">As its speakers write it.</param>
/// <param name="GermanName">As German offices write it.</param>
/// <param name="EnglishName">In English.</param>
/// <param name="Script">ISO 15924 code of the script it is shown in.</param>
public sealed record Language(string Tag, string NativeName, string GermanName, string EnglishName, string Script)
{
    /// <summary><c>rtl</c> or <c>ltr</c>; a property of the script.</summary>
    public string Direction => Script is "Arab" or "Hebr" or "Thaa" or "Syrc" or "Nkoo" ? "rtl" : "ltr";

    public bool IsRightToLeft => Direction == "rtl";
}
