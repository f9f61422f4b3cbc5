using Weir.Wire;

namespace Weir.Capture.Agents.Codex;

/// <summary>What a rollout tells of limits: the provider's quota at every answer, and the message when one is met.</summary>
internal static class CodexLimits
{
    private const int LongestMessage = 500;

    /// <summary>
    /// Reads <c>rate_limits</c>: two windows, each with the part used, and the plan. With an API key they are all null. A word
    /// that was told already is not told again.
    /// </summary>
    public static void Quota(CodexState state, ReadOnlySpan<byte> limits, DateTimeOffset at, Catch caught)
    {
        if (new JsonCursor(limits).Peek() != JsonKind.Object)
        {
            return;
        }

        var limit = Fields.Word(limits, "limit_id"u8);
        var prefix = limit is null or "codex" ? "" : limit + ":";
        Window(state, Fields.Find(limits, "primary"u8), prefix + "primary", at, caught);
        Window(state, Fields.Find(limits, "secondary"u8), prefix + "secondary", at, caught);
    }

    /// <summary>Reads the message of a failure that is a limit's; null when it is another's.</summary>
    public static string? Message(ReadOnlySpan<byte> error)
    {
        var text = Fields.Text(error, "message"u8, LongestMessage);
        return
            text is not null
            && (
                text.StartsWith("You've hit your usage limit", StringComparison.Ordinal)
                || text.StartsWith("You've reached your usage limit", StringComparison.Ordinal)
                || text.StartsWith("You hit your spend cap", StringComparison.Ordinal)
                || text.StartsWith("Quota exceeded", StringComparison.Ordinal)
                || text.StartsWith("Your workspace is out of credits", StringComparison.Ordinal)
                || text.StartsWith("The usage limit has been reached", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("Usage limit reached", StringComparison.OrdinalIgnoreCase)
            )
            ? text
            : null;
    }

    private static void Window(
        CodexState state,
        ReadOnlySpan<byte> window,
        string scope,
        DateTimeOffset at,
        Catch caught
    )
    {
        if (Fields.Number(window, "used_percent"u8) is not { } used)
        {
            return;
        }

        var resets = ResetsAt(window, at);
        if (state.Limits.TryGetValue(scope, out var told) && told == (used, resets))
        {
            return;
        }

        state.Limits[scope] = (used, resets);
        caught.Limits.Add(
            new LimitWord(
                at,
                "codex",
                state.Session,
                LimitWordKind.Quota,
                Window: Fields.Milliseconds(Fields.Number(window, "window_minutes"u8) * 60_000),
                UsedPercent: used,
                ResetsAt: resets,
                Scope: scope,
                Plan: state.Plan
            )
        );
    }

    /// <summary>A moment in seconds since 1970, in older versions seconds from now.</summary>
    private static DateTimeOffset? ResetsAt(ReadOnlySpan<byte> window, DateTimeOffset at) =>
        Fields.Number(window, "resets_at"u8) is { } seconds ? Fields.UnixMilliseconds(seconds * 1000)
        : Fields.Milliseconds(Fields.Number(window, "resets_in_seconds"u8) * 1000) is { } span
        && span < DateTimeOffset.MaxValue - at
            ? at + span
        : null;
}
