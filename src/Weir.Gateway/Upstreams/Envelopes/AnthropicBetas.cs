using System.Collections.Frozen;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>Where a field stands that a beta enables.</summary>
internal enum BetaPlace
{
    /// <summary>A member of the request.</summary>
    Request,

    /// <summary>A member of an item of <c>tools</c>.</summary>
    Tool,

    /// <summary>A member of any <c>cache_control</c>.</summary>
    CacheControl,
}

/// <summary>A field that only a beta's header makes valid.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Feature">What a record calls its loss.</param>
internal readonly record struct BetaField(BetaPlace Place, string Name, Feature Feature);

/// <summary>
/// The values of <c>anthropic-beta</c> that the hosts of Claude know, and the fields of those that they do not: header and field
/// go together or not at all, for a host refuses a request over one value or one field that it does not know. A value that is in
/// neither list is not sent. Pure.
/// </summary>
/// <remarks>
/// Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html and
/// -tool-use.html; docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude; platform.claude.com/docs, "Beta
/// headers", "Claude on Amazon Bedrock" and "Claude on Vertex AI".
/// </remarks>
internal static class AnthropicBetas
{
    private static readonly FrozenDictionary<string, string> KnownToBedrock = Same(
            "compact-2026-01-12",
            "computer-use-2025-01-24",
            "computer-use-2025-11-24",
            "context-1m-2025-08-07",
            "context-management-2025-06-27",
            "effort-2025-11-24",
            "fine-grained-tool-streaming-2025-05-14",
            "interleaved-thinking-2025-05-14",
            "output-128k-2025-02-19",
            "token-efficient-tools-2025-02-19",
            "tool-examples-2025-10-29",
            "tool-search-tool-2025-10-19"
        )
        // What Anthropic sells as one, the hosts have by its parts.
        .Append(new("advanced-tool-use-2025-11-20", "tool-search-tool-2025-10-19"))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> KnownToVertex = Same(
            "compact-2026-01-12",
            "computer-use-2025-01-24",
            "computer-use-2025-11-24",
            "context-1m-2025-08-07",
            "context-management-2025-06-27",
            "interleaved-thinking-2025-05-14",
            "token-efficient-tools-2025-02-19",
            "tool-search-tool-2025-10-19",
            "web-search-2025-03-05"
        )
        .Append(new("advanced-tool-use-2025-11-20", "tool-search-tool-2025-10-19"))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, BetaField[]> Fields = new Dictionary<string, BetaField[]>(
        StringComparer.Ordinal
    )
    {
        ["code-execution-2025-05-22"] = [new(BetaPlace.Request, "container", Feature.StoredConversation)],
        ["code-execution-2025-08-25"] = [new(BetaPlace.Request, "container", Feature.StoredConversation)],
        ["skills-2025-10-02"] = [new(BetaPlace.Request, "container", Feature.StoredConversation)],
        ["fast-mode-2026-02-01"] = [new(BetaPlace.Request, "speed", Feature.ServiceTier)],
        ["mcp-client-2025-04-04"] = [new(BetaPlace.Request, "mcp_servers", Feature.HostedTool)],
        ["mcp-client-2025-11-20"] = [new(BetaPlace.Request, "mcp_servers", Feature.HostedTool)],
        ["structured-outputs-2025-11-13"] =
        [
            new(BetaPlace.Request, "output_format", Feature.OutputSchema),
            new(BetaPlace.Tool, "strict", Feature.StrictTool),
        ],
        ["context-management-2025-06-27"] = [new(BetaPlace.Request, "context_management", Feature.ContextManagement)],
        ["compact-2026-01-12"] = [new(BetaPlace.Request, "context_management", Feature.ContextManagement)],
        ["fine-grained-tool-streaming-2025-05-14"] =
        [
            new(BetaPlace.Tool, "eager_input_streaming", Feature.UnknownField),
        ],
        ["tool-examples-2025-10-29"] = [new(BetaPlace.Tool, "input_examples", Feature.UnknownField)],
        ["prompt-caching-scope-2026-01-05"] = [new(BetaPlace.CacheControl, "scope", Feature.CacheControl)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Splits what a caller wrote into what the host is told, each value once, and the fields that must go.</summary>
    /// <param name="header">The header's value, several joined by commas; null for none.</param>
    /// <param name="kind">Bedrock or Vertex.</param>
    public static (IReadOnlyList<string> Known, IReadOnlyList<BetaField> Stripped) For(
        string? header,
        ProviderKind kind
    )
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return ([], []);
        }

        var table = kind == ProviderKind.Bedrock ? KnownToBedrock : KnownToVertex;
        var known = new List<string>();
        var kept = new HashSet<BetaField>();
        var stripped = new HashSet<BetaField>();
        foreach (var value in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var isKnown = table.TryGetValue(value, out var name);
            if (isKnown && !known.Contains(name!))
            {
                known.Add(name!);
            }

            (isKnown ? kept : stripped).UnionWith(Fields.GetValueOrDefault(value) ?? []);
        }

        stripped.ExceptWith(kept);
        return (known, [.. stripped]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Same(params IEnumerable<string> values) =>
        values.Select(value => new KeyValuePair<string, string>(value, value));
}
