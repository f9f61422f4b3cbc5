using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Upstreams;

/// <summary>What Weir knows of one vendor: where it is, what it speaks, and where it differs from what it imitates. Immutable.</summary>
/// <param name="Name">The name of the row, and the provider's when the environment sets it up.</param>
/// <param name="Kind">The kind of upstream.</param>
public sealed record Vendor(string Name, ProviderKind Kind)
{
    /// <summary>Its published address, as its SDK takes it; null for the kind's own, or where every account has another.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Its price catalogue; null for the kind's, or the one named like the provider.</summary>
    public string? Catalogue { get; init; }

    /// <summary>The environment's variables in which its key may stand; the first that is set wins. Empty where it has none.</summary>
    public ImmutableArray<string> Variables { get; init; } = [];

    /// <summary>The variable with the address of one that runs on somebody's own machine, which sets it up; null for the others.</summary>
    public string? AddressVariable { get; init; }

    /// <summary>Whether it is set up without a key too, for callers who bring their own credential.</summary>
    public bool WithoutKey { get; init; }

    /// <summary>What it speaks, the dialect that suits it best first. Empty where that hangs on the model.</summary>
    public ImmutableArray<Dialect> Dialects { get; init; } = [];

    /// <summary>
    /// The path at its address below which Anthropic's <c>/v1/messages</c> is, as <c>/anthropic</c>; null where it is below the
    /// base URL like everything else.
    /// </summary>
    public string? MessagesRoot { get; init; }

    /// <summary>Whether Anthropic's <c>/v1/messages/count_tokens</c> is there too.</summary>
    public bool CountsTokens { get; init; }

    /// <summary>
    /// Members of a Chat request that it refuses. They are left out of requests that Weir writes; what a caller wrote in the dialect
    /// itself goes out as it is.
    /// </summary>
    public ImmutableArray<string> RefusedChatFields { get; init; } = [];

    /// <summary>What it calls the bound on the output of a Chat request.</summary>
    public OutputBound OutputBound { get; init; }

    /// <summary>Whether it takes <c>stream_options</c>. Those that do not tell the usage of every stream unasked.</summary>
    public bool TakesStreamOptions { get; init; } = true;

    /// <summary>What ids of tool calls it takes.</summary>
    public ToolIds ToolIds { get; init; }

    /// <summary>Whether it wants a model's thinking back as <c>reasoning_content</c>.</summary>
    public bool WantsReasoningBack { get; init; }

    /// <summary>Where a Chat answer's <c>usage</c> tells what was read from its cache.</summary>
    public CachedTokens CachedTokens { get; init; }

    /// <summary>Where it tells what was spent on reasoning.</summary>
    public ReasoningTokens ReasoningTokens { get; init; }

    /// <summary>What its errors look like.</summary>
    public ErrorShape Errors { get; init; }

    /// <summary>Whether it speaks a dialect natively.</summary>
    public bool Speaks(Dialect dialect) => Dialects.Contains(dialect);
}

/// <summary>Names of the bound on a Chat answer's output.</summary>
public enum OutputBound
{
    /// <summary><c>max_tokens</c>.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>, which OpenAI's newer models take alone.</summary>
    MaxCompletionTokens,
}

/// <summary>Rules for ids of tool calls.</summary>
public enum ToolIds
{
    /// <summary>Any text.</summary>
    Any,

    /// <summary>Nine of <c>a-z</c>, <c>A-Z</c>, <c>0-9</c>.</summary>
    NineAlphanumerics,
}

/// <summary>Where cached tokens are told; they are part of the prompt everywhere.</summary>
public enum CachedTokens
{
    /// <summary><c>prompt_tokens_details.cached_tokens</c>.</summary>
    InDetails,

    /// <summary><c>prompt_cache_hit_tokens</c>, beside what missed.</summary>
    AsHits,

    /// <summary><c>cached_tokens</c>.</summary>
    Bare,

    /// <summary>Nowhere.</summary>
    Untold,
}

/// <summary>Where reasoning tokens are told.</summary>
public enum ReasoningTokens
{
    /// <summary><c>completion_tokens_details.reasoning_tokens</c>, a part of the completion.</summary>
    InDetails,

    /// <summary>The same member, but not counted in the completion; only the total shows it.</summary>
    BesideCompletion,

    /// <summary><c>reasoning_tokens</c>.</summary>
    Bare,

    /// <summary>Nowhere.</summary>
    Untold,
}

/// <summary>Shapes of errors.</summary>
public enum ErrorShape
{
    /// <summary>OpenAI's <c>{"error":{"message","type","code"}}</c>.</summary>
    Object,

    /// <summary><c>{"error":"…"}</c>, with or without a code beside it.</summary>
    Text,

    /// <summary><c>{"message":"…","type":"…","code":"…"}</c>.</summary>
    Bare,
}
