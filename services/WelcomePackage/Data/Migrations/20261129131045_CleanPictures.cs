using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.WelcomePackage.Data.Migrations
{
    /// <inheritdoc />
    public partial class CleanPictures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "state",
                schema: "welcomepackage",
                table: "medium",
                type: "text",
                nullable: false,
                defaultValue: "unchecked");

            // What is stored is cleaned by jobs; none is entered where there is nothing to do.
            migrationBuilder.Sql("""
                insert into welcomepackage.job (id, kind, key, payload, run_at, due_at)
                select gen_random_uuid(), 'clean-pictures', 'upgrade', '{}', now(), now() where exists (select from welcomepackage.medium);

                insert into welcomepackage.job (id, kind, key, payload, run_at, due_at)
                select gen_random_uuid(), 'mend-links', 'upgrade', '{}', now(), now()
                where exists (select from welcomepackage.text_version where text::text ~* '(https?|ftp):[/\\]*[^/\\?#" ]*@')
                    or exists (select from welcomepackage.draft where text::text ~* '(https?|ftp):[/\\]*[^/\\?#" ]*@')
                    or exists (select from welcomepackage.shared_item where content::text ~* '(https?|ftp):[/\\]*[^/\\?#" ]*@')
                    or exists (select from welcomepackage.medium where source ~* '(https?|ftp):[/\\]*[^/\\?#]*@')
                    or exists (select from welcomepackage.page where source ~* '(https?|ftp):[/\\]*[^/\\?#]*@');
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "state",
                schema: "welcomepackage",
                table: "medium");
        }
    }
}
