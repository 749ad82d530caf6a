using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wir.Registry.Data.Migrations
{
    /// <summary>
    /// Earlier erasures left contact points without address, links to nowhere and texts without value, with which no entry could be saved
    /// again. What is JSON's null instead of a list stays. Repeated, it changes nothing.
    /// </summary>
    [DbContext(typeof(RegistryDb))]
    [Migration("20261129130000_ErasedEntries")]
    public sealed class ErasedEntries : Migration
    {
        private static readonly string[] s_tables = ["association", "association_version", "submission"];

        internal static string Sql { get; } = string.Join('\n', s_tables.Select(table => Statements.Replace("$table", table, StringComparison.Ordinal)));

        // A mark within an address is no address.
        private const string Statements = """
            update registry.$table set content = jsonb_set(content, '{contacts}', (
                select coalesce(jsonb_agg(jsonb_set(clean, '{label}', jsonb_strip_nulls(coalesce(clean->'label', '{}'))) order by n), '[]')
                from jsonb_array_elements(content->'contacts') with ordinality as c (contact, n)
                cross join lateral (select case when jsonb_typeof(contact) = 'object' then contact - array_remove(array[
                        case when contact->>'email' like '%[…]%' then 'email' end,
                        case when contact->>'phone' like '%[…]%' then 'phone' end], null)
                    else '{}' end) as l (clean)
                where coalesce(clean->>'email', clean->>'phone') is not null))
            where exists (select from jsonb_array_elements(
                    case when jsonb_typeof(content->'contacts') = 'array' then content->'contacts' else '[]' end)
                as c (contact)
                where coalesce(contact->>'email', contact->>'phone') is null or contact->>'email' like '%[…]%' or contact->>'phone' like '%[…]%'
                    or contact->'label' @? '$.* ? (@ == null)');

            update registry.$table set content = jsonb_set(content, '{links}', (
                select coalesce(jsonb_agg(link order by n), '[]') from jsonb_array_elements(content->'links') with ordinality as l (link, n)
                where link->>'rel' is not null and link->>'href' not like '%[…]%'))
            where exists (select from jsonb_array_elements(
                    case when jsonb_typeof(content->'links') = 'array' then content->'links' else '[]' end) as l (link)
                where link->>'rel' is null or link->>'href' is null or link->>'href' like '%[…]%');

            update registry.$table set content = jsonb_set(content, '{offers}', (
                select jsonb_agg(case when jsonb_typeof(offer) = 'object'
                    then jsonb_set(case when offer->>'url' like '%[…]%' then offer - 'url' else offer end,
                        '{description}', jsonb_strip_nulls(coalesce(offer->'description', '{}')))
                    else offer end order by n)
                from jsonb_array_elements(content->'offers') with ordinality as o (offer, n)))
            where exists (select from jsonb_array_elements(
                    case when jsonb_typeof(content->'offers') = 'array' then content->'offers' else '[]' end)
                as o (offer)
                where offer->>'url' like '%[…]%' or offer->'description' @? '$.* ? (@ == null)');

            """;

        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(Sql);
    }
}
