using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Messaging.Storage;

#nullable disable

namespace Wir.WelcomePackage.Data.Migrations
{
    /// <summary>Events carry no contacts; those that were stored lose theirs. Repeated, it changes nothing.</summary>
    [DbContext(typeof(WelcomeDb))]
    [Migration("20261129131000_EventsWithoutContacts")]
    public sealed class EventsWithoutContacts : Migration
    {
        internal const string Copies = """
            update welcomepackage.association set snapshot = snapshot - 'contacts' where snapshot ? 'contacts';
            """;

        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RemoveFromEvents(
                "welcomepackage", "urn:message:wir:registry:association-published:v1", "snapshot", "contacts");
            migrationBuilder.Sql(Copies);
        }
    }
}
