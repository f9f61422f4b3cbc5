namespace Weir.Client;

/// <summary>How the server's process does. Known since it started, and in its memory alone.</summary>
public sealed record SystemPerformance
{
    /// <summary>Since when it is looked at; null where it is not.</summary>
    public required DateTimeOffset? Since { get; init; }

    /// <summary>How far back the timelines go: <c>1h</c>, <c>24h</c> or <c>7d</c>.</summary>
    public required string Range { get; init; }

    /// <summary>The width of a step in seconds.</summary>
    public required int StepSeconds { get; init; }

    /// <summary>How many cores it may use.</summary>
    public required int Processors { get; init; }

    /// <summary>When each step begins, oldest first; steps in which nothing was seen are left out.</summary>
    public required IReadOnlyList<DateTimeOffset> Times { get; init; }

    /// <summary>What was seen.</summary>
    public required IReadOnlyList<PerformanceSeries> Series { get; init; }

    /// <summary>A heap that grows and does not come down again; null where there is no such thing to tell.</summary>
    public required HeapGrowthItem? HeapGrowth { get; init; }

    /// <summary>How long the parts of the server took in the last hour; those that did nothing are left out.</summary>
    public required IReadOnlyList<ComponentTime> Components { get; init; }

    /// <summary>The slowest queries of the last hour, the slowest first, at most 50.</summary>
    public required IReadOnlyList<SlowQueryItem> SlowQueries { get; init; }

    /// <summary>What caches came to since the start.</summary>
    public required IReadOnlyList<CacheItem> Caches { get; init; }
}

/// <summary>A measure over time.</summary>
public sealed record PerformanceSeries
{
    /// <summary>What is measured: <c>cpu</c>, <c>workingSet</c>, <c>heap</c> and so on.</summary>
    public required string Name { get; init; }

    /// <summary><c>share</c> (0 to 1), <c>bytes</c>, <c>bytesPerSecond</c>, <c>perMinute</c> or <c>count</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>The newest sample, whatever the range; null where it is not known.</summary>
    public required double? Latest { get; init; }

    /// <summary>The mean of each step; null where it is not known.</summary>
    public required IReadOnlyList<double?> Mean { get; init; }

    /// <summary>The largest sample of each step; null where each step is one sample.</summary>
    public required IReadOnlyList<double?>? Max { get; init; }
}

/// <summary>A heap that grows, by what full collections left of it.</summary>
/// <param name="BytesPerHour">By how much: the median of the slopes between all pairs of collections.</param>
/// <param name="LeastBytesPerHour">The lower bound of that, at 99 %.</param>
/// <param name="Hours">Over how long.</param>
/// <param name="Collections">How many collections there were.</param>
public sealed record HeapGrowthItem(double BytesPerHour, double LeastBytesPerHour, double Hours, int Collections);

/// <summary>How long a part of the server took in the last hour. Quantiles are within 3 %.</summary>
public sealed record ComponentTime
{
    /// <summary><c>gateway</c>, <c>journal</c>, <c>ledger</c>, <c>queries</c> or <c>api</c>.</summary>
    public required string Component { get; init; }

    /// <summary>What it did: a kind of query, a group of routes.</summary>
    public required string Kind { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>The mean.</summary>
    public required double MeanMs { get; init; }

    /// <summary>The median.</summary>
    public required double P50Ms { get; init; }

    /// <summary>The 95th percentile.</summary>
    public required double P95Ms { get; init; }

    /// <summary>The 99th percentile.</summary>
    public required double P99Ms { get; init; }

    /// <summary>The longest.</summary>
    public required double MaxMs { get; init; }
}

/// <summary>A query to the ledger, by what was asked and never by a value.</summary>
public sealed record SlowQueryItem
{
    /// <summary>The kind of question.</summary>
    public required string Kind { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took.</summary>
    public required double DurationMs { get; init; }

    /// <summary>The length of the range that was asked for.</summary>
    public required double RangeSeconds { get; init; }

    /// <summary>The dimensions that it was grouped by.</summary>
    public required IReadOnlyList<string> GroupBy { get; init; }

    /// <summary>The dimensions that it was filtered by.</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>How many rows it gave; null where it gave none to count, or broke off.</summary>
    public required int? Rows { get; init; }
}

/// <summary>What a cache came to since the start.</summary>
public sealed record CacheItem
{
    /// <summary>Whose: <c>ledger</c>, <c>statusLine</c> or <c>limits</c>.</summary>
    public required string Component { get; init; }

    /// <summary>Of what.</summary>
    public required string Kind { get; init; }

    /// <summary>Questions that were answered from it.</summary>
    public required long Hits { get; init; }

    /// <summary>Questions for which it had nothing.</summary>
    public required long Misses { get; init; }

    /// <summary>The share of hits among both; null while nobody asked.</summary>
    public required double? HitShare { get; init; }

    /// <summary>How many entries it holds; null where that is not known.</summary>
    public required long? Entries { get; init; }

    /// <summary>Entries that made room for others.</summary>
    public required long Evicted { get; init; }

    /// <summary>For how long an entry is kept; null where time takes nothing away.</summary>
    public required double? TimeToLiveSeconds { get; init; }

    /// <summary>Entries whose time was over.</summary>
    public required long Expired { get; init; }

    /// <summary>Of these, those that had answered nothing but the question that made them.</summary>
    public required long ExpiredUnused { get; init; }
}

/// <summary>What failed since the server started.</summary>
public sealed record SystemErrors
{
    /// <summary>Since when it is counted.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What the log told of at warning and above, the last seen first, at most 200.</summary>
    public required IReadOnlyList<ErrorPatternItem> Patterns { get; init; }

    /// <summary>How many patterns had to make room for newer ones.</summary>
    public required long Forgotten { get; init; }

    /// <summary>Requests to models that failed, by provider and status, the most frequent first.</summary>
    public required IReadOnlyList<FailedRequests> Requests { get; init; }
}

/// <summary>What the log told of in the same words. No value from inside a message is in it.</summary>
public sealed record ErrorPatternItem
{
    /// <summary>Who said it.</summary>
    public required string Component { get; init; }

    /// <summary><c>error</c> or <c>warn</c>.</summary>
    public required string Level { get; init; }

    /// <summary>The message's template; null for a message without one.</summary>
    public required string? Template { get; init; }

    /// <summary>The type of what was thrown; null when nothing was.</summary>
    public required string? Exception { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>When first.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When last.</summary>
    public required DateTimeOffset LastAt { get; init; }
}

/// <summary>Requests that ended otherwise than well.</summary>
/// <param name="Provider">Whose.</param>
/// <param name="Status">How they ended.</param>
/// <param name="Count">How many.</param>
public sealed record FailedRequests(string Provider, string Status, long Count);
