namespace Wir.Monitor.Data;

internal static class ImportSchema
{
    public const string Version1 = """
        create table monitor.import (
            id uuid primary key, indicator text not null, vintage integer, state text not null, version integer not null, lines integer not null default 0,
            created_at timestamptz not null default clock_timestamp(), touched_at timestamptz not null default clock_timestamp(), record jsonb not null);
        create index import_indicator on monitor.import (indicator, created_at);

        create table monitor.import_fault (
            import_id uuid not null references monitor.import on delete cascade, ordinal integer not null,
            line integer not null, col text not null, code text not null, detail_de text not null, detail_en text not null,
            primary key (import_id, ordinal));

        -- False from release until the embargo has ended and everybody was told.
        alter table monitor.vintage add column announced boolean not null default false;
        create index vintage_unannounced on monitor.vintage (visible_at) where not announced;
        """;
}
