using System.ComponentModel.DataAnnotations;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Privacy;

/// <summary>Who is looked for. In a body, not in an address: addresses are logged.</summary>
public sealed record PersonQuery(
    [MinLength(4), MaxLength(120)] string? Name = null,
    [EmailAddress, MaxLength(254)] string? Email = null,
    [RegularExpression(@"^[+0-9][0-9 ()/.\-]{5,30}$")] string? Phone = null)
{
    public bool IsEmpty => Name is null && Email is null && Phone is null;

    /// <summary>As the register writes names and addresses.</summary>
    internal PersonQuery Normalised() => this with { Name = Name is null ? null : PersonNotation.OfName(Name), Email = Email is null ? null : PersonNotation.OfEmail(Email) };

    /// <summary>What is no person: whoever looks for spaces or single digits finds, and erases, everything.</summary>
    internal IEnumerable<Fault> Faults()
    {
        if (IsEmpty) yield return new("", CommonProblems.Faults.MissingMember, new("Name, E-Mail oder Telefon ist nötig.", "Name, e-mail or phone is needed."));
        if (Name is not null && PersonNotation.OfName(Name).Count(char.IsLetter) < 3) yield return new("/name", CommonProblems.Faults.InvalidValue, new("Erwartet werden mindestens drei Buchstaben.", "At least three letters are expected."));
        if (Phone is not null && PersonNotation.OfPhone(Phone).Count(char.IsAsciiDigit) < 6) yield return new("/phone", CommonProblems.Faults.InvalidValue, new("Erwartet werden mindestens sechs Ziffern.", "At least six digits are expected."));
    }

    internal IEnumerable<string> Values => new[] { Name, Email, Phone }.OfType<string>();

    /// <summary>One value agrees and none contradicts: a namesake with another address is somebody else.</summary>
    public bool Means(string? name, string? email, string? phone)
    {
        bool?[] agreements =
        [
            Agrees(Name, name, PersonNotation.OfName), Agrees(Email, email, PersonNotation.OfEmail), Agrees(Phone, phone, PersonNotation.OfPhone),
        ];
        return agreements.Contains(true) && !agreements.Contains(false);
    }

    private static bool? Agrees(string? asked, string? held, Func<string, string> plain) =>
        string.IsNullOrEmpty(asked) || string.IsNullOrEmpty(held) ? null : plain(asked) == plain(held);
}

/// <summary>What the register holds about a person, and where (Art. 15 and 20 GDPR).</summary>
public sealed record PersonExport
{
    public required IReadOnlyList<HeldPerson> Persons { get; init; }
    public required IReadOnlyList<HeldSubmission> Submissions { get; init; }
    public required IReadOnlyList<HeldTask> Tasks { get; init; }

    /// <summary>Entries whose texts or contact points mention the person, in the current or an earlier version.</summary>
    public required IReadOnlyList<HeldMention> Mentions { get; init; }

    /// <summary>Mails to the address, those that still hold it.</summary>
    public required int Mails { get; init; }
}

public sealed record HeldPerson(
    Guid AssociationId, string Name, string? Role, string? Email, string? Phone, string Visibility, string LegalBasis, DateOnly? Until);

public sealed record HeldSubmission(Guid Id, Guid AssociationId, DateTimeOffset CreatedAt, string State, string? Name, string? Email, string? Role);

public sealed record HeldTask(Guid Id, Guid AssociationId, DateTimeOffset CreatedAt, string? Text, string? ReplyTo);

public sealed record HeldMention(Guid AssociationId, long Version, bool Current);

/// <summary>What an erasure removed, by place.</summary>
/// <param name="Persons">Persons' own rows.</param>
/// <param name="Entries">Entries whose public version changed.</param>
/// <param name="Versions">Versions of the history that were rewritten.</param>
/// <param name="Submissions">Submissions that were rewritten.</param>
/// <param name="Tasks">Reports and tasks that were rewritten.</param>
/// <param name="Mails">Mails that were deleted.</param>
/// <param name="Events">Rows of the event log and of what is still to be sent that were rewritten.</param>
public sealed record ErasureReport(int Persons, int Entries, int Versions, int Submissions, int Tasks, int Mails, int Events)
{
    /// <summary>False when nobody of that name was anywhere; then nothing is written either.</summary>
    internal bool FoundAnything => Persons + Entries + Versions + Submissions + Tasks + Mails + Events > 0;
}
