using System.Collections.Frozen;
using Wir.Contracts;

namespace Wir.Monitor.Messaging;

/// <summary>
/// How events become counters: one statement per table, over any set of journal rows, so that a single event and a whole rebuild go the
/// same way. State compares sequences; counts rely on the journal, in which every event stands once.
/// Of what 0.1.0 journaled with a NUL in it only the row's own columns are left; what they cannot tell is not counted.
/// </summary>
internal static class LiveCounters
{
    private const string Associations = """
        insert into monitor.live_association as a (association_id, sequence, area, published, demo)
        select distinct on (j.aggregate_id) j.aggregate_id, j.sequence, coalesce(j.data->>'area', j.area),
            j.type = 'urn:message:wir:registry:association-published:v1', coalesce((j.data->'snapshot'->>'demo')::boolean, false)
        from monitor.journal j
        where j.type in (
                'urn:message:wir:registry:association-published:v1',
                'urn:message:wir:registry:association-withdrawn:v1')
            and coalesce(j.data->>'area', j.area) is not null and $rows
        order by j.aggregate_id, j.sequence desc
        on conflict (association_id) do update set sequence = excluded.sequence, area = excluded.area, published = excluded.published, demo = excluded.demo
            where a.sequence < excluded.sequence
        """;

    private const string Submissions = """
        insert into monitor.live_submission as s (submission_id, area, submitted_at, reviewed_at, outcome)
        select (j.data->>'submissionId')::uuid, max(coalesce(j.data->>'area', j.area)),
            min((j.data->>'submittedAt')::timestamptz), max((j.data->>'reviewedAt')::timestamptz),
            max(j.data->>'outcome')
        from monitor.journal j
        where j.type in (
                'urn:message:wir:registry:association-submitted:v1',
                'urn:message:wir:registry:association-reviewed:v1')
            and coalesce(j.data->>'area', j.area) is not null and j.data->>'submissionId' is not null
            and j.data->>'submittedAt' is not null and $rows
        group by 1
        on conflict (submission_id) do update set reviewed_at = coalesce(s.reviewed_at, excluded.reviewed_at), outcome = coalesce(s.outcome, excluded.outcome)
        """;

    private const string Packages = """
        insert into monitor.live_package as p (area, month, language, wanted_language, channel, issued)
        select coalesce(j.data->>'area', j.area), date_trunc('month', j.occurred_at at time zone 'Europe/Berlin')::date,
            j.data->>'language', j.data->>'wantedLanguage', j.data->>'channel', count(*)
        from monitor.journal j where j.type = 'urn:message:wir:welcomepackage:package-issued:v1'
            and coalesce(j.data->>'area', j.area) is not null and j.data->>'language' is not null
            and j.data->>'wantedLanguage' is not null and j.data->>'channel' is not null and $rows
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (area, month, language, wanted_language, channel) do update set issued = p.issued + excluded.issued
        """;

    public static FrozenDictionary<string, string> ByType { get; } = new Dictionary<string, string>
    {
        [EventAttribute.Of(typeof(AssociationPublished)).Urn] = Associations,
        [EventAttribute.Of(typeof(AssociationWithdrawn)).Urn] = Associations,
        [EventAttribute.Of(typeof(AssociationSubmitted)).Urn] = Submissions,
        [EventAttribute.Of(typeof(AssociationReviewed)).Urn] = Submissions,
        [EventAttribute.Of(typeof(PackageIssued)).Urn] = Packages,
    }.ToFrozenDictionary();

    /// <summary>All of them, each once.</summary>
    public static IReadOnlyList<string> All { get; } = [Associations, Submissions, Packages];

    /// <summary>The statement, counting into what is left of frozen months.</summary>
    public static string Frozen(string statement) =>
        statement.Replace("monitor.live_", "monitor.frozen_", StringComparison.Ordinal);

    /// <param name="statement">A statement of <see cref="ByType"/>.</param>
    /// <param name="rows">Which rows of <c>journal j</c>.</param>
    public static string Of(string statement, string rows) => statement.Replace("$rows", rows, StringComparison.Ordinal);
}
