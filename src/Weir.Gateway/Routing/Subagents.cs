using System.Collections.Immutable;

namespace Weir.Gateway.Routing;

/// <summary>
/// Claude Code's subagents, as its requests tell them: the header <c>x-claude-code-agent-id</c>, else <c>cc_is_subagent=true</c>
/// in the first block of the instructions. What an agent is called stands nowhere in its requests, but how its instructions
/// begin does: those of an agent file are its text.
/// </summary>
internal static class Subagents
{
    private const string Mark = "x-anthropic-billing-header:";

    /// <summary>Whether a subagent asks.</summary>
    public static bool Is(in RouteQuestion question)
    {
        if (question.Agent is not null)
        {
            return true;
        }

        foreach (var start in StartsOf(question))
        {
            if (start.StartsWith(Mark, StringComparison.Ordinal))
            {
                return start.Contains(" cc_is_subagent=true;", StringComparison.Ordinal);
            }
        }

        return false;
    }

    /// <summary>What a subagent goes by: its id, and the first line of each text of its instructions.</summary>
    public static ImmutableArray<string> NamesOf(in RouteQuestion question)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        if (question.Agent is { } id)
        {
            names.Add(id);
        }

        // Behind the billing header Claude Code names itself; what is told of this agent follows.
        var starts = StartsOf(question);
        var own = starts is [var first, _, ..] && first.StartsWith(Mark, StringComparison.Ordinal) ? 2 : 0;
        foreach (var start in starts.AsSpan()[own..])
        {
            var text = start.AsSpan().TrimStart();
            var end = text.IndexOfAny('\r', '\n');
            names.Add((end < 0 ? text : text[..end]).ToString());
        }

        return names.ToImmutable();
    }

    private static ImmutableArray<string> StartsOf(in RouteQuestion question) => question.Traits?.SystemStarts ?? [];
}
