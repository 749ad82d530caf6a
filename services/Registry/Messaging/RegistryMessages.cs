using Wir.Contracts;
using Wir.Registry.Domain;

namespace Wir.Registry.Messaging;

/// <summary>
/// From the register's own model to the contracts. What is not public, every person and every contact stays behind here.
/// </summary>
public static class RegistryMessages
{
    /// <summary>What others should know of the entry as it is.</summary>
    public static IEvent Current(Association entry) =>
        entry.Status == AssociationStatus.Published ? Published(entry) : Withdrawn(entry);

    public static AssociationPublished Published(Association entry) => new()
    {
        AssociationId = entry.Id,
        Area = entry.Area,
        Snapshot = SnapshotOf(entry, entry.Content),
    };

    public static AssociationWithdrawn Withdrawn(Association entry) => new()
    {
        AssociationId = entry.Id,
        Area = entry.Area,
        Reason = entry.WithdrawnReason ?? "request",
        Successor = entry.Successor,
    };

    public static AssociationSubmitted Submitted(Submission submission) => new()
    {
        AssociationId = submission.AssociationId,
        SubmissionId = submission.Id,
        Area = submission.Area,
        Kind = submission.Content.Kind,
        SubmittedAt = submission.SubmittedAt!.Value,
    };

    public static AssociationReviewed Reviewed(Submission submission) => new()
    {
        AssociationId = submission.AssociationId,
        SubmissionId = submission.Id,
        Area = submission.Area,
        Outcome = submission.State == SubmissionState.Approved ? "approved" : "rejected",
        SubmittedAt = submission.SubmittedAt!.Value,
        ReviewedAt = submission.ReviewedAt!.Value,
        HoursTaken = Math.Round((submission.ReviewedAt.Value - submission.SubmittedAt.Value).TotalHours, 4),
    };

    private static AssociationSnapshot SnapshotOf(Association entry, AssociationContent content) => new()
    {
        Id = entry.Id,
        Number = entry.Number,
        Version = entry.Version,
        Demo = entry.Demo,
        Kind = content.Kind,
        Name = content.Name,
        AlternateNames = content.AlternateNames,
        Identifiers = [.. content.Identifiers.Select(identifier => new SchemedValue(identifier.Scheme, identifier.Value))],
        Area = content.Area,
        Address = content.Address is { } address ? new(address.Street, address.HouseNumber, address.PostalCode, address.Place) : null,
        Location = content.Location is { } location ? new(location.Lat, location.Lon) : null,
        Categories = [.. content.Categories.Select(category => new SchemedCode(category.Scheme, category.Code))],
        Languages = content.Languages,
        TargetGroups = content.TargetGroups,
        Texts = content.Texts.Where(text => TextState.IsPublic(text.Value.State)).ToDictionary(text => text.Key, text => new SnapshotText(text.Value.Summary, text.Value.Description)),
        Links = [.. content.Links.Select(link => new SnapshotLink(link.Rel, link.Href))],
        Offers = [.. content.Offers.Select(SnapshotOf)],
        ConfirmedAt = entry.ConfirmedAt,
        UpdatedAt = entry.UpdatedAt,
    };

    private static SnapshotOffer SnapshotOf(Offer offer) => new()
    {
        Id = offer.Id,
        Name = offer.Name,
        Schedule = [.. offer.Schedule.Select(schedule => new OfferSchedule(schedule.Dtstart, schedule.Tzid, schedule.Rrule, schedule.DurationMinutes))],
        Place = offer.Place is { Lat: { } lat, Lon: { } lon } ? new GeoPoint(lat, lon) : null,
    };
}
