using System.Collections.Immutable;

namespace Weir.Capture.Sessions;

/// <summary>
/// What the sessions of a range did, by tool, by tool server, by kind of agent and by model. Requests count where they began, calls
/// and agents where they began themselves: figures of ranges that follow one another add up.
/// </summary>
/// <param name="Tools">
/// By tool. A request's tokens and cost are shared evenly among the calls that it made; those of a request that called nothing stand
/// in the row without a name, so that all rows together are the total.
/// </param>
/// <param name="McpServers">The tools named <c>mcp__server__tool</c>, by server.</param>
/// <param name="Agents">By kind of agent; the main one is <c>main</c>, one of an unknown kind has no name.</param>
/// <param name="Models">By model.</param>
/// <param name="Total">Every request of the range that belongs to a session.</param>
public sealed record SessionActivity(
    ImmutableArray<ActivityRow> Tools,
    ImmutableArray<ActivityRow> McpServers,
    ImmutableArray<ActivityRow> Agents,
    ImmutableArray<ActivityRow> Models,
    SessionSums Total
);

/// <summary>One tool, server, kind of agent or model.</summary>
/// <param name="Name">Its name; null as <see cref="SessionActivity"/> says.</param>
/// <param name="Calls">Calls of the tool; agents begun (of <c>main</c>: sessions seen); requests to the model.</param>
/// <param name="Failed">Of these, those known to have failed.</param>
/// <param name="P50">The median duration; null when none is known.</param>
/// <param name="P95">The duration that 95 % stay within; null when none is known.</param>
/// <param name="Usage">
/// What they used. Its requests are those that called the tool: one that called two tools stands in both rows.
/// </param>
public sealed record ActivityRow(
    string? Name,
    long Calls,
    long Failed,
    TimeSpan? P50,
    TimeSpan? P95,
    SessionSums Usage
);
