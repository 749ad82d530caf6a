using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Jobs.Storage;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>Events leave the journal after 25 months; what was counted of them stays.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129133000_FrozenMonths")]
    public sealed class FrozenMonths : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateJobs("monitor");
            migrationBuilder.Sql(JournalSchema.Frozen);
        }
    }
}
