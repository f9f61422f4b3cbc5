using System.Globalization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>A session's tree as people read it: what happened, when, how long it took, what it used, and what was amiss.</summary>
internal static class SessionTreeText
{
    /// <summary>The lines below the session's own.</summary>
    public static IEnumerable<string> Lines(SessionTreeNode root) => Below(root, "");

    /// <summary>A span of time: <c>340ms</c>, <c>12s</c>, <c>3m 4s</c>, <c>2h 5m</c>.</summary>
    public static string Span(double milliseconds)
    {
        var span = TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.MaxValue.TotalMilliseconds / 2));
        return span.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms")
            : span.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalSeconds):0}s")
            : span.TotalHours < 1
                ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMinutes):0}m {span.Seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalHours):0}h {span.Minutes}m");
    }

    /// <summary>All tokens.</summary>
    public static long Tokens(SessionFigures figures) =>
        figures.InputTokens
        + figures.CacheReadTokens
        + figures.CacheWrite5mTokens
        + figures.CacheWrite1hTokens
        + figures.OutputTokens;

    private static IEnumerable<string> Below(SessionTreeNode node, string indent)
    {
        // That a session began, and that a prompt was answered, shows in the times of the others.
        var shown = node.Children.Where(child => child.Kind is not ("turn" or "life")).ToList();
        for (var i = 0; i < shown.Count; i++)
        {
            var isLast = i == shown.Count - 1;
            yield return indent + (isLast ? "└─ " : "├─ ") + Line(shown[i]);
            foreach (var line in Below(shown[i], indent + (isLast ? "   " : "│  ")))
            {
                yield return line;
            }
        }
    }

    private static string Line(SessionTreeNode node)
    {
        var parts = new List<string> { Label(node) };
        if ((node.StartedAt ?? node.EndedAt) is { } at)
        {
            parts.Add(at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        }

        if (node.DurationMs is { } took && node.Kind is not ("compaction" or "error" or "pull_request"))
        {
            parts.Add(Span(took));
        }

        if (node.Usage is { } usage)
        {
            parts.Add($"{Figures.Count(Tokens(usage))} tokens");
            parts.Add(Figures.Cost(usage.CostUsd, usage.UnpricedRequests));
        }

        if (node.Own is { } own)
        {
            parts.Add($"itself {Figures.Cost(own.CostUsd, own.UnpricedRequests)}");
        }

        parts.AddRange(Flags(node));
        return string.Join("  ", parts);
    }

    private static string Label(SessionTreeNode node) =>
        node.Kind switch
        {
            "prompt" => "prompt",
            "request" => Figures.Name(node.Name),
            "tool" => Figures.Name(node.Name),
            "agent" => $"agent {Figures.Name(node.Name ?? node.Id)}",
            "pull_request" => $"pull request {Figures.Name(node.Name)}",
            "mcp_server" => $"tool server {Figures.Name(node.Name)}",
            "compaction" when node.Tokens is { } tokens =>
                $"compaction ({Figures.Name(node.Name)}, {Figures.Count(tokens)} tokens before)",
            _ => node.Name is null ? node.Kind : $"{node.Kind} {Figures.Name(node.Name)}",
        };

    private static IEnumerable<string> Flags(SessionTreeNode node)
    {
        if (node.Succeeded == false)
        {
            yield return node.Kind switch
            {
                "permission" => "[refused]",
                "request" => $"[{Figures.Name(node.Request?.ErrorType ?? node.Request?.Status)}]",
                _ => "[failed]",
            };
        }

        if (node.CacheMiss is { } miss)
        {
            yield return $"[cache miss: {Figures.Count(miss.Tokens)} tokens, {Figures.Usd(miss.ExtraUsd)} more]";
        }

        if (node.WaitedMs is { } waited && node.Kind is "permission" or "tool" or "prompt")
        {
            yield return $"[waited {Span(node.WaitedMs ?? 0)}]";
        }

        if (node.Request?.HandoffReason is { } reason)
        {
            yield return $"[{Figures.Name(reason)}: {Figures.Name(node.Request.RequestedModel)} was asked for]";
        }

        if (node.Request?.UpstreamDialect is { } dialect)
        {
            var dropped = string.Join(", ", node.Request.Dropped.Select(Figures.Name));
            yield return $"[translated to {Figures.Name(dialect)}{(dropped.Length > 0 ? $", without {dropped}" : "")}]";
        }
    }
}
