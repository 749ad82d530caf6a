using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging;
using Wir.Messaging.Storage;

namespace Wir.ToyService;

/// <summary>A service that publishes.</summary>
public sealed class ToyDb(DbContextOptions<ToyDb> options) : ServiceDb(options)
{
    public override string Schema => "toy";

    public DbSet<Thing> Things => Set<Thing>();

    // The tables are made by hand-written SQL below; there is no snapshot to compare with.
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}

public sealed class Thing
{
    public required Guid Id { get; init; }

    [ConcurrencyCheck]
    public required int Version { get; set; }
    public required string Text { get; set; }
}

[DbContext(typeof(ToyDb))]
[Migration("20260101000000_Initial")]
public sealed class ToyInitial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessaging("toy");
        migrationBuilder.Sql("create table toy.thing (id uuid primary key, version integer not null, text text not null)");
    }
}
