using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>Who brought a mail about. Stored mails say nothing of it, and count against no limit.</summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129140000_MailCauses")]
    public sealed class MailCauses : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "cause",
                schema: "registry",
                table: "outgoing_mail",
                type: "text",
                nullable: true);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "cause",
                schema: "registry",
                table: "outgoing_mail");
        }
    }
}
