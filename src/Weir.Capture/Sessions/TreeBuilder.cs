using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>
/// Puts a session's events and requests together: prompts under the session, requests under the prompt that was the last of their
/// agent before them, tools under the request that called them, subagents under the tool that started them. What cannot be placed
/// stands under its agent, else under the session; every request stands in the tree exactly once. Not thread-safe.
/// </summary>
internal sealed class TreeBuilder
{
    // Each level of subagents is up to four levels of the tree, and a tree is written as JSON, whose readers stop at 64.
    private const int MostNesting = 5;
    private const string Main = "";
    private static readonly TimeSpan SameMoment = TimeSpan.FromMinutes(2);

    private readonly TreeNode root;
    private readonly IReadOnlyList<UsageRecord> records;
    private readonly ILookup<SessionEventKind, SessionEvent> events;
    private readonly Dictionary<string, TreeNode> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SessionEvent> agentEvents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<TreeNode>> prompts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TreeNode> promptById = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TreeNode> tools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> toolAgents = new(StringComparer.Ordinal);

    private readonly ImmutableDictionary<RecordId, RecordId> standUnder;

    private TreeBuilder(
        string session,
        IReadOnlyList<SessionEvent> events,
        IReadOnlyList<UsageRecord> records,
        ImmutableDictionary<RecordId, RecordId> standUnder
    )
    {
        this.standUnder = standUnder;
        this.records = records;
        this.events = events.ToLookup(e => e.Kind);
        root = new TreeNode(SessionNodeKind.Session, session);
    }

    /// <summary>Builds the tree.</summary>
    /// <param name="session">The session.</param>
    /// <param name="events">Its events, in no order.</param>
    /// <param name="records">Its records, oldest first.</param>
    /// <param name="standUnder">Which of the records that the events name stand under another id in the ledger.</param>
    /// <param name="misses">Finds cache misses.</param>
    public static SessionNode Build(
        string session,
        IReadOnlyList<SessionEvent> events,
        IReadOnlyList<UsageRecord> records,
        ImmutableDictionary<RecordId, RecordId> standUnder,
        CacheMisses misses
    )
    {
        var builder = new TreeBuilder(session, events, records, standUnder);
        builder.FindAgents();
        builder.AddPrompts();
        var requests = builder.AddRequests(misses);
        builder.AddTools(requests);
        builder.AddAgents();
        builder.AddOthers();
        return builder.root.Finish();
    }

    private void FindAgents()
    {
        foreach (var told in events[SessionEventKind.Agent])
        {
            agentEvents[told.Id] = told;
            agents[told.Id] = new TreeNode(SessionNodeKind.Agent, told.Id)
            {
                Name = told.Name,
                Agent = told.Agent,
                StartedAt = told.StartedAt,
                EndedAt = told.EndedAt,
                Duration = told.Duration,
                Succeeded = told.Succeeded,
            };
        }

        foreach (var told in events.SelectMany(group => group))
        {
            NodeOf(told.Agent);
        }

        foreach (var record in records)
        {
            if (record.Agent is { } agent)
            {
                var node = NodeOf(agent);
                node.StartedAt ??= record.StartedAt;
                if (record.ParentAgent is { } parent && parent != agent)
                {
                    NodeOf(parent);
                    parents.TryAdd(agent, parent);
                }
            }
        }
    }

    private TreeNode NodeOf(string? agent)
    {
        if (agent is null)
        {
            return root;
        }

        if (!agents.TryGetValue(agent, out var node))
        {
            agents[agent] = node = new TreeNode(SessionNodeKind.Agent, agent);
        }

        return node;
    }

    private void AddPrompts()
    {
        foreach (var told in events[SessionEventKind.Prompt].OrderBy(At).ThenBy(e => e.Id, StringComparer.Ordinal))
        {
            var node = Make(SessionNodeKind.Prompt, told);
            promptById[told.Id] = node;
            if (!prompts.TryGetValue(told.Agent ?? Main, out var own))
            {
                prompts[told.Agent ?? Main] = own = [];
            }

            own.Add(node);
            NodeOf(told.Agent).Children.Add(node);
        }

        foreach (var turn in events[SessionEventKind.Turn])
        {
            var prompt =
                promptById.GetValueOrDefault(turn.Parent ?? turn.Id)
                ?? promptById.GetValueOrDefault(turn.Id)
                ?? PlaceOf(turn.Agent, turn.StartedAt ?? turn.EndedAt);
            if (prompt.Kind == SessionNodeKind.Prompt && turn.EndedAt is { } end && !(prompt.EndedAt > end))
            {
                prompt.EndedAt = end;
                prompt.Succeeded = turn.Succeeded ?? prompt.Succeeded;
            }

            prompt.Children.Add(Make(SessionNodeKind.Turn, turn));
        }
    }

    /// <summary>The last prompt of an agent at a moment; the agent itself before its first.</summary>
    private TreeNode PlaceOf(string? agent, DateTimeOffset? at)
    {
        if (at is not { } moment || !prompts.TryGetValue(agent ?? Main, out var own))
        {
            return NodeOf(agent);
        }

        var (first, end) = (0, own.Count);
        while (first < end)
        {
            var middle = (first + end) / 2;
            (first, end) = own[middle].At <= moment ? (middle + 1, end) : (first, middle);
        }

        return first == 0 ? NodeOf(agent) : own[first - 1];
    }

