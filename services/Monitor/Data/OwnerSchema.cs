namespace Wir.Monitor.Data;

internal static class OwnerSchema
{
    /// <summary>
    /// Each indicator belongs to an area. Those of before get the district that most entries of the register lie in, as
    /// the monitor has heard of them, and without any the district of the start data.
    /// </summary>
    public const string Version1 = """
        update monitor.indicator set content = content || jsonb_build_object('area', coalesce(
            (select left(area, 5) from monitor.live_association where length(area) >= 5
                group by 1 order by count(*) desc, 1 limit 1), '06635'))
        where not content ? 'area';

        -- Changes of a description that were released for a later instant.
        create index import_method on monitor.import (indicator)
            where state = 'released' and jsonb_typeof(record->'changes') = 'object' and record->>'applied' is null;
        """;

    /// <summary>
    /// While programs are replaced, one of 0.1.0 writes descriptions as it knows them, without their area. The area
    /// stays; an indicator that such a program adds belongs to whom most others belong to.
    /// </summary>
    public const string Keep = """
        create function monitor.indicator_keeps_area() returns trigger
            language plpgsql set search_path = pg_catalog, pg_temp as $$
            declare kept jsonb;
            begin
                if tg_op = 'UPDATE' then
                    kept := old.content->'area';
                else
                    select content->'area' into kept from monitor.indicator where content ? 'area'
                    group by 1 order by count(*) desc, 1 limit 1;
                end if;
                if kept is not null then
                    new.content := new.content || jsonb_build_object('area', kept);
                end if;
                return new;
            end $$;
        create trigger indicator_keeps_area before insert or update on monitor.indicator
            for each row when (not new.content ? 'area') execute function monitor.indicator_keeps_area();
        """;
}
