using Weir.Capture.Sessions;
using Weir.Client;
using Weir.Foundation;
using Weir.Server.Api.Usage;

namespace Weir.Server.Api.Sessions;

/// <summary>From the sessions' own types to the public API's.</summary>
internal static class SessionShapesOf
{
    /// <summary>A session in a list.</summary>
    public static SessionItem Item(SessionOverview session)
    {
        var figures = Figures(session.Usage);
        return new SessionItem
        {
            Id = session.Id,
            Client = session.Client,
            State = session.State.ToString().ToLowerInvariant(),
            FirstAt = session.FirstAt,
            LastAt = session.LastAt,
            HasLog = session.HasLog,
            Host = session.Host,
            Terminal = session.Terminal,
            ProcessId = session.ProcessId,
            Project = session.Project,
            User = session.User,
            Folder = session.Folder,
            Repository = session.Repository,
            Branch = session.Branch,
            Version = session.Version,
            Entrypoint = session.Entrypoint,
            ParentSession = session.Parent,
            PullRequests = session.PullRequests,
            Models = session.Models,
            Prompts = session.Counts.Prompts,
            Subagents = session.Counts.Subagents,
            ToolCalls = session.Counts.ToolCalls,
            ToolErrors = session.Counts.ToolErrors,
            AgentErrors = session.Counts.Errors,
            Compactions = session.Counts.Compactions,
            Turns = session.Counts.Turns,
            Permissions = session.Counts.Permissions,
            Requests = figures.Requests,
            Errors = figures.Errors,
            UnpricedRequests = figures.UnpricedRequests,
            EstimatedRequests = figures.EstimatedRequests,
            InputTokens = figures.InputTokens,
            CacheReadTokens = figures.CacheReadTokens,
            CacheWrite5mTokens = figures.CacheWrite5mTokens,
            CacheWrite1hTokens = figures.CacheWrite1hTokens,
            OutputTokens = figures.OutputTokens,
            ReasoningTokens = figures.ReasoningTokens,
            CostUsd = figures.CostUsd,
            BilledUsd = figures.BilledUsd,
            SavingsUsd = figures.SavingsUsd,
        };
    }

    /// <summary>A node with everything below it.</summary>
    public static SessionTreeNode Node(SessionNode node)
    {
        var record = node.Request;
        return new SessionTreeNode
        {
            Kind = Words.Of(node.Kind),
            Id = node.Id,
            Name = node.Name,
            Agent = node.Agent,
            StartedAt = node.StartedAt,
            EndedAt = node.EndedAt,
            DurationMs = node.Duration?.TotalMilliseconds,
            Succeeded = node.Succeeded,
            Tokens = node.Tokens,
            WaitedMs = node.Waited > TimeSpan.Zero ? node.Waited.TotalMilliseconds : null,
            Request = record is null ? null : Request(record),
            CacheMiss = node.CacheMiss is { } miss ? new CacheMissFigures(miss.Tokens, miss.ExtraCost?.ToUsd()) : null,
            Usage = node.Total.Requests == 0 ? null : Figures(node.Total),
            Own = record is not null && node.Own != node.Total ? Figures(node.Own) : null,
            Children = [.. node.Children.Select(Node)],
        };
    }

    /// <summary>The activity of a range.</summary>
    public static SessionActivityResult Activity(DateTimeOffset from, DateTimeOffset to, SessionActivity activity) =>
        new(
            from,
            to,
            [.. activity.Tools.Select(Row)],
            [.. activity.McpServers.Select(Row)],
            [.. activity.Agents.Select(Row)],
            [.. activity.Models.Select(Row)],
            Figures(activity.Total)
        );

    /// <summary>A handoff.</summary>
    public static HandoffItem Handoff(SessionHandoff handoff)
    {
        var record = handoff.Request;
        return new HandoffItem
        {
            Kind = handoff.Kind.ToString().ToLowerInvariant(),
            Id = handoff.Id,
            At = handoff.At,
            Session = handoff.Session,
            Reason = record?.HandoffReason,
            RequestedModel = record?.RequestedModel,
            RequestedProvider =
                record is null ? null
                : record.Attempts.IsDefaultOrEmpty ? record.Provider
                : record.Attempts[0].Provider,
            Model = record?.Model,
            Provider = record?.Provider,
            FromAgent = handoff.FromAgent,
            AgentType = handoff.AgentType,
            ToolCall = handoff.ToolCall,
            FromSession = handoff.FromSession,
            Requests = handoff.Usage.Requests,
            TotalTokens = handoff.Usage.Tokens,
            CostUsd = Known(handoff.Usage.Cost, handoff.Usage),
            RequestedCostUsd = record?.RequestedCost?.ToUsd(),
            SavingsUsd = record?.Saving?.ToUsd(),
        };
    }

    private static SessionTreeRequest Request(UsageRecord record) =>
        new()
        {
            RequestedModel = record.RequestedModel,
            Provider = record.Provider,
            Status = Words.Of(record.Status),
            ErrorType = record.ErrorType,
            HandoffReason = record.HandoffReason,
            UpstreamDialect = Words.Of(record.UpstreamDialect),
            Dropped = record.Dropped,
            Billing = Words.Of(record.Billing),
            MessageId = record.MessageId,
            SeenBy = [Words.Of(record.Source), .. Words.Of(record.AlsoSeenBy)],
        };

    private static ActivityItem Row(ActivityRow row) =>
        new(
            Figures(row.Usage),
            row.Name,
            row.Calls,
            row.Failed,
            new DurationFigures(row.P50?.TotalMilliseconds, row.P95?.TotalMilliseconds)
        );

    /// <summary>Sums of requests, as every route tells them.</summary>
    public static SessionFigures Figures(SessionSums sums) =>
        new()
        {
            Requests = sums.Requests,
            Errors = sums.Errors,
            UnpricedRequests = sums.Unpriced,
            EstimatedRequests = sums.Estimated,
            InputTokens = sums.Input,
            CacheReadTokens = sums.CacheRead,
            CacheWrite5mTokens = sums.CacheWrite5m,
            CacheWrite1hTokens = sums.CacheWrite1h,
            OutputTokens = sums.Output,
            ReasoningTokens = sums.Reasoning,
            CostUsd = Known(sums.Cost, sums),
            BilledUsd = Known(sums.Billed, sums),
            SavingsUsd = new Money(sums.Savings).ToUsd(),
        };

    // A sum of nothing but unknown prices is unknown: it must not look as if it were free.
    private static decimal? Known(long nano, SessionSums sums) =>
        sums.Unpriced > 0 && nano == 0 ? null : new Money(nano).ToUsd();
}
