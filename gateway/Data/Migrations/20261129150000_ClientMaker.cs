using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Gateway.Data.Migrations
{
    /// <inheritdoc />
    public partial class ClientMaker : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Of the clients that are there already nobody knows it: they are rotated with notice, as everybody's.
            migrationBuilder.AddColumn<string>(
                name: "created_by",
                schema: "gateway",
                table: "api_client",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "created_by",
                schema: "gateway",
                table: "api_client");
        }
    }
}
