using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>Counts the activity of a range. Not thread-safe.</summary>
/// <param name="from">The start of the range, inclusive.</param>
/// <param name="to">Its end, exclusive.</param>
/// <param name="standUnder">Which of the records that the events name stand under another id in the ledger.</param>
internal sealed class ActivityCount(
    DateTimeOffset from,
    DateTimeOffset to,
    ImmutableDictionary<RecordId, RecordId> standUnder
)
{
    private const string MainAgent = "main";
    private const string McpPrefix = "mcp__";

    private readonly ActivityTable tools = new();
    private readonly ActivityTable servers = new();
    private readonly ActivityTable agents = new();
    private readonly ActivityTable models = new();
    private SessionSums total;

    /// <summary>Counts.</summary>
    /// <param name="requests">The requests of the range, oldest first.</param>
    /// <param name="events">The tools and agents of the sessions that were alive in it.</param>
    /// <param name="onlyTheirs">Whether only sessions with a request count.</param>
    public SessionActivity Of(
        IReadOnlyCollection<SessionRequest> requests,
        IReadOnlyCollection<SessionEvent> events,
        bool onlyTheirs
    )
    {
        var bySession = requests.ToLookup(r => r.Session, StringComparer.Ordinal);
        var eventsBySession = events.ToLookup(e => e.Session, StringComparer.Ordinal);
        foreach (var session in bySession)
        {
            Session([.. session], [.. eventsBySession[session.Key]]);
        }

        foreach (var session in eventsBySession.Where(s => !onlyTheirs && !bySession.Contains(s.Key)))
        {
            Session([], [.. session]);
        }

        return new SessionActivity(tools.Rows(), servers.Rows(), agents.Rows(), models.Rows(), total);
    }

    /// <summary>The server of a tool's name; null when the tool is none of a server.</summary>
    public static string? ServerOf(string? tool) =>
        tool is not null
        && tool.StartsWith(McpPrefix, StringComparison.Ordinal)
        && tool.IndexOf("__", McpPrefix.Length, StringComparison.Ordinal) is var end
        && end > McpPrefix.Length
            ? tool[McpPrefix.Length..end]
            : null;

    private void Session(SessionRequest[] requests, SessionEvent[] events)
    {
        var calls = Array.FindAll(events, e => e.Kind == SessionEventKind.Tool);
        Array.Sort(calls, (a, b) => At(a) != At(b) ? At(a).CompareTo(At(b)) : string.CompareOrdinal(a.Id, b.Id));
        var types = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var agent in events)
        {
            if (agent.Kind == SessionEventKind.Agent)
            {
                types[agent.Id] = agent.Name;
                if (IsWithin(agent))
                {
                    agents.Call(
                        agent.Name,
                        agent.Duration ?? (agent.EndedAt - agent.StartedAt),
                        agent.Succeeded == false
                    );
                }
            }
        }

        foreach (var call in calls)
        {
            if (IsWithin(call))
            {
                // What the agent says itself leaves waiting for a permission out.
                var took = call.Duration ?? (call.EndedAt - call.StartedAt);
                tools.Call(call.Name, took, call.Succeeded == false);
                if (ServerOf(call.Name) is { } server)
                {
                    servers.Call(server, took, call.Succeeded == false);
                }
            }
        }

        var callers = new ToolCallers(
            [.. requests.Select(r => new Caller(r.Id, r.Agent, r.MessageId, r.Client, EndOf(r)))],
            standUnder
        );
        var called = calls
            .Select(call => (Call: call, Request: callers.Of(call)))
            .Where(c => c.Request is not null)
            .ToLookup(c => c.Request!.Value, c => c.Call);
        for (var i = 0; i < requests.Length; i++)
        {
            Request(requests[i], [.. called[i]], types);
        }

        if (Array.Exists(requests, r => r.Agent is null))
        {
            agents.Call(MainAgent, null, false);
        }
    }

    private void Request(SessionRequest request, SessionEvent[] calls, Dictionary<string, string?> types)
    {
        var sums = SessionSums.Of(request);
        total += sums;
        models.Call(request.Model, request.Duration, request.Status > RequestStatus.CallerAborted);
        models.Add(request.Model, sums);
        agents.Add(request.Agent is null ? MainAgent : types.GetValueOrDefault(request.Agent), sums);
        if (calls.Length == 0)
        {
            tools.Add(null, sums);
            return;
        }

        // A request that called one tool twice is one request of that tool.
        var (ownTools, ownServers) = (new HashSet<string?>(), new HashSet<string>());
        for (var i = 0; i < calls.Length; i++)
        {
            var share = sums.Share(calls.Length, i);
            var tool = calls[i].Name;
            tools.Add(tool, ownTools.Add(tool) ? share : WithoutCounts(share));
            if (ServerOf(tool) is { } server)
            {
                servers.Add(server, ownServers.Add(server) ? share : WithoutCounts(share));
            }
        }
    }

    private static SessionSums WithoutCounts(SessionSums share) =>
        share with
        {
            Requests = 0,
            Errors = 0,
            Unpriced = 0,
            Estimated = 0,
        };

    private static DateTimeOffset EndOf(SessionRequest request) =>
        request.Source == UsageSource.Gateway && request.Duration is { } took
            ? request.StartedAt + took
            : request.StartedAt;

    private bool IsWithin(SessionEvent told) => At(told) >= from && At(told) < to;

    private static DateTimeOffset At(SessionEvent told) => told.StartedAt ?? told.EndedAt ?? DateTimeOffset.MinValue;

    /// <summary>Rows by name.</summary>
    private sealed class ActivityTable
    {
        // A name that is not known is a row too.
        private readonly Dictionary<(bool IsKnown, string Name), Row> rows = [];

        public void Call(string? name, TimeSpan? took, bool failed)
        {
            var row = RowOf(name);
            row.Calls++;
            row.Failed += failed ? 1 : 0;
            if (took is { Ticks: >= 0 } duration)
            {
                row.Durations.Add(duration);
            }
        }

        public void Add(string? name, SessionSums sums) => RowOf(name).Usage += sums;

        public ImmutableArray<ActivityRow> Rows() =>
            [
                .. rows.Select(row => row.Value.Finish(row.Key.IsKnown ? row.Key.Name : null))
                    .OrderByDescending(row => row.Usage.Cost)
                    .ThenByDescending(row => row.Calls)
                    .ThenBy(row => row.Name, StringComparer.Ordinal),
            ];

        private Row RowOf(string? name)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, (name is not null, name ?? ""), out _);
            return row ??= new Row();
        }
    }

    private sealed class Row
    {
        public long Calls { get; set; }

        public long Failed { get; set; }

        public List<TimeSpan> Durations { get; } = [];

        public SessionSums Usage { get; set; }

        public ActivityRow Finish(string? name)
        {
            Durations.Sort();
            return new ActivityRow(name, Calls, Failed, Quantile(50), Quantile(95), Usage);
        }

        // The smallest duration that at least so many percent stay within.
        private TimeSpan? Quantile(long percent) =>
            Durations.Count == 0 ? null : Durations[(int)(((Durations.Count * percent) + 99) / 100) - 1];
    }
}
