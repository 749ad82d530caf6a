using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Submissions;

/// <summary>
/// What people without credentials hand in somebody has to read: no text is longer than a person would type.
/// </summary>
internal static class LongTexts
{
    private const int Most = 5000;

    public static IReadOnlyList<Fault> FaultsIn(AssociationInput input) =>
    [
        .. input.Texts.Where(text => text.Value.Description?.Length > Most)
            .Select(text => Fault($"/texts/{text.Key}/description")),
        .. input.Offers.Index().SelectMany(offer => offer.Item.Description.Where(text => text.Value.Length > Most)
            .Select(text => Fault($"/offers/{offer.Index}/description/{text.Key}"))),
    ];

    private static Fault Fault(string pointer) => new(pointer, CommonProblems.Faults.TooLong, new(
        $"Höchstens {Most} Zeichen sind erlaubt.", $"The limit is {Most} characters."));
}
