using Weir.Foundation;

namespace Weir.Gateway.Routing;

/// <summary>
/// The calls that Claude Code makes beside the conversation: titles and names of sessions, summaries, the check of a quota, the
/// reading of a fetched page. Recognised by what they have in common, not by their words, which change with every version: they come
/// from Claude Code in Anthropic's dialect, offer no tools, do not think, and have one of the marks of a small task.
/// </summary>
internal static class ClaudeCodeHelpers
{
    /// <summary>The main conversation asks for tens of thousands.</summary>
    private const long SmallOutput = 1024;

    private const string Program = "claude-code";
    private const string SessionHeader = "x-claude-code-session-id";

    /// <summary>Whether it is one: an answer by a schema, a small bound, or a model of the smallest kind.</summary>
    public static bool Is(in RouteQuestion question) =>
        question is { Dialect: Dialect.AnthropicMessages, HasThinking: false, Traits: { Head.HasTools: false } traits }
        && (question.Client == Program || question.Headers.ContainsKey(SessionHeader))
        && (
            question.OutputBound <= SmallOutput
            || (question.Alias ?? question.Model).Contains("haiku", StringComparison.OrdinalIgnoreCase)
            || traits.WantsSchema
        );

    /// <summary>
    /// Whether it may have been one, of a request of which only its record is left: such a session's header makes it the
    /// record's session.
    /// </summary>
    public static bool MayBe(in RouteQuestion question) =>
        question.Dialect == Dialect.AnthropicMessages && (question.Client == Program || question.Session is not null);
}
