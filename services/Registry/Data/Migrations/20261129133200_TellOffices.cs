using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>When an office got a mail about what waits. What waits already is in its first mail.</summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129133200_TellOffices")]
    public sealed class TellOffices : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "told_at",
                schema: "registry",
                table: "submission",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "told_at",
                schema: "registry",
                table: "office_task",
                type: "timestamp with time zone",
                nullable: true);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "told_at",
                schema: "registry",
                table: "submission");

            migrationBuilder.DropColumn(
                name: "told_at",
                schema: "registry",
                table: "office_task");
        }
    }
}
