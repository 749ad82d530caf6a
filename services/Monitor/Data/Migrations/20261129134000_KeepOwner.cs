using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>Descriptions keep their area, whichever release writes them; the model stays as it was.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129134000_KeepOwner")]
    public sealed class KeepOwner : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(OwnerSchema.Keep);
    }
}
