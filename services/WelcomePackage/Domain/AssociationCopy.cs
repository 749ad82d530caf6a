namespace Wir.WelcomePackage.Domain;

/// <summary>The register's public entry, as its events told it.</summary>
public sealed class AssociationCopy
{
    public required Guid Id { get; init; }

    /// <summary>Number of the event that this row shows; a lower one never replaces it.</summary>
    public required long Sequence { get; set; }
    public required string Area { get; set; }

    /// <summary>Null when it was withdrawn: the row stays, so that a late event does not bring it back.</summary>
    public Contracts.AssociationSnapshot? Snapshot { get; set; }
}
