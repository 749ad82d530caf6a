using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.WelcomePackage.Data.Migrations
{
    /// <inheritdoc />
    public partial class FeedbackReaders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reader",
                schema: "welcomepackage",
                table: "feedback",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_feedback_reader_created_at",
                schema: "welcomepackage",
                table: "feedback",
                columns: new[] { "reader", "created_at" },
                filter: "reader is not null");

            // Nothing was ever made from them, and they say much about a family.
            migrationBuilder.Sql("update welcomepackage.package set checklist = null where checklist is not null;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_feedback_reader_created_at",
                schema: "welcomepackage",
                table: "feedback");

            migrationBuilder.DropColumn(
                name: "reader",
                schema: "welcomepackage",
                table: "feedback");
        }
    }
}
