namespace Wir.Monitor.Data;

/// <summary>Tables that EF does not know: the journal of all events and what is counted from it.</summary>
internal static class JournalSchema
{
    public const string Version1 = """
        -- Every event that reached the monitor, once. Never changed: whatever is counted can be counted again from here.
        create table monitor.journal (
            position bigint generated always as identity,
            id uuid primary key,
            service text not null,
            type text not null,
            aggregate_type text not null,
            aggregate_id uuid not null,
            sequence bigint not null,
            area text,
            occurred_at timestamptz not null,
            received_at timestamptz not null default clock_timestamp(),
            data json not null);
        create index journal_position on monitor.journal (position);
        create index journal_aggregate on monitor.journal (aggregate_id, sequence);

        create function monitor.journal_is_append_only() returns trigger language plpgsql as
            $$ begin raise exception 'The journal is append-only.'; end $$;
        create trigger journal_is_append_only before update or delete or truncate on monitor.journal
            for each statement execute function monitor.journal_is_append_only();

        -- What was journaled per service, in several rows each: side by side, handlers would wait for one.
        create table monitor.journal_source (
            service text not null, shard smallint not null, events bigint not null, last_event_at timestamptz not null, last_received_at timestamptz not null,
            primary key (service, shard));

        -- Sequences are dense, so fewer events than the last number says means that some are missing.
        create table monitor.journal_thing (
            aggregate_type text not null, aggregate_id uuid not null, events bigint not null, last_sequence bigint not null, last_event_at timestamptz not null,
            primary key (aggregate_type, aggregate_id));
        create index journal_thing_gap on monitor.journal_thing (last_event_at) where last_sequence > events;

        create table monitor.live_association (
            association_id uuid primary key, sequence bigint not null, area text not null, published boolean not null, demo boolean not null);
        create index live_association_area on monitor.live_association (area) where published;

        create table monitor.live_submission (
            submission_id uuid primary key, area text not null, submitted_at timestamptz not null, reviewed_at timestamptz, outcome text);
        create index live_submission_area on monitor.live_submission (area);

        -- Months of Berlin.
        create table monitor.live_package (
            area text not null, month date not null, language text not null, wanted_language text not null, channel text not null, issued bigint not null,
            primary key (area, month, language, wanted_language, channel));
        """;
}
