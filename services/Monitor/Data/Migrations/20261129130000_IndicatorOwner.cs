using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>The owner is part of a document; the model stays as it was.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261129130000_IndicatorOwner")]
    public sealed class IndicatorOwner : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(OwnerSchema.Version1);
    }
}
