using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging;
using Wir.Messaging.Storage;

namespace Wir.ToyService;

/// <summary>A service that listens.</summary>
public sealed class CopyDb(DbContextOptions<CopyDb> options) : ServiceDb(options)
{
    public override string Schema => "copy";

    public DbSet<Effect> Effects => Set<Effect>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}

/// <summary>One row per time that a handler had an effect; nothing in the table keeps a second one out.</summary>
public sealed class Effect
{
    public long Id { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid ThingId { get; init; }
    public required long Sequence { get; init; }
    public required string Text { get; init; }
    public string? Trace { get; init; }
    public required DateTime OccurredAt { get; init; }
    public DateTime HandledAt { get; init; }
}

[DbContext(typeof(CopyDb))]
[Migration("20260101000000_Initial")]
public sealed class CopyInitial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessaging("copy");
        migrationBuilder.AddRewrittenEvents("copy");
        migrationBuilder.Sql("""
            create table copy.effect (
                id bigint generated always as identity primary key, message_id uuid not null, thing_id uuid not null, sequence bigint not null,
                text text not null, trace text, occurred_at timestamptz not null, handled_at timestamptz not null default clock_timestamp());
            -- One row here, and poisoned events are bearable.
            create table copy.antidote (name text primary key);
            -- The state of each thing as the events tell it.
            create table copy.view (thing_id uuid primary key, sequence bigint not null, text text not null);
            create table copy.journal (message_id uuid not null, type text not null, sequence bigint not null);
            """);
    }
}
