using System.Globalization;
using System.Text;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Formats;

/// <summary>
/// Entries as a table: the columns of an import, then some more to read. A cell that a spreadsheet would take for a formula starts with an
/// apostrophe, which an import takes away again.
/// </summary>
public sealed class EntryCsv(CodeLists codes)
{
    private const string Separator = "|";
    private static readonly string[] s_header =
    [
        "externalId", "name", "kind", "vrNumber", "court", "street", "houseNumber", "postalCode", "place", "area", "lat", "lon", "categories", "languages",
        "email", "phone", "website", "summary", "number", "demo", "targetGroups", "confirmedAt", "updatedAt",
    ];

    /// <summary>Without contact persons, whoever asks: a file is handed on more easily than an answer.</summary>
    public string Write(IEnumerable<AssociationView> entries)
    {
        var text = new StringBuilder(string.Join(';', s_header)).Append("\r\n");
        foreach (var entry in entries) text.AppendJoin(';', Cells(entry).Select(Cell)).Append("\r\n");
        return text.ToString();
    }

    /// <summary>The text without what <see cref="Write"/> put before a formula.</summary>
    public static string Unprotect(string cell) => cell.StartsWith('\'') && IsRisky(cell) ? cell[1..] : cell;

    private string?[] Cells(AssociationView entry)
    {
        var (number, court) = RegisterNumber(entry);
        var contact = entry.Contacts.FirstOrDefault(one => one.Type == ContactInput.Functional);
        return
        [
            entry.Id.ToString(), entry.Name, entry.Kind, number, court, entry.Address?.Street, entry.Address?.HouseNumber, entry.Address?.PostalCode, entry.Address?.Place,
            entry.Area, Number(entry.Location?.Lat), Number(entry.Location?.Lon),
            string.Join(Separator, entry.Categories.Select(category => category.Scheme == CategorySchemes.Own ? category.Code : category.Key)), string.Join(Separator, entry.Languages),
            contact?.Email, contact?.Phone, entry.Links.FirstOrDefault(link => link.Rel == "website")?.Href,
            entry.Texts.GetValueOrDefault("de")?.Summary, entry.Number, entry.Demo ? "true" : "false", string.Join(Separator, entry.TargetGroups),
            Instant(entry.ConfirmedAt), Instant(entry.UpdatedAt),
        ];
    }

    // DE-CR-RA000282-VR1234
    private (string? Number, string? Court) RegisterNumber(AssociationView entry)
    {
        if (entry.Identifiers.FirstOrDefault(identifier => identifier.Scheme == VrNumber.Scheme)?.Value.Split('-') is not [_, _, var court, var number]) return (null, null);
        return (number.Replace("VR", "VR ", StringComparison.Ordinal), codes.Courts.FirstOrDefault(one => one.Code == court)?.Name ?? court);
    }

    private static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        var safe = IsRisky(value) ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(";\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Apostrophes before such a sign count with it: one more goes before them, so that taking one away gives the text back.</summary>
    private static bool IsRisky(string value) => value.AsSpan().TrimStart('\'') is [var first, ..] && first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    private static string? Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);

    private static string? Instant(DateTimeOffset? value) => value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
