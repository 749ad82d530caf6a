using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>An event that its owner has rewritten is known for a week, so that no copy of it is missed.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129134000_RewrittenEvents")]
    public sealed class RewrittenEvents : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.AddRewrittenEvents("monitor");
    }
}
