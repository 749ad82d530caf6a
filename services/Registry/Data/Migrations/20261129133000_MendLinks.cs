using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>Enters a job that mends links with users in them, where there is one; the model stays as it was.</summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129133000_MendLinks")]
    public sealed class MendLinks : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            insert into registry.job (id, kind, key, payload, run_at, due_at)
            select gen_random_uuid(), 'mend-links', 'upgrade', '{}', now(), now()
            where exists (select from registry.association_version where content::text ~* '"(https?|ftp):[/\\]*[^/\\?#"]*@')
                or exists (select from registry.submission where content::text ~* '"(https?|ftp):[/\\]*[^/\\?#"]*@');
            """);
    }
}
