using Weir.Gateway.Metering;

namespace Weir.Gateway.Pipeline;

/// <summary>Which paths below a provider give the results of batches.</summary>
/// <param name="Format">How they are written there.</param>
/// <param name="Source">Names the file or the batch among all of the provider's.</param>
internal readonly record struct BatchPaths(BatchFormat Format, string Source)
{
    /// <summary>What a raw path gives; null for every other path.</summary>
    public static BatchPaths? Of(ProviderKind kind, string path)
    {
        var segments = path.Split('/');
        return segments switch
        {
            [.., "messages", "batches", { Length: > 0 } id, "results"] => new BatchPaths(
                BatchFormat.Anthropic,
                "batch/" + Plain(id)
            ),
            [.., "files", { Length: > 0 } id, "content"] => new BatchPaths(BatchFormat.OpenAI, "file/" + Plain(id)),
            [.., "files", { Length: > 9 } id] when id.EndsWith(":download", StringComparison.Ordinal) => new BatchPaths(
                BatchFormat.Gemini,
                "file/" + Plain(id[..^9])
            ),
            [.., "batches", { Length: > 0 } id] when kind == ProviderKind.Gemini => new BatchPaths(
                BatchFormat.GeminiInline,
                "batch/" + Plain(id)
            ),
            _ => null,
        };
    }

    // However the caller escaped it, it is the same file.
    private static string Plain(string id) => Uri.EscapeDataString(Uri.UnescapeDataString(id));
}
