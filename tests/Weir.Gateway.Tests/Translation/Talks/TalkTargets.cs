using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>The providers to which conversations are sent: vendors' own, with a model that takes what is asked of it.</summary>
internal static class TalkTargets
{
    /// <summary>What proofs of thinking a provider of the dialect makes.</summary>
    public static ProofKind KindOf(Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => ProofKind.Signature,
            Dialect.OpenAIResponses => ProofKind.Encrypted,
            _ => ProofKind.Thought,
        };

    public static TargetTraits For(Talk talk, Dialect dialect, string provider) =>
        new()
        {
            Dialect = dialect,
            Provider = provider,
            Model = dialect switch
            {
                Dialect.AnthropicMessages => talk is { Thinks: true, IsForNewModels: true }
                    ? "claude-opus-4-8"
                    : "claude-sonnet-4-5",
                Dialect.BedrockConverse => "anthropic.claude-opus-4-8",
                // Up to 2.5 tools and a shape of the answer exclude each other.
                Dialect.Gemini => talk.IsForNewModels || (talk.Shape is not null && talk.Tools.Length > 0)
                    ? "gemini-3-flash"
                    : "gemini-2.5-flash",
                _ => talk.Thinks ? "gpt-5.1" : "gpt-4.1",
            },
            IsOpenAI = true,
            TakesMaxCompletionTokens = true,
            FlattensText = false,
        };

    /// <summary>A caller's request as it goes to the provider, and the names of what it lost.</summary>
    public static (byte[] Body, string[] Lost) Write(Dialect from, byte[] body, TargetTraits traits)
    {
        var read = TranslatedRequest.Read(from, body, streams: false, out var fault);
        Assert.Null(fault);
        using var written = TranslatedRequest.Write(read!, traits);
        return (written.Body.ToArray(), [.. written.Dropped]);
    }
}
