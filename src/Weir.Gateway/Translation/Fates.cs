using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>What becomes of a feature in a dialect.</summary>
internal enum Fate : byte
{
    /// <summary>The dialect has it.</summary>
    Kept,

    /// <summary>It becomes something else that means the same, or nearly.</summary>
    Mapped,

    /// <summary>It is left out, and the record says so.</summary>
    Dropped,

    /// <summary>The request is refused, for without it the answer would be another.</summary>
    Refused,
}

/// <summary>What becomes of one feature in each dialect that a request is translated into.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Name">Its name in records and documents.</param>
/// <param name="Anthropic">In Anthropic Messages.</param>
/// <param name="Chat">In OpenAI Chat Completions.</param>
/// <param name="Responses">In OpenAI Responses.</param>
/// <param name="Gemini">In Gemini.</param>
/// <param name="Converse">In Bedrock Converse.</param>
/// <param name="How">How it is mapped, and whatever else a person should know.</param>
internal sealed record FeatureFate(
    Feature Feature,
    string Name,
    Fate Anthropic,
    Fate Chat,
    Fate Responses,
    Fate Gemini,
    Fate Converse,
    string How
);

/// <summary>
/// The one table of what has no equivalent: writers ask it, records name what it dropped, and docs/formats/translation.md is
/// made of it. A target may drop more, because its vendor refuses a field or its model has no use for it.
/// </summary>
internal static class Fates
{
    private const Fate K = Fate.Kept;
    private const Fate M = Fate.Mapped;
    private const Fate D = Fate.Dropped;
    private const Fate R = Fate.Refused;

    /// <summary>A row for every feature, in the order of the features.</summary>
    public static ImmutableArray<FeatureFate> All { get; } =
    [
        new(
            Feature.SystemMidConversation,
            "system_mid_conversation",
            M,
            K,
            K,
            M,
            M,
            "where only the head has instructions: a text of the user's turn, in <system> tags"
        ),
        new(
            Feature.BillingHeader,
            "billing_header",
            K,
            D,
            D,
            D,
            D,
            "Claude Code's x-anthropic-billing-header line is for Anthropic alone"
        ),
        new(Feature.CacheControl, "cache_control", K, D, D, D, M, "others cache equal prefixes by themselves"),
        new(Feature.PromptCacheKey, "prompt_cache_key", D, K, K, D, D, ""),
        new(Feature.Image, "image", K, K, K, K, K, ""),
        new(Feature.ImageUrl, "image_url", K, K, K, M, R, "Gemini: a file at that address"),
        new(Feature.ImageDetail, "image_detail", D, K, K, D, D, ""),
        new(Feature.Document, "document", K, K, K, K, K, "PDF in base64"),
        new(
            Feature.TextDocument,
            "text_document",
            K,
            M,
            M,
            M,
            K,
            "where a document is no plain text: a text, its title above it"
        ),
        new(Feature.DocumentUrl, "document_url", K, R, K, M, R, "Gemini: a file at that address"),
        new(Feature.Audio, "audio", R, K, R, K, R, ""),
        new(Feature.Video, "video", R, R, R, K, R, ""),
        new(
            Feature.HeldFile,
            "held_file",
            R,
            R,
            R,
            R,
            R,
            "a file that a provider holds is known to that provider alone"
        ),
        new(Feature.Citations, "citations", K, D, D, D, D, ""),
        new(
            Feature.ToolResultMedia,
            "tool_result_media",
            K,
            M,
            K,
            M,
            K,
            "where a result is text alone: a user's turn behind the results; Gemini takes pictures and PDF in it from 3 on"
        ),
        new(
            Feature.ToolError,
            "tool_error",
            K,
            M,
            M,
            M,
            K,
            "the result begins with [tool error]; Gemini: stands under error"
        ),
        new(Feature.Tools, "tools", K, K, K, K, K, "refused for a vendor whose models call none (Perplexity)"),
        new(Feature.StrictTool, "strict_tool", K, K, K, D, D, ""),
        new(
            Feature.FreeFormTool,
            "free_form_tool",
            M,
            M,
            K,
            M,
            M,
            "a function with one text, input; its grammar is told in the description"
        ),
        new(
            Feature.HostedTool,
            "hosted_tool",
            D,
            D,
            D,
            D,
            D,
            "web search and other tools that the caller's vendor runs; computer use"
        ),
        new(Feature.NoParallelTools, "no_parallel_tools", K, K, K, D, D, ""),
        new(
            Feature.ToolChoice,
            "tool_choice",
            K,
            K,
            K,
            K,
            K,
            "dropped where Anthropic refuses it: a forced tool beside thinking"
        ),
        new(
            Feature.ThinkingText,
            "thinking_text",
            D,
            D,
            D,
            D,
            D,
            "thinking without a proof; kept where the vendor wants it back as reasoning_content"
        ),
        new(
            Feature.ThinkingSignature,
            "thinking_signature",
            D,
            D,
            D,
            D,
            D,
            "goes back to the provider that made it, and to no other"
        ),
        new(
            Feature.Thinking,
            "thinking",
            M,
            M,
            M,
            M,
            M,
            "budget and effort by the table below; dropped where the model does not think"
        ),
        new(Feature.ThinkingBudget, "thinking_budget", K, M, M, K, K, "an effort"),
        new(Feature.OutputSchema, "output_schema", K, K, K, M, D, "Gemini: a subset of JSON schema"),
        new(Feature.JsonOutput, "json_output", M, K, K, K, D, "Anthropic: a line of instructions"),
        new(Feature.TopK, "top_k", K, D, D, K, K, ""),
        new(
            Feature.Temperature,
            "temperature",
            M,
            K,
            K,
            K,
            M,
            "Anthropic's ends at 1; dropped for models that refuse it"
        ),
        new(Feature.TopP, "top_p", K, K, K, K, K, "dropped for models that refuse it"),
        new(Feature.Seed, "seed", D, K, D, K, D, ""),
        new(Feature.Penalties, "penalties", D, K, D, K, D, "frequency and presence"),
        new(Feature.StopSequences, "stop_sequences", K, K, D, K, K, ""),
        new(
            Feature.ManyStopSequences,
            "many_stop_sequences",
            K,
            D,
            D,
            D,
            K,
            "OpenAI takes 4, Gemini 5: the first ones stay"
        ),
        new(Feature.LogProbabilities, "log_probabilities", D, D, D, D, D, ""),
        new(Feature.SeveralAnswers, "several_answers", R, R, R, R, R, "one answer for each request"),
        new(Feature.EndUser, "end_user", K, K, K, D, D, "metadata.user_id, user; OpenAI: up to 64 bytes, else dropped"),
        new(Feature.Metadata, "metadata", D, D, D, D, D, ""),
        new(Feature.ServiceTier, "service_tier", D, D, D, D, D, "each vendor's tiers are its own"),
        new(Feature.ContextManagement, "context_management", D, D, D, D, D, ""),
        new(
            Feature.StoredConversation,
            "stored_conversation",
            R,
            R,
            R,
            R,
            R,
            "previous_response_id, conversation: known to the provider that keeps it alone"
        ),
        new(
            Feature.Compaction,
            "compaction",
            R,
            R,
            R,
            R,
            R,
            "compaction, compaction_trigger: made, and read, by OpenAI alone"
        ),
        new(
            Feature.Store,
            "store",
            D,
            D,
            K,
            D,
            D,
            "what is translated is never stored: OpenAI Responses is sent store: false"
        ),
        new(Feature.Verbosity, "verbosity", D, K, K, D, D, ""),
        new(
            Feature.Prefill,
            "prefill",
            K,
            D,
            D,
            D,
            D,
            "a last turn of the model's stays a turn; it is continued by Anthropic's older models alone"
        ),
        new(Feature.MediaOutput, "media_output", R, R, R, R, R, ""),
        new(Feature.SafetySettings, "safety_settings", D, D, D, D, D, ""),
        new(Feature.SpeakerName, "speaker_name", D, D, D, D, D, ""),
        new(Feature.UnknownField, "unknown_field", D, D, D, D, D, "a member of the request that Weir does not know"),
    ];

