namespace Weir.Bench.Ledger;

/// <summary>The same records in a table of DuckDB's own, for what it scans.</summary>
internal static class DuckFill
{
    /// <summary>Fills a file.</summary>
    public static void Run(string library, string file, long count)
    {
        using var duck = new Duck(library, file, 2);
        duck.Query(
            """
            CREATE TABLE raw (us BIGINT, duration BIGINT, first_token BIGINT, status BIGINT, provider VARCHAR, model VARCHAR,
                key_name VARCHAR, user_name VARCHAR, team VARCHAR, project VARCHAR, session VARCHAR, agent VARCHAR, client VARCHAR,
                tag VARCHAR, input BIGINT, cache_read BIGINT, cache_write BIGINT, output BIGINT, cost BIGINT)
            """
        );
        using (var rows = duck.Append("raw"))
        {
            foreach (var record in new Year(count).Records())
            {
                rows.Add(record.StartedAt.ToUnixTimeMilliseconds() * 1000);
                rows.Add(record.Duration?.Ticks / 10);
                rows.Add(record.TimeToFirstToken?.Ticks / 10);
                rows.Add((long)record.Status);
                rows.Add(record.Provider);
                rows.Add(record.Model);
                rows.Add(record.Key);
                rows.Add(record.User);
                rows.Add(record.Team);
                rows.Add(record.Project);
                rows.Add(record.Session);
                rows.Add(record.Agent);
                rows.Add(record.Client);
                rows.Add(record.Tags.Count == 0 ? null : record.Tags.First().Value);
                rows.Add(record.Usage.Input);
                rows.Add(record.Usage.CacheRead);
                rows.Add(record.Usage.CacheWrite5m);
                rows.Add(record.Usage.Output);
                rows.Add(record.Cost?.NanoUsd);
                rows.EndRow();
            }
        }

        duck.Query("CREATE TABLE r AS SELECT make_timestamp(us) AS t, * EXCLUDE us FROM raw");
        duck.Query("DROP TABLE raw");
        duck.Query("CHECKPOINT");
    }
}
