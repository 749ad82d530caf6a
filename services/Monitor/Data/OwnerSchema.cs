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
}
