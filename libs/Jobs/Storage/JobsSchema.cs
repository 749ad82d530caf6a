using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;

namespace Wir.Jobs.Storage;

/// <summary>The tables of jobs in a service's schema. They are not part of the EF model; their SQL is kept here, version by version.</summary>
public static class JobsSchema
{
    /// <summary>Creates the tables of jobs. Called once, in one of a service's migrations.</summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="schema">The service's schema, equal to its name.</param>
    public static OperationBuilder<SqlOperation> CreateJobs(this MigrationBuilder migrationBuilder, string schema) =>
        migrationBuilder.Sql(Version1.Replace("$schema", schema, StringComparison.Ordinal));

    private const string Version1 = """
        create schema if not exists $schema;

        create table $schema.job (
            id uuid primary key,
            kind text not null,
            key text,
            payload json not null,
            run_at timestamptz not null,
            -- From here on somebody may take it: first run_at, then the end of the lease, then the next try.
            due_at timestamptz not null,
            -- waiting, running, done, dead
            state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead')),
            attempts integer not null default 0,
            -- Rises with each claim. A worker's writes count only as long as it is theirs.
            fence bigint not null default 0,
            worker text,
            progress_done bigint not null default 0,
            progress_total bigint,
            last_error text,
            trace_parent text,
            created_at timestamptz not null default clock_timestamp(),
            started_at timestamptz,
            finished_at timestamptz,
            check ((finished_at is null) = (state in ('waiting', 'running'))))
            with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
        create index job_due on $schema.job (due_at) where finished_at is null;
        create unique index job_key on $schema.job (kind, key) where finished_at is null;
        create index job_finished on $schema.job (finished_at) where finished_at is not null;

        -- Recurring kinds: whoever locks a due row makes the job and moves the row on, so that many instances make one.
        create table $schema.job_schedule (
            kind text primary key,
            definition text not null,
            next_at timestamptz not null,
            last_at timestamptz);
        """;
}
