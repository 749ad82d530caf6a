using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <inheritdoc />
    public partial class ReadColumns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "place",
                schema: "registry",
                table: "association",
                type: "text",
                nullable: true,
                collation: "de-x-icu",
                oldClrType: typeof(string),
                oldType: "text",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "name",
                schema: "registry",
                table: "association",
                type: "text",
                nullable: false,
                collation: "de-x-icu",
                oldClrType: typeof(string),
                oldType: "text");

            migrationBuilder.AddColumn<Guid[]>(
                name: "offer_ids",
                schema: "registry",
                table: "association",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.AddColumn<string[]>(
                name: "offer_names",
                schema: "registry",
                table: "association",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.AddColumn<Guid[]>(
                name: "placed_offer_ids",
                schema: "registry",
                table: "association",
                type: "uuid[]",
                nullable: false,
                defaultValue: new Guid[0]);

            migrationBuilder.CreateIndex(
                name: "ix_association_name_id",
                schema: "registry",
                table: "association",
                columns: new[] { "name", "id" },
                filter: "status = 'published'");

            migrationBuilder.CreateIndex(
                name: "ix_association_offer_ids",
                schema: "registry",
                table: "association",
                column: "offer_ids")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_association_offers",
                schema: "registry",
                table: "association",
                column: "id",
                filter: "status = 'published'")
                .Annotation("Npgsql:IndexInclude", new[] { "offer_ids", "placed_offer_ids" });

            migrationBuilder.CreateIndex(
                name: "ix_association_placed_offer_ids",
                schema: "registry",
                table: "association",
                column: "placed_offer_ids")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_association_updated_at_id",
                schema: "registry",
                table: "association",
                columns: new[] { "updated_at", "id" },
                filter: "status = 'published'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_association_name_id",
                schema: "registry",
                table: "association");

            migrationBuilder.DropIndex(
                name: "ix_association_offer_ids",
                schema: "registry",
                table: "association");

            migrationBuilder.DropIndex(
                name: "ix_association_offers",
                schema: "registry",
                table: "association");

            migrationBuilder.DropIndex(
                name: "ix_association_placed_offer_ids",
                schema: "registry",
                table: "association");

            migrationBuilder.DropIndex(
                name: "ix_association_updated_at_id",
                schema: "registry",
                table: "association");

            migrationBuilder.DropColumn(
                name: "offer_ids",
                schema: "registry",
                table: "association");

            migrationBuilder.DropColumn(
                name: "offer_names",
                schema: "registry",
                table: "association");

            migrationBuilder.DropColumn(
                name: "placed_offer_ids",
                schema: "registry",
                table: "association");

            migrationBuilder.AlterColumn<string>(
                name: "place",
                schema: "registry",
                table: "association",
                type: "text",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "text",
                oldNullable: true,
                oldCollation: "de-x-icu");

            migrationBuilder.AlterColumn<string>(
                name: "name",
                schema: "registry",
                table: "association",
                type: "text",
                nullable: false,
                oldClrType: typeof(string),
                oldType: "text",
                oldCollation: "de-x-icu");
        }
    }
}
