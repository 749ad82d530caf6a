namespace Wir.Monitor.Domain;

/// <summary>A text of the catalogue; both languages are mandatory.</summary>
public sealed record LocalText(string De, string En)
{
    public string In(string language) => language == "en" ? En : De;
}
