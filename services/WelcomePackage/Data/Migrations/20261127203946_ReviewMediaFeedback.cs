using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Jobs.Storage;

#nullable disable

namespace Wir.WelcomePackage.Data.Migrations
{
    /// <inheritdoc />
    public partial class ReviewMediaFeedback : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Hashes of the source become pairs that name a translation's segment, too.
            migrationBuilder.Sql("""
                alter table welcomepackage.text_version add column pairs jsonb;
                update welcomepackage.text_version set pairs = (select coalesce(jsonb_agg(jsonb_build_object('source', hash) order by n), '[]') from unnest(basis) with ordinality as one(hash, n))
                where basis is not null;
                alter table welcomepackage.text_version drop column basis;
                alter table welcomepackage.text_version rename column pairs to basis;
                """);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "unpublish_at",
                schema: "welcomepackage",
                table: "page",
                type: "timestamp with time zone",
                nullable: true);

            // Hashes of the source become pairs that name a translation's segment, too.
            migrationBuilder.Sql("""
                alter table welcomepackage.draft add column pairs jsonb;
                update welcomepackage.draft set pairs = (select coalesce(jsonb_agg(jsonb_build_object('source', hash) order by n), '[]') from unnest(basis) with ordinality as one(hash, n))
                where basis is not null;
                alter table welcomepackage.draft drop column basis;
                alter table welcomepackage.draft rename column pairs to basis;
                """);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "publish_at",
                schema: "welcomepackage",
                table: "draft",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "publish_by",
                schema: "welcomepackage",
                table: "draft",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "review",
                schema: "welcomepackage",
                table: "draft",
                type: "jsonb",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "blob",
                schema: "welcomepackage",
                columns: table => new
                {
                    hash = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_blob", x => x.hash);
                });

            migrationBuilder.CreateTable(
                name: "feedback",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    subject_type = table.Column<string>(type: "text", nullable: false),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    helpful = table.Column<bool>(type: "boolean", nullable: true),
                    message = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    reply = table.Column<string>(type: "text", nullable: true),
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    decided_by = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feedback", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "page_count",
                schema: "welcomepackage",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    page_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lang = table.Column<string>(type: "text", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_page_count", x => new { x.day, x.page_id, x.lang, x.area, x.channel });
                });

            migrationBuilder.CreateTable(
                name: "medium",
                schema: "welcomepackage",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    area = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    content_type = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<int>(type: "integer", nullable: false),
                    licence = table.Column<string>(type: "text", nullable: false),
                    creator = table.Column<string>(type: "text", nullable: true),
                    source = table.Column<string>(type: "text", nullable: true),
                    alt = table.Column<string>(type: "jsonb", nullable: false),
                    uploaded_by = table.Column<string>(type: "text", nullable: false),
                    uploaded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_medium", x => x.id);
                    table.ForeignKey(
                        name: "fk_medium_blob_hash",
                        column: x => x.hash,
                        principalSchema: "welcomepackage",
                        principalTable: "blob",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateJobs("welcomepackage");
            migrationBuilder.Sql("create index ix_feedback_subject on welcomepackage.feedback (subject_id, created_at)");
            migrationBuilder.Sql("create index ix_live_page_area on welcomepackage.live_page (area, page_id) where until is null");
            migrationBuilder.Sql("create index ix_live_page_review_by on welcomepackage.live_page (review_by, page_id) where until is null and status = 'Published'");

            migrationBuilder.CreateIndex(
                name: "ix_feedback_area_id",
                schema: "welcomepackage",
                table: "feedback",
                columns: new[] { "area", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_feedback_token_hash",
                schema: "welcomepackage",
                table: "feedback",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_medium_hash",
                schema: "welcomepackage",
                table: "medium",
                column: "hash");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop index welcomepackage.ix_live_page_area, welcomepackage.ix_live_page_review_by");
            migrationBuilder.Sql("drop table welcomepackage.job, welcomepackage.job_schedule");
            migrationBuilder.DropTable(
                name: "feedback",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "medium",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "page_count",
                schema: "welcomepackage");

            migrationBuilder.DropTable(
                name: "blob",
                schema: "welcomepackage");

            migrationBuilder.DropColumn(
                name: "unpublish_at",
                schema: "welcomepackage",
                table: "page");

            migrationBuilder.DropColumn(
                name: "publish_at",
                schema: "welcomepackage",
                table: "draft");

            migrationBuilder.DropColumn(
                name: "publish_by",
                schema: "welcomepackage",
                table: "draft");

            migrationBuilder.DropColumn(
                name: "review",
                schema: "welcomepackage",
                table: "draft");

            migrationBuilder.Sql("""
                alter table welcomepackage.text_version add column hashes text[];
                update welcomepackage.text_version set hashes = array(select one->>'source' from jsonb_array_elements(basis) as one) where basis is not null;
                alter table welcomepackage.text_version drop column basis;
                alter table welcomepackage.text_version rename column hashes to basis;
                """);

            migrationBuilder.Sql("""
                alter table welcomepackage.draft add column hashes text[];
                update welcomepackage.draft set hashes = array(select one->>'source' from jsonb_array_elements(basis) as one) where basis is not null;
                alter table welcomepackage.draft drop column basis;
                alter table welcomepackage.draft rename column hashes to basis;
                """);
        }
    }
}
