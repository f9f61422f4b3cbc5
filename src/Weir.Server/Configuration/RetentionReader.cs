namespace Weir.Server.Configuration;

/// <summary>Reads the map <c>retention</c>.</summary>
internal static class RetentionReader
{
    private const int LeastAuditDays = 30;

    // Counters of a month's budget are made anew from its requests.
    private const int LeastUsageDays = 32;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>What a document says of it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="isServers">Whether it is the server's own, which speaks for the audit trails too.</param>
    public static RetentionConfig Read(MapReader document, bool isServers)
    {
        if (document.Map("retention") is not { } map)
        {
            return new RetentionConfig();
        }

        if (!isServers)
        {
            map.Refuse(
                "audit",
                "how long audit trails are kept belongs to the whole server, not to a workspace",
                "its place is weir.yaml"
            );
        }

        var config = new RetentionConfig
        {
            SessionDays = Days(map, "sessions", 1),
            ContentDays = Days(map, "content", 1),
            ActivityDays = Days(map, "activity", 1),
            ArchiveDays = Days(map, "archive", LeastUsageDays),
            RequestDays = Days(map, "requests", LeastUsageDays),
            UsageDays = Days(map, "usage", LeastUsageDays),
            AuditDays = isServers ? Days(map, "audit", LeastAuditDays) : null,
        };
        map.Finish();
        return config;
    }

    private static int? Days(MapReader map, string key, int least)
    {
        var text = map.Text(key);
        if (text is null or "forever")
        {
            return null;
        }

        if (Durations.TryParse(text, out var span) && span >= TimeSpan.FromDays(least) && span <= Longest)
        {
            return (int)span.TotalDays;
        }

        map.Fault(
            key,
            $"days or \"forever\" were expected, not \"{map.Written(key)}\"",
            $"write it as 400d; at least {least}d"
        );
        return null;
    }
}
