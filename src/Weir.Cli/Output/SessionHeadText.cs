using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>What is known of a session and what it used, as people read it: what stands above its tree.</summary>
internal static class SessionHeadText
{
    /// <summary>What is to be said of a tree that is not whole.</summary>
    public const string Cut = "it has more requests than can be shown: these are the newest";

    /// <summary>The lines; what is not known has none.</summary>
    public static IEnumerable<string> Lines(SessionDetail detail)
    {
        var session = detail.Session;
        yield return $"session {Figures.Name(session.Id)}  {Figures.Name(session.State)}";
        var waited = detail.Tree.WaitedMs is { } span ? SessionTreeText.Span(span) : null;
        foreach (var (name, values) in Facts(session).Append(("waited", [waited])))
        {
            var known = values.OfType<string>().Select(Figures.Name).ToList();
            if (known.Count > 0)
            {
                yield return $"  {name, -12}  {string.Join(", ", known)}";
            }
        }
    }

    private static IEnumerable<(string Name, IEnumerable<string?> Values)> Facts(SessionItem session)
    {
        var time = SessionTreeText.Span((session.LastAt - session.FirstAt).TotalMilliseconds);
        return
        [
            ("client", [session.Client, session.Version, session.Entrypoint]),
            ("project", [session.Project]),
            ("folder", [session.Folder]),
            ("repository", [session.Repository]),
            ("branch", [session.Branch]),
            ("continues", [session.ParentSession]),
            ("host", [session.Host, session.Terminal, session.ProcessId is { } process ? $"pid {process}" : null]),
            .. session.PullRequests.Select(address => ("pull request", (IEnumerable<string?>)[address])),
            ("models", session.Models),
            ("time", [$"{Figures.Time(session.FirstAt)} to {Figures.Time(session.LastAt)} ({time})"]),
            (
                "happened",
                [
                    $"{Figures.Count(session.Prompts)} prompts",
                    $"{Figures.Count(session.Requests)} requests",
                    $"{Figures.Count(session.Subagents)} subagents",
                    $"{Figures.Count(session.ToolCalls)} tools",
                    $"{Figures.Count(Math.Max(session.Errors, session.AgentErrors))} errors",
                    $"{Figures.Count(session.Compactions)} compactions",
                ]
            ),
            (
                "tokens",
                [
                    $"{Figures.Count(session.InputTokens)} input",
                    $"{Figures.Count(session.CacheReadTokens)} cache read",
                    $"{Figures.Count(session.CacheWrite5mTokens + session.CacheWrite1hTokens)} cache write",
                    $"{Figures.Count(session.OutputTokens)} output",
                ]
            ),
            (
                "cost",
                [
                    $"{Figures.Cost(session.CostUsd, session.UnpricedRequests)} (billed {Figures.Cost(session.BilledUsd, session.UnpricedRequests)})",
                ]
            ),
        ];
    }
}
