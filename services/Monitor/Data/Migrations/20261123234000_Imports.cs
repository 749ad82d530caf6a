using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Monitor.Data.Migrations
{
    /// <summary>Tables that EF does not know; the model stays as it was.</summary>
    [DbContext(typeof(MonitorDb))]
    [Migration("20261123234000_Imports")]
    public sealed class Imports : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ImportSchema.Version1);
    }
}