    /// <summary>The name of a feature.</summary>
    public static string NameOf(Feature feature) => All[(int)feature].Name;

    /// <summary>What of these features a dialect leaves out.</summary>
    public static FeatureSet DroppedBy(Dialect dialect, FeatureSet features) => Of(dialect, features, Fate.Dropped);

    /// <summary>What of these features a dialect cannot do without.</summary>
    public static FeatureSet RefusedBy(Dialect dialect, FeatureSet features) => Of(dialect, features, Fate.Refused);

    /// <summary>What of these features cannot be left out, whoever has no equivalent: the answer would be another.</summary>
    public static FeatureSet Indispensable(FeatureSet features) =>
        features.And(default(FeatureSet).With(Feature.Tools));

    /// <summary>The names, sorted.</summary>
    public static ImmutableArray<string> NamesOf(FeatureSet features) =>
        features.IsEmpty
            ? []
            : [.. All.Where(f => features.Has(f.Feature)).Select(f => f.Name).Order(StringComparer.Ordinal)];

    /// <summary>What becomes of a feature in a dialect.</summary>
    public static Fate Of(this FeatureFate row, Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => row.Anthropic,
            Dialect.OpenAIChat => row.Chat,
            Dialect.OpenAIResponses => row.Responses,
            Dialect.Gemini => row.Gemini,
            _ => row.Converse,
        };

    private static FeatureSet Of(Dialect dialect, FeatureSet features, Fate fate)
    {
        var found = default(FeatureSet);
        if (!features.IsEmpty)
        {
            foreach (var row in All)
            {
                if (features.Has(row.Feature) && row.Of(dialect) == fate)
                {
                    found = found.With(row.Feature);
                }
            }
        }

        return found;
    }
}
