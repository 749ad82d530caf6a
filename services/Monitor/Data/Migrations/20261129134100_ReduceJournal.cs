using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>
    /// Whole events that a program of 0.1.0 still journals are reduced at night; the model stays as it was.
    /// </summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129134100_ReduceJournal")]
    public sealed class ReduceJournal : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Again, for databases that had the migrations before in an earlier form.
            migrationBuilder.Sql(JournalSchema.Reduce);
            migrationBuilder.Sql(JournalSchema.ReceivedAt);
        }
    }
}
