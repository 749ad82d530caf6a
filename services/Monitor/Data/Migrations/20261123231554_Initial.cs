using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateMessaging("monitor");
            migrationBuilder.Sql(JournalSchema.Version1);
            migrationBuilder.Sql(VintageSchema.Version1);

            migrationBuilder.CreateTable(
                name: "indicator",
                schema: "monitor",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_indicator", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_indicator_code",
                schema: "monitor",
                table: "indicator",
                column: "code",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "indicator",
                schema: "monitor");
        }
    }
}
