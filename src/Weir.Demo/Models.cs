using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Demo;

/// <summary>A model of a vendor from the day it came out.</summary>
internal sealed record Release(string Provider, string Catalogue, string Model, DateOnly Since, double TokensPerSecond);

/// <summary>The models that the team used, each kind by release: on any day the newest is taken.</summary>
internal static class Models
{
    /// <summary>What most work is done with.</summary>
    public static ImmutableArray<Release> Standard { get; } =
    [
        Anthropic("claude-sonnet-4-5", 2025, 9, 29, 70),
        Anthropic("claude-sonnet-4-6", 2026, 2, 17, 75),
        Anthropic("claude-sonnet-5", 2026, 6, 30, 80),
    ];

    /// <summary>For what is hard.</summary>
    public static ImmutableArray<Release> Large { get; } =
    [
        Anthropic("claude-opus-4-1", 2025, 8, 5, 45),
        Anthropic("claude-opus-4-5", 2025, 11, 24, 55),
        Anthropic("claude-opus-4-6", 2026, 2, 5, 55),
        Anthropic("claude-opus-4-7", 2026, 4, 16, 60),
        Anthropic("claude-opus-4-8", 2026, 5, 28, 60),
    ];

    /// <summary>For subagents and titles.</summary>
    public static ImmutableArray<Release> Small { get; } = [Anthropic("claude-haiku-4-5", 2025, 10, 15, 140)];

    /// <summary>Codex.</summary>
    public static ImmutableArray<Release> Codex { get; } =
    [
        OpenAI("gpt-5-codex", 2025, 9, 15, 80),
        OpenAI("gpt-5.1-codex", 2025, 11, 13, 85),
        OpenAI("gpt-5.2-codex", 2025, 12, 11, 85),
        OpenAI("gpt-5.3-codex", 2026, 2, 5, 90),
        OpenAI("gpt-5.5", 2026, 4, 23, 90),
    ];

    /// <summary>The support assistant.</summary>
    public static ImmutableArray<Release> Chat { get; } =
    [OpenAI("gpt-5-mini", 2025, 8, 7, 110), OpenAI("gpt-5.4-mini", 2026, 3, 17, 120)];

    /// <summary>The nightly evaluation.</summary>
    public static ImmutableArray<Release> Evaluation { get; } =
    [Google("gemini-2.5-pro", 2025, 6, 17, 90), Google("gemini-3.1-pro-preview", 2026, 2, 19, 95)];

    /// <summary>The newest on a day; before the first release, the first.</summary>
    public static Release On(this ImmutableArray<Release> releases, DateOnly day) =>
        releases.LastOrDefault(r => r.Since <= day) ?? releases[0];

    /// <summary>The dialect that a vendor's own programs speak.</summary>
    public static Dialect DialectOf(this Release release, bool codex) =>
        release.Provider switch
        {
            "anthropic" => Dialect.AnthropicMessages,
            "gemini" => Dialect.Gemini,
            _ => codex ? Dialect.OpenAIResponses : Dialect.OpenAIChat,
        };

    private static Release Anthropic(string model, int year, int month, int day, double speed) =>
        new("anthropic", "anthropic", model, new DateOnly(year, month, day), speed);

    private static Release OpenAI(string model, int year, int month, int day, double speed) =>
        new("openai", "openai", model, new DateOnly(year, month, day), speed);

    private static Release Google(string model, int year, int month, int day, double speed) =>
        new("gemini", "google", model, new DateOnly(year, month, day), speed);
}
