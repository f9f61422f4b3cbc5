namespace Weir.Ledger.Archive;

/// <summary>The columns of the table <c>record</c> as the archive holds them: their order is the format's, and only grows at the end.</summary>
internal static class RecordColumns
{
    /// <summary>How many are numbers; they come first.</summary>
    public const int Numbers = 22;

    /// <summary>How many are bytes.</summary>
    public const int Blobs = 4;

    public const int Count = Numbers + Blobs;
    public const int Id = 0;
    public const int StartedAt = 2;
    public const int Revision = 3;
    public const int Sequence = 4;
    public const int Combination = 5;
    public const int ParentAgent = 11;
    public const int HandoffReason = 12;

    /// <summary>Their names in SQL.</summary>
    public const string Names = """
        id, workspace, started_at, revision, sequence, combination, kind, duration, first_token, session_id, agent_id,
        parent_agent_id, handoff_reason_id, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning, web_searches,
        cost, requested_cost, upstream_ref, message_ref, tags, attempts
        """;

    /// <summary>As many places for values.</summary>
    public const string Places = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
}
