using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.WelcomePackage.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "welcomepackage");
            migrationBuilder.CreateMessaging("welcomepackage");

            migrationBuilder.CreateTable(
                name: "association",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    snapshot = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_association", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "language",
                schema: "welcomepackage",
                columns: table => new
                {
                    tag = table.Column<string>(type: "text", nullable: false),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    native_name = table.Column<string>(type: "text", nullable: false),
                    script = table.Column<string>(type: "text", nullable: false),
                    direction = table.Column<string>(type: "text", nullable: false),
                    fallback = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_language", x => x.tag);
                });

            migrationBuilder.CreateTable(
                name: "package",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    wanted_language = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    content_version = table.Column<long>(type: "bigint", nullable: false),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    checklist = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "page",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    field_of_action = table.Column<string>(type: "text", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<string>(type: "text", nullable: true),
                    checked_at = table.Column<DateOnly>(type: "date", nullable: true),
                    review_by = table.Column<DateOnly>(type: "date", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    successor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_page", x => x.id);
                    table.ForeignKey(
                        name: "fk_page_page_parent_id",
                        column: x => x.parent_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_page_page_successor_id",
                        column: x => x.successor_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "shared_item",
                schema: "welcomepackage",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shared_item", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "draft",
                schema: "welcomepackage",
                columns: table => new
                {
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "jsonb", nullable: false),
                    change_note = table.Column<string>(type: "text", nullable: true),
                    minor = table.Column<bool>(type: "boolean", nullable: false),
                    quality = table.Column<string>(type: "text", nullable: true),
                    basis = table.Column<string[]>(type: "text[]", nullable: true),
                    author = table.Column<string>(type: "text", nullable: false),
                    saved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_draft", x => new { x.page_id, x.area, x.lang });
                    table.ForeignKey(
                        name: "fk_draft_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "live_page",
                schema: "welcomepackage",
                columns: table => new
                {
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    until = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    sort_order = table.Column<int>(type: "integer", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    field_of_action = table.Column<string>(type: "text", nullable: true),
                    source = table.Column<string>(type: "text", nullable: true),
                    checked_at = table.Column<DateOnly>(type: "date", nullable: true),
                    review_by = table.Column<DateOnly>(type: "date", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    successor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_page", x => new { x.page_id, x.since });
                    table.ForeignKey(
                        name: "fk_live_page_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "live_text",
                schema: "welcomepackage",
                columns: table => new
                {
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    until = table.Column<long>(type: "bigint", nullable: true),
                    number = table.Column<int>(type: "integer", nullable: false),
                    is_overlay = table.Column<bool>(type: "boolean", nullable: false),
                    is_source = table.Column<bool>(type: "boolean", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    slug = table.Column<string>(type: "text", nullable: false),
                    summary = table.Column<string>(type: "text", nullable: true),
                    blocks = table.Column<string>(type: "jsonb", nullable: false),
                    parts = table.Column<string>(type: "jsonb", nullable: false),
                    facts = table.Column<string>(type: "jsonb", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_text", x => new { x.page_id, x.area, x.lang, x.since });
                    table.ForeignKey(
                        name: "fk_live_text_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "page_slug",
                schema: "welcomepackage",
                columns: table => new
                {
                    lang = table.Column<string>(type: "text", nullable: false),
                    slug = table.Column<string>(type: "text", nullable: false),
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    is_current = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_page_slug", x => new { x.lang, x.slug });
                    table.ForeignKey(
                        name: "fk_page_slug_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "shared_use",
                schema: "welcomepackage",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shared_use", x => new { x.key, x.page_id, x.area, x.lang });
                    table.ForeignKey(
                        name: "fk_shared_use_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "text_version",
                schema: "welcomepackage",
                columns: table => new
                {
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    text = table.Column<string>(type: "jsonb", nullable: false),
                    change_note = table.Column<string>(type: "text", nullable: true),
                    minor = table.Column<bool>(type: "boolean", nullable: false),
                    quality = table.Column<string>(type: "text", nullable: true),
                    basis = table.Column<string[]>(type: "text[]", nullable: true),
                    author = table.Column<string>(type: "text", nullable: false),
                    published_by = table.Column<string>(type: "text", nullable: false),
                    published_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    page_version = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_text_version", x => new { x.page_id, x.area, x.lang, x.number });
                    table.ForeignKey(
                        name: "fk_text_version_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "translation",
                schema: "welcomepackage",
                columns: table => new
                {
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    open_segments = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_translation", x => new { x.page_id, x.lang });
                    table.ForeignKey(
                        name: "fk_translation_page_page_id",
                        column: x => x.page_id,
                        principalSchema: "welcomepackage",
                        principalTable: "page",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                schema: "welcomepackage",
                table: "content",
                columns: new[] { "id", "revision" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_association_area",
                schema: "welcomepackage",
                table: "association",
                column: "area");

            migrationBuilder.CreateIndex(
                name: "ix_live_page_now",
                schema: "welcomepackage",
                table: "live_page",
                column: "page_id",
                unique: true,
                filter: "until is null");

            migrationBuilder.CreateIndex(
                name: "ix_live_text_now",
                schema: "welcomepackage",
                table: "live_text",
                columns: new[] { "page_id", "area", "lang" },
                unique: true,
                filter: "until is null");

            migrationBuilder.CreateIndex(
                name: "ix_package_code",
                schema: "welcomepackage",
                table: "package",
                column: "code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_page_parent_id",
                schema: "welcomepackage",
                table: "page",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_page_successor_id",
                schema: "welcomepackage",
                table: "page",
                column: "successor_id");

            migrationBuilder.CreateIndex(
                name: "ix_page_slug_page_id_lang",
                schema: "welcomepackage",
                table: "page_slug",
                columns: new[] { "page_id", "lang" });

            migrationBuilder.CreateIndex(
                name: "ix_shared_use_page_id_area_lang",
                schema: "welcomepackage",
                table: "shared_use",
                columns: new[] { "page_id", "area", "lang" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "association",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "content",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "draft",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "language",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "live_page",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "live_text",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "package",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "page_slug",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "shared_item",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "shared_use",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "text_version",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "translation",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "page",
                schema: "welcomepackage");
        }
    }
}
