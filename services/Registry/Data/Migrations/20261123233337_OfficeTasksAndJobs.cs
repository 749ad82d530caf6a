using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Jobs.Storage;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <inheritdoc />
    public partial class OfficeTasksAndJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateJobs("registry");

            migrationBuilder.DropIndex(
                name: "ix_outgoing_mail_not_before",
                schema: "registry",
                table: "outgoing_mail");

            migrationBuilder.DropColumn(
                name: "attempts",
                schema: "registry",
                table: "outgoing_mail");

            migrationBuilder.DropColumn(
                name: "dead_at",
                schema: "registry",
                table: "outgoing_mail");

            migrationBuilder.DropColumn(
                name: "not_before",
                schema: "registry",
                table: "outgoing_mail");

            migrationBuilder.CreateTable(
                name: "confirmation_request",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    association_id = table.Column<Guid>(type: "uuid", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reminders = table.Column<int>(type: "integer", nullable: false),
                    next_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_confirmation_request", x => x.id);
                    table.ForeignKey(
                        name: "fk_confirmation_request_association_association_id",
                        column: x => x.association_id,
                        principalSchema: "registry",
                        principalTable: "association",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "office_task",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    source_id = table.Column<Guid>(type: "uuid", nullable: false),
                    association_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: true),
                    text = table.Column<string>(type: "text", nullable: true),
                    reply_to = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    closed_by = table.Column<string>(type: "text", nullable: true),
                    comment = table.Column<string>(type: "text", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_office_task", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "retention_run",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_run", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mail_created_at",
                schema: "registry",
                table: "outgoing_mail",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_confirmation_request_association_id",
                schema: "registry",
                table: "confirmation_request",
                column: "association_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_confirmation_request_next_at",
                schema: "registry",
                table: "confirmation_request",
                column: "next_at");

            migrationBuilder.CreateIndex(
                name: "ix_office_task_association_id",
                schema: "registry",
                table: "office_task",
                column: "association_id");

            migrationBuilder.CreateIndex(
                name: "ix_office_task_kind_source_id",
                schema: "registry",
                table: "office_task",
                columns: new[] { "kind", "source_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_office_task_state_area_id",
                schema: "registry",
                table: "office_task",
                columns: new[] { "state", "area", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "confirmation_request",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "office_task",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "retention_run",
                schema: "registry");

            migrationBuilder.DropIndex(
                name: "ix_outgoing_mail_created_at",
                schema: "registry",
                table: "outgoing_mail");

            migrationBuilder.AddColumn<int>(
                name: "attempts",
                schema: "registry",
                table: "outgoing_mail",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "dead_at",
                schema: "registry",
                table: "outgoing_mail",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "not_before",
                schema: "registry",
                table: "outgoing_mail",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mail_not_before",
                schema: "registry",
                table: "outgoing_mail",
                column: "not_before",
                filter: "sent_at is null and dead_at is null");
        }
    }
}
