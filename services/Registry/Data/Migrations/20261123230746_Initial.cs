using System;
using Wir.Messaging.Storage;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateMessaging("registry");

            migrationBuilder.EnsureSchema(
                name: "registry");

            migrationBuilder.CreateSequence(
                name: "association_number",
                schema: "registry",
                startValue: 1001L);

            migrationBuilder.CreateTable(
                name: "association",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    demo = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    withdrawn_reason = table.Column<string>(type: "text", nullable: true),
                    successor = table.Column<Guid>(type: "uuid", nullable: true),
                    kind = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    postal_code = table.Column<string>(type: "text", nullable: true),
                    place = table.Column<string>(type: "text", nullable: true),
                    lat = table.Column<double>(type: "double precision", nullable: true),
                    lon = table.Column<double>(type: "double precision", nullable: true),
                    categories = table.Column<string[]>(type: "text[]", nullable: false),
                    languages = table.Column<string[]>(type: "text[]", nullable: false),
                    target_groups = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_association", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outgoing_mail",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    recipient = table.Column<string>(type: "text", nullable: true),
                    recipient_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: true),
                    body = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    not_before = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dead_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outgoing_mail", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "submission",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    association_id = table.Column<Guid>(type: "uuid", nullable: false),
                    base_version = table.Column<long>(type: "bigint", nullable: true),
                    area = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    persons = table.Column<string>(type: "jsonb", nullable: true),
                    submitter = table.Column<string>(type: "jsonb", nullable: true),
                    submitted_by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    submitted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_on = table.Column<DateOnly>(type: "date", nullable: true),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    token_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reviewed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reviewed_by = table.Column<string>(type: "text", nullable: true),
                    comment = table.Column<string>(type: "text", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_submission", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "association_identifier",
                schema: "registry",
                columns: table => new
                {
                    scheme = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false),
                    association_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_association_identifier", x => new { x.scheme, x.value });
                    table.ForeignKey(
                        name: "fk_association_identifier_association_association_id",
                        column: x => x.association_id,
                        principalSchema: "registry",
                        principalTable: "association",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "association_version",
                schema: "registry",
                columns: table => new
                {
                    association_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    confirmed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_association_version", x => new { x.association_id, x.version });
                    table.ForeignKey(
                        name: "fk_association_version_association_association_id",
                        column: x => x.association_id,
                        principalSchema: "registry",
                        principalTable: "association",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "person_contact",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    association_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: true),
                    email = table.Column<string>(type: "text", nullable: true),
                    phone = table.Column<string>(type: "text", nullable: true),
                    visibility = table.Column<string>(type: "text", nullable: false),
                    legal_basis = table.Column<string>(type: "text", nullable: false),
                    until = table.Column<DateOnly>(type: "date", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person_contact", x => x.id);
                    table.ForeignKey(
                        name: "fk_person_contact_association_association_id",
                        column: x => x.association_id,
                        principalSchema: "registry",
                        principalTable: "association",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_association_area_id",
                schema: "registry",
                table: "association",
                columns: new[] { "area", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_association_categories",
                schema: "registry",
                table: "association",
                column: "categories")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_association_confirmed_at",
                schema: "registry",
                table: "association",
                column: "confirmed_at");

            migrationBuilder.CreateIndex(
                name: "ix_association_lat_lon",
                schema: "registry",
                table: "association",
                columns: new[] { "lat", "lon" });

            migrationBuilder.CreateIndex(
                name: "ix_association_number",
                schema: "registry",
                table: "association",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_association_identifier_association_id",
                schema: "registry",
                table: "association_identifier",
                column: "association_id");

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mail_not_before",
                schema: "registry",
                table: "outgoing_mail",
                column: "not_before",
                filter: "sent_at is null and dead_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_outgoing_mail_recipient_hash_created_at",
                schema: "registry",
                table: "outgoing_mail",
                columns: new[] { "recipient_hash", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_person_contact_association_id",
                schema: "registry",
                table: "person_contact",
                column: "association_id");

            migrationBuilder.CreateIndex(
                name: "ix_submission_association_id",
                schema: "registry",
                table: "submission",
                column: "association_id");

            migrationBuilder.CreateIndex(
                name: "ix_submission_state_area_id",
                schema: "registry",
                table: "submission",
                columns: new[] { "state", "area", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "association_identifier",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "association_version",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "outgoing_mail",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "person_contact",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "submission",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "association",
                schema: "registry");

            migrationBuilder.DropSequence(
                name: "association_number",
                schema: "registry");
        }
    }
}
