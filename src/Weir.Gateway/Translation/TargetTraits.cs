using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>What the writer of a request must know of where it goes. Immutable.</summary>
internal sealed record TargetTraits
{
    /// <summary>What it speaks.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>The provider's configured name; sealed proofs of that name are opened.</summary>
    public required string Provider { get; init; }

    /// <summary>The model to ask for.</summary>
    public required string Model { get; init; }

    /// <summary>Whether Chat's bound of the output is called <c>max_completion_tokens</c>, and <c>max_tokens</c> otherwise.</summary>
    public bool TakesMaxCompletionTokens { get; init; }

    /// <summary>Whether it is OpenAI's own host, which takes everything that its documents list.</summary>
    public bool IsOpenAI { get; init; }

    /// <summary>Whether texts that came in several parts are sent as one, for hosts that know no parts.</summary>
    public bool FlattensText { get; init; } = true;

    /// <summary>Whether it wants its thinking back as <c>reasoning_content</c> (DeepSeek, Moonshot).</summary>
    public bool TakesReasoningContent { get; init; }

    /// <summary>Whether ids of tool calls must be nine letters and digits (Mistral).</summary>
    public bool TakesShortToolIds { get; init; }

    /// <summary>Whether Chat streams are asked for their usage by <c>stream_options</c>.</summary>
    public bool TakesStreamOptions { get; init; } = true;

    /// <summary>Whether Gemini's calls and responses carry ids; Vertex knows them by their order.</summary>
    public bool TakesCallIds { get; init; } = true;

    /// <summary>What its vendor refuses beyond what the dialect lacks.</summary>
    public FeatureSet Refuses { get; init; }

    /// <summary>The largest output of the model in tokens, where the catalogue knows it.</summary>
    public long? OutputLimit { get; init; }
}
