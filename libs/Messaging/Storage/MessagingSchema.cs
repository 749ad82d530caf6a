using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;

namespace Wir.Messaging.Storage;

/// <summary>The tables of messaging in a service's schema. They are not part of the EF model; their SQL is kept here, version by version.</summary>
public static class MessagingSchema
{
    /// <summary>Creates outbox, inbox, event log, retry and feed tables. Called once, in a service's first migration.</summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="schema">The service's schema, equal to its name.</param>
    public static OperationBuilder<SqlOperation> CreateMessaging(this MigrationBuilder migrationBuilder, string schema) =>
        migrationBuilder.Sql(Version1.Replace("$schema", schema, StringComparison.Ordinal));

    /// <summary>
    /// Creates the table of events of others that were rewritten, for a service with queues. Called once, in a migration
    /// of its own.
    /// </summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="schema">The service's schema.</param>
    public static OperationBuilder<SqlOperation> AddRewrittenEvents(
        this MigrationBuilder migrationBuilder, string schema) =>
        migrationBuilder.Sql(Rewritten.Replace("$schema", schema, StringComparison.Ordinal));

    /// <summary>
    /// Takes a member out of stored events: event log, outbox and retries. Repeated, it changes nothing. A member that
    /// says nothing (an empty list, null) stays, and what PostgreSQL cannot take apart (a NUL in some text).
    /// </summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="schema">The service's schema.</param>
    /// <param name="type">Identity of the contract.</param>
    /// <param name="path">The member, from the contract's root.</param>
    public static OperationBuilder<SqlOperation> RemoveFromEvents(
        this MigrationBuilder migrationBuilder, string schema, string type, params string[] path) =>
        migrationBuilder.Sql(RemoveFromEventsSql(schema, type, path));

    internal static string RemoveFromEventsSql(string schema, string type, params string[] path) =>
        RemoveSql(schema, type, path, "'-infinity'");

    /// <param name="schema">The service's schema.</param>
    /// <param name="type">Identity of the contract.</param>
    /// <param name="path">The member, from the contract's root.</param>
    /// <param name="since">An expression: only what was stored from then on.</param>
    internal static string RemoveSql(string schema, string type, IEnumerable<string> path, string since) => Remove
        .Replace("$schema", schema, StringComparison.Ordinal).Replace("$type", type, StringComparison.Ordinal)
        .Replace("$path", string.Join(',', path), StringComparison.Ordinal)
        .Replace("$since", since, StringComparison.Ordinal);

    // The outbox first: a row that the relay has in hand is waited for, and is in the log afterwards.
    private const string Remove = """
        update $schema.outbox_message set payload = (payload::jsonb #- '{$path}')::json
        where type = '$type' and created_at >= $since
            and case when payload::text like '%\\u0000%' then false
                else coalesce(payload::jsonb #> '{$path}', '[]') not in ('[]', 'null') end;
        update $schema.event_log set payload = (payload::jsonb #- '{$path}')::json
        where type = '$type' and logged_at >= $since
            and case when payload::text like '%\\u0000%' then false
                else coalesce(payload::jsonb #> '{$path}', '[]') not in ('[]', 'null') end;
        update $schema.retry_message set envelope = (envelope::jsonb #- '{data,$path}')::json
        where first_failed_at >= $since
            and case when envelope::text not like '%$type%' or envelope::text like '%\\u0000%' then false
            else envelope::jsonb->>'type' = '$type'
                and coalesce(envelope::jsonb #> '{data,$path}', '[]') not in ('[]', 'null') end;
        """;

    private const string Rewritten = """
        -- Events of others that their owner has rewritten (7 days): a copy that is put by later gets the new data, too.
        create table $schema.rewritten_event (
            event_id uuid primary key,
            data json not null,
            rewritten_at timestamptz not null default clock_timestamp(),
            swept_at timestamptz not null default '-infinity');
        create index rewritten_event_swept_at on $schema.rewritten_event (swept_at);
        """;

