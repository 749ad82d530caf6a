using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>Events carry no contacts; those that were stored lose theirs. Repeated, it changes nothing.</summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129131000_EventsWithoutContacts")]
    public sealed class EventsWithoutContacts : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RemoveFromEvents(
                "registry", "urn:message:wir:registry:association-published:v1", "snapshot", "contacts");
        }
    }
}
