using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <inheritdoc />
    public partial class CountsByArea : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_association_area_id",
                schema: "registry",
                table: "association");

            migrationBuilder.CreateIndex(
                name: "ix_association_area_id",
                schema: "registry",
                table: "association",
                columns: new[] { "area", "id" },
                filter: "status = 'published'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_association_area_id",
                schema: "registry",
                table: "association");

            migrationBuilder.CreateIndex(
                name: "ix_association_area_id",
                schema: "registry",
                table: "association",
                columns: new[] { "area", "id" });
        }
    }
}
