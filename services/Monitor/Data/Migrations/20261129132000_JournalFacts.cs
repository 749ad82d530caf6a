using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>The journal keeps of an event what counting needs; so do the rows that it holds already.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129132000_JournalFacts")]
    public sealed class JournalFacts : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RemoveFromEvents(
                "monitor", "urn:message:wir:registry:association-published:v1", "snapshot", "contacts");
            migrationBuilder.Sql(JournalSchema.Reduce);
            migrationBuilder.Sql(JournalSchema.Facts);
        }
    }
}
