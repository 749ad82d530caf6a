namespace Wir.Monitor.Data;

/// <summary>The numbers. One row is one vintage of one indicator: all its cells, packed, and never changed once it is public.</summary>
internal static class VintageSchema
{
    public const string Version1 = """
        create table monitor.vintage (
            indicator text not null,
            number integer not null,
            import_id uuid,
            created_at timestamptz not null,
            -- From when on everybody sees it; null while it is a draft.
            visible_at timestamptz,
            -- Labels, unit and whatever else an answer shows, as it was when the vintage was made.
            about jsonb not null,
            slab bytea not null,
            content_hash bytea not null,
            cells integer not null,
            demo boolean not null,
            primary key (indicator, number));
        alter table monitor.vintage alter column slab set storage external;
        create index vintage_visible on monitor.vintage (indicator, visible_at) include (number);
        """;
}
