namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// What a host's own path says of a request that passes through to it. A key that is bound to models is held to what is read here, so
/// that a path is either exactly of the shape that the host's documents have, or names no model and is refused to such a key. Pure.
/// </summary>
/// <remarks>
/// <c>/model/MODEL/VERB</c> (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html) and
/// <c>…/models/MODEL:VERB</c> (docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models).
/// </remarks>
internal static class HostPath
{
    /// <summary>The model that the path names, and whether it asks for a stream; null where it names none.</summary>
    /// <param name="kind">The host.</param>
    /// <param name="path">The raw path below its address.</param>
    public static (string Model, bool Streams)? Read(ProviderKind kind, string path)
    {
        var parts = path.Split('/');
        var (name, verb) = kind switch
        {
            ProviderKind.Bedrock when parts is ["", "model", var model, var last] => (model, last),
            ProviderKind.Vertex when IsOfOneModel(parts) && parts[^1].Split(':') is [var model, var last] => (
                model,
                last
            ),
            _ => ("", ""),
        };
        // Decoded, for so the host reads it; what no model is called may be cut off or folded by something on the way.
        var plain = Uri.UnescapeDataString(name);
        return plain.Length > 0 && verb.Length > 0 && plain.All(c => IsOfName(kind, c)) && verb.All(IsOfVerb)
            ? (
                plain,
                verb
                    is "invoke-with-response-stream"
                        or "converse-stream"
                        or "streamRawPredict"
                        or "streamGenerateContent"
            )
            : null;
    }

    /// <summary>Whether <c>models</c> stands once, ahead of the last part, and nothing before it has a verb.</summary>
    private static bool IsOfOneModel(string[] parts) =>
        parts.Length > 2
        && parts[^2] == "models"
        && parts.Count(p => Uri.UnescapeDataString(p).Equals("models", StringComparison.OrdinalIgnoreCase)) == 1
        && !parts[..^1].Any(p => p.AsSpan().ContainsAny(':', ';') || p.Contains("%3", StringComparison.Ordinal));

    private static bool IsOfName(ProviderKind kind, char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' || (kind == ProviderKind.Bedrock ? c == ':' : c == '@');

    private static bool IsOfVerb(char c) => char.IsAsciiLetter(c) || c == '-';
}
