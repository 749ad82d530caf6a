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

    /// <summary>Events are added and reduced, and leave with their month; nothing else changes the journal.</summary>
    private const string AppendOnly = """
        create or replace function monitor.journal_is_append_only() returns trigger language plpgsql as $$
            begin
                if tg_op = 'DELETE' and current_setting('monitor.forgets', true) = 'on' then return null; end if;
                if tg_op = 'UPDATE' and current_setting('monitor.reduces', true) = 'on' then return null; end if;
                raise exception 'The journal is append-only.';
            end $$;

        """;

    /// <summary>Reduces whole events to what is kept of them.</summary>
    /// <remarks>As the journal kept it on the day of the migration; of new events the code decides.</remarks>
    public const string Reduce = AppendOnly + """
        -- PostgreSQL takes nothing apart that has a NUL in some text.
        create or replace function monitor.journal_facts(type text, data json) returns jsonb
            language sql stable as $$
            select jsonb_strip_nulls(case
                when data::text = '{}' or data::text like '%\\u0000%' then '{}'::jsonb
                when type = 'urn:message:wir:registry:association-published:v1' then jsonb_build_object(
                    'area', data->'area', 'snapshot', jsonb_build_object(
                        'demo', data->'snapshot'->'demo', 'languages', data->'snapshot'->'languages'))
                when type = 'urn:message:wir:registry:association-withdrawn:v1' then jsonb_build_object(
                    'area', data->'area')
                when type = 'urn:message:wir:registry:association-submitted:v1' then jsonb_build_object(
                    'area', data->'area', 'submissionId', data->'submissionId', 'submittedAt', data->'submittedAt')
                when type = 'urn:message:wir:registry:association-reviewed:v1' then jsonb_build_object(
                    'area', data->'area', 'submissionId', data->'submissionId', 'submittedAt', data->'submittedAt',
                    'reviewedAt', data->'reviewedAt', 'outcome', data->'outcome')
                when type = 'urn:message:wir:welcomepackage:package-issued:v1' then jsonb_build_object(
                    'area', data->'area', 'language', data->'language', 'wantedLanguage', data->'wantedLanguage',
                    'channel', data->'channel')
                when type = 'urn:message:wir:welcomepackage:page-published:v1' then jsonb_build_object(
                    'area', data->'area', 'languages', data->'languages', 'checkedAt', data->'checkedAt')
                when type = 'urn:message:wir:welcomepackage:translation-state-changed:v1' then jsonb_build_object(
                    'area', data->'area', 'language', data->'language', 'state', data->'state')
                else '{}'::jsonb end) $$;

        -- Those received since then that are whole; answers how many. Nobody waits for it: it locks single rows.
        create or replace function monitor.reduce_journal(since timestamptz) returns bigint
            language plpgsql set search_path = pg_catalog, pg_temp as $$
            declare reduced bigint;
            begin
                perform set_config('monitor.reduces', 'on', true);
                update monitor.journal j set data = monitor.journal_facts(j.type, j.data)::json
                where j.received_at >= since and case
                    when j.data::text like '%\\u0000%' then true
                    else jsonb_strip_nulls(j.data::jsonb) <> monitor.journal_facts(j.type, j.data) end;
                get diagnostics reduced = row_count;
                perform set_config('monitor.reduces', 'off', true);
                return reduced;
            end $$;
        """;

    /// <summary>The rows stored so far; repeated, it changes nothing.</summary>
    public const string Facts = "select monitor.reduce_journal('-infinity')";

    /// <summary>Finds the rows of the last days.</summary>
    public const string ReceivedAt =
        "create index journal_received_at on monitor.journal using brin (received_at)";

    /// <summary>What is left of months whose events are gone, and the one way in which events go.</summary>
    public const string Frozen = AppendOnly + """
        create index journal_occurred_at on monitor.journal using brin (occurred_at);

        -- Where a rebuild starts: the things as they stood at the end of the last frozen month, and packages by month.
        create table monitor.frozen_association (like monitor.live_association including all);
        create table monitor.frozen_submission (like monitor.live_submission including all);
        create table monitor.frozen_package (like monitor.live_package including all);

        -- Released numbers of closed months of Berlin. K05 and K06 are counted from frozen_package.
        create table monitor.frozen_month (
            month date primary key, frozen_at timestamptz not null default clock_timestamp(), events bigint not null);
        -- K01: entries that were public at the end of the month.
        create table monitor.frozen_published (
            area text not null, month date not null, published bigint not null, demo boolean not null,
            primary key (area, month));
        -- K03: days to the decision of each case that was decided in the month, from which median and p90 follow.
        create table monitor.frozen_duration (
            area text not null, month date not null, outcome text not null, days float8[] not null,
            primary key (area, month, outcome));

        -- Done by the job that has frozen the months before.
        create function monitor.forget_journal(before timestamptz) returns bigint
            language plpgsql set search_path = pg_catalog, pg_temp as $$
            declare gone bigint;
            begin
                perform set_config('monitor.forgets', 'on', true);
                delete from monitor.journal where occurred_at < before;
                get diagnostics gone = row_count;
                perform set_config('monitor.forgets', 'off', true);
                return gone;
            end $$;
        """;
}