    private const string Version1 = """
        create schema if not exists $schema;

        -- Last number given per aggregate; numbers are dense.
        create table $schema.aggregate_sequence (
            aggregate_type text not null,
            aggregate_id uuid not null,
            last bigint not null,
            primary key (aggregate_type, aggregate_id));

        -- What is still to be sent, and what could not be sent (dead_at). A sent row moves to event_log in the transaction that marks it.
        create table $schema.outbox_message (
            position bigint generated always as identity primary key,
            id uuid not null unique,
            aggregate_type text not null,
            aggregate_id uuid not null,
            sequence bigint not null,
            type text not null,
            area text,
            payload json not null,
            trace_parent text,
            correlation_id uuid,
            causation_id uuid,
            occurred_at timestamptz not null,
            created_at timestamptz not null default clock_timestamp(),
            not_before timestamptz not null default '-infinity',
            attempts integer not null default 0,
            last_error text,
            dead_at timestamptz,
            logged boolean not null default false,
            unique (aggregate_type, aggregate_id, sequence))
            with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.0,
                  autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create index outbox_message_unlogged on $schema.outbox_message (position) where not logged;
        create index outbox_message_dead on $schema.outbox_message (dead_at) where dead_at is not null;

        -- The service's own events of the last 13 months, sent or not: who misses one finds it here, with or without the broker.
        -- Positions are given under a lock that is held until commit.
        create table $schema.event_log (
            position bigint not null,
            logged_at timestamptz not null default clock_timestamp(),
            id uuid not null,
            aggregate_type text not null,
            aggregate_id uuid not null,
            sequence bigint not null,
            type text not null,
            area text,
            payload json not null,
            trace_parent text,
            correlation_id uuid,
            causation_id uuid,
            occurred_at timestamptz not null,
            created_at timestamptz not null,
            primary key (position, logged_at))
            partition by range (logged_at);
        create index event_log_aggregate on $schema.event_log (aggregate_id, sequence);
        -- Catches rows only if nobody made the months' partitions in time; never lose an event for want of a partition.
        create table $schema.event_log_default partition of $schema.event_log default;

        -- Done with the owner's rights for a service that has none to change tables. Partitions are known by their names, so nothing else is hit.
        create function $schema.make_event_partitions(first date, months integer) returns void
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
            declare
                month date;
                command text;
            begin
                for ahead in 0 .. months loop
                    month := date_trunc('month', first) + make_interval(months => ahead);
                    command := format(
                        'create table if not exists $schema.%I partition of $schema.event_log for values from (%L) to (%L)',
                        'event_log_' || to_char(month, 'YYYYMM'), month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
                    begin
                        execute command;
                    exception when check_violation then
                        -- The month began before its partition was made, so its rows lie in the default partition; they move.
                        lock table $schema.event_log in exclusive mode;
                        create temporary table moved as select * from $schema.event_log_default
                            where logged_at >= month::timestamp at time zone 'UTC' and logged_at < (month + interval '1 month') at time zone 'UTC';
                        execute 'delete from $schema.event_log_default d using pg_temp.moved m where d.position = m.position and d.logged_at = m.logged_at';
                        execute command;
                        execute 'insert into $schema.event_log select * from pg_temp.moved';
                        drop table pg_temp.moved;
                    end;
                end loop;
            end $body$;
        create function $schema.drop_event_partitions(oldest date) returns void
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
            declare partition name;
            begin
                for partition in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                    where i.inhparent = '$schema.event_log'::regclass and c.relname ~ '^event_log_[0-9]{6}$'
                        and c.relname < 'event_log_' || to_char(oldest, 'YYYYMM')
                loop
                    execute format('drop table $schema.%I', partition);
                end loop;
            end $body$;

        create table $schema.inbox_message (
            consumer text not null,
            message_id uuid not null,
            received_at timestamptz not null default clock_timestamp(),
            primary key (consumer, message_id));
        create index inbox_message_received_at on $schema.inbox_message using brin (received_at);

        -- Deliveries that failed and are tried again later.
        create table $schema.retry_message (
            consumer text not null,
            message_id uuid not null,
            envelope json not null,
            attempts integer not null,
            round integer not null default 0,
            last_error text not null,
            first_failed_at timestamptz not null default clock_timestamp(),
            due_at timestamptz not null,
            primary key (consumer, message_id));
        create index retry_message_due_at on $schema.retry_message (due_at);

        create table $schema.feed_pending (
            ordinal bigint generated always as identity primary key,
            type text not null,
            thing_id uuid not null,
            version bigint not null,
            data json,
            reason text,
            successor uuid,
            at timestamptz not null)
            with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);

        create table $schema.feed (
            type text not null,
            thing_id uuid not null,
            position bigint not null unique,
            version bigint not null,
            data json,
            reason text,
            successor uuid,
            at timestamptz not null,
            primary key (type, thing_id));
        create index feed_tombstone on $schema.feed (at) where data is null;

        -- event_log, feed: last position given. feed_floor: highest position of a tombstone that was removed.
        create table $schema.messaging_counter (name text primary key, value bigint not null);
        insert into $schema.messaging_counter values ('event_log', 0), ('feed', 0), ('feed_floor', 0);

        -- Creating posts that were answered (24 h): what a repetition of the same request needs, and no body. Keys and bodies are hashed.
        create table $schema.idempotency_key (
            caller text not null,
            route text not null,
            key bytea not null,
            body bytea not null,
            status integer,
            resource text,
            version bigint,
            created_at timestamptz not null,
            primary key (caller, route, key));
        create index idempotency_key_created_at on $schema.idempotency_key using brin (created_at);

        create table $schema.messaging_marker (name text primary key, set_at timestamptz not null default clock_timestamp());
        """;
}
