using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>Pseudonyms of addresses, for bounds per address and day.</summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129133100_AnonymousBounds")]
    public sealed class AnonymousBounds : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reader",
                schema: "registry",
                table: "submission",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reader",
                schema: "registry",
                table: "office_task",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_submission_reader_created_at",
                schema: "registry",
                table: "submission",
                columns: new[] { "reader", "created_at" },
                filter: "reader is not null");

            migrationBuilder.CreateIndex(
                name: "ix_office_task_reader_created_at",
                schema: "registry",
                table: "office_task",
                columns: new[] { "reader", "created_at" },
                filter: "reader is not null");
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "reader",
                schema: "registry",
                table: "submission");

            migrationBuilder.DropColumn(
                name: "reader",
                schema: "registry",
                table: "office_task");
        }
    }
}