    private TreeNode[] AddRequests(CacheMisses misses)
    {
        var nodes = new TreeNode[records.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            var record = records[i];
            nodes[i] = new TreeNode(SessionNodeKind.Request, record.Id.ToString())
            {
                Name = record.Model,
                Agent = record.Agent,
                StartedAt = record.StartedAt,
                EndedAt = record.StartedAt + record.Duration,
                Duration = record.Duration,
                Succeeded = record.Status switch
                {
                    RequestStatus.Unknown => null,
                    RequestStatus.Ok => true,
                    _ => false,
                },
                Request = record,
                CacheMiss = misses.Of(record),
            };
            PlaceOf(record.Agent, record.StartedAt).Children.Add(nodes[i]);
        }

        return nodes;
    }

    private void AddTools(TreeNode[] requests)
    {
        var callers = new ToolCallers(
            [.. records.Select(r => new Caller(r.Id, r.Agent, r.MessageId, r.Client, EndOf(r)))],
            standUnder
        );
        foreach (var told in events[SessionEventKind.Tool])
        {
            var node = Make(SessionNodeKind.Tool, told);
            var caller = callers.Of(told) is { } request ? requests[request] : null;
            (caller ?? PlaceOf(told.Agent, told.StartedAt ?? told.EndedAt)).Children.Add(node);
            tools[told.Id] = node;
            toolAgents[told.Id] = (caller is null ? told.Agent : caller.Agent) ?? Main;
        }
    }

    /// <summary>When an answer was whole: a gateway's record begins with the request, a log's line is written at the end.</summary>
    private static DateTimeOffset EndOf(UsageRecord record) =>
        record.Source == UsageSource.Gateway && record.Duration is { } took
            ? record.StartedAt + took
            : record.StartedAt;

    private void AddAgents()
    {
        foreach (var (agent, told) in agentEvents)
        {
            if (told.Parent is { } call && toolAgents.TryGetValue(call, out var caller))
            {
                parents[agent] = caller;
            }
            else if (told.Agent is { } outer)
            {
                parents[agent] = outer;
            }
        }

        foreach (var (agent, node) in agents.ToArray())
        {
            if (!IsReachable(agent))
            {
                root.Children.Add(node);
            }
            else if (agentEvents.GetValueOrDefault(agent)?.Parent is { } call && tools.TryGetValue(call, out var tool))
            {
                tool.Children.Add(node);
            }
            else
            {
                var parent = parents.GetValueOrDefault(agent, Main);
                PlaceOf(parent.Length == 0 ? null : parent, node.StartedAt).Children.Add(node);
            }
        }
    }

    /// <summary>Whether the way up from an agent ends at the main one, and in not too many steps.</summary>
    private bool IsReachable(string agent)
    {
        var at = agent;
        for (var steps = 0; steps < MostNesting; steps++)
        {
            if (!parents.TryGetValue(at, out var next) || next.Length == 0)
            {
                return true;
            }

            at = next;
        }

        return false;
    }

    private void AddOthers()
    {
        var ofLogs = events[SessionEventKind.Compaction]
            .Concat(events[SessionEventKind.Error])
            .Where(e => !IsOfHook(e))
            .GroupBy(e => (e.Kind, e.Agent ?? Main))
            .ToDictionary(group => group.Key, group => group.Select(At).Order().ToArray());
        foreach (var told in events.SelectMany(group => group))
        {
            switch (told.Kind)
            {
                case SessionEventKind.Permission:
                    var node = Make(SessionNodeKind.Permission, told);
                    (
                        tools.GetValueOrDefault(told.Parent ?? told.Id)
                        ?? PlaceOf(told.Agent, told.StartedAt ?? told.EndedAt)
                    ).Children.Add(node);
                    break;
                case SessionEventKind.Compaction or SessionEventKind.Error when IsToldTwice(told, ofLogs):
                    break;
                case SessionEventKind.Compaction:
                    Place(SessionNodeKind.Compaction, told);
                    break;
                case SessionEventKind.Limit:
                    Place(SessionNodeKind.Limit, told);
                    break;
                case SessionEventKind.Error:
                    Place(SessionNodeKind.Error, told);
                    break;
                case SessionEventKind.PullRequest:
                    Place(SessionNodeKind.PullRequest, told);
                    break;
                case SessionEventKind.McpServer:
                    root.Children.Add(Make(SessionNodeKind.McpServer, told));
                    break;
                case SessionEventKind.Life:
                    root.Children.Add(Make(SessionNodeKind.Life, told));
                    break;
            }
        }
    }

    /// <summary>Whether a hook told of something that the agent's log tells too, under an id of its own.</summary>
    private static bool IsToldTwice(SessionEvent told, Dictionary<(SessionEventKind, string), DateTimeOffset[]> ofLogs)
    {
        if (!IsOfHook(told) || !ofLogs.TryGetValue((told.Kind, told.Agent ?? Main), out var times))
        {
            return false;
        }

        var at = At(told);
        var next = Array.BinarySearch(times, at);
        next = next < 0 ? ~next : next;
        return (next < times.Length && times[next] - at <= SameMoment)
            || (next > 0 && at - times[next - 1] <= SameMoment);
    }

    private static bool IsOfHook(SessionEvent told) =>
        told.Id.StartsWith("hook:", StringComparison.Ordinal) || told.Id.StartsWith("stop:", StringComparison.Ordinal);

    private void Place(SessionNodeKind kind, SessionEvent told) =>
        PlaceOf(told.Agent, told.StartedAt ?? told.EndedAt).Children.Add(Make(kind, told));

    private static TreeNode Make(SessionNodeKind kind, SessionEvent told) =>
        new(kind, told.Id)
        {
            Name = told.Name,
            Agent = told.Agent,
            StartedAt = told.StartedAt,
            EndedAt = told.EndedAt,
            Duration = told.Duration,
            Succeeded = told.Succeeded,
            Tokens = told.Tokens,
        };

    private static DateTimeOffset At(SessionEvent told) => told.StartedAt ?? told.EndedAt ?? DateTimeOffset.MinValue;
}
