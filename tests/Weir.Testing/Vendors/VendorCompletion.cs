using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>What a vendor answers, before it is put into the vendor's own words.</summary>
public sealed record VendorCompletion
{
    /// <summary>The answer's id (<c>msg_…</c>, <c>chatcmpl-…</c>, <c>resp_…</c>).</summary>
    public required string Id { get; init; }

    /// <summary>The model as the vendor names it.</summary>
    public required string Model { get; init; }

    /// <summary>What was generated, in order.</summary>
    public ImmutableArray<VendorBlock> Blocks { get; init; } = [new VendorText("Hello there.")];

    /// <summary>The tokens charged, in Weir's disjoint classes; the vendor's words are made from them.</summary>
    public TokenUsage Usage { get; init; } = new() { Input = 12, Output = 5 };

    /// <summary>Overrides the stop reason that follows from the blocks.</summary>
    public string? StopReason { get; init; }

    /// <summary>Anthropic's <c>service_tier</c> / OpenAI's; null to leave it away.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>OpenAI Responses' <c>store</c>, which is true unless the request says otherwise.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>True when a tool is called.</summary>
    public bool CallsTool => Blocks.Any(b => b is VendorToolCall);

    /// <summary>The text of all thinking; null for none.</summary>
    public string? Thinking =>
        Blocks.OfType<VendorThinking>().Any()
            ? string.Concat(Blocks.OfType<VendorThinking>().Select(b => b.Text))
            : null;

    /// <summary>The text of all text blocks.</summary>
    public string Text => string.Concat(Blocks.OfType<VendorText>().Select(b => b.Text));
}

/// <summary>A piece of an answer.</summary>
public abstract record VendorBlock;

/// <summary>Plain text.</summary>
public sealed record VendorText(string Text) : VendorBlock;

/// <summary>Thinking with its signature.</summary>
public sealed record VendorThinking(string Text, string Signature = "c2lnbmF0dXJl") : VendorBlock;

/// <summary>A tool call; the arguments are a JSON object.</summary>
public sealed record VendorToolCall(string Id, string Name, string Arguments) : VendorBlock;

/// <summary>A call of a tool that takes a text and no JSON; Responses alone has such.</summary>
public sealed record VendorFreeFormCall(string Id, string Name, string Input) : VendorBlock;
