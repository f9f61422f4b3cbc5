namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>What a host's own path says of a request that passes through to it. Pure.</summary>
internal static class HostPath
{
    /// <summary>The model that the path names, and whether it asks for a stream; null where it names none.</summary>
    /// <param name="kind">The host.</param>
    /// <param name="path">The raw path below its address.</param>
    public static (string Model, bool Streams)? Read(ProviderKind kind, string path)
    {
        var at = kind switch
        {
            ProviderKind.Bedrock => "/model/",
            ProviderKind.Vertex => "/models/",
            _ => null,
        };
        var start = at is null ? -1 : path.IndexOf(at, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var rest = path.AsSpan(start + at!.Length);
        var end = kind == ProviderKind.Bedrock ? rest.IndexOf('/') : rest.LastIndexOf(':');
        if (end <= 0)
        {
            return null;
        }

        var verb = rest[(end + 1)..];
        return (
            Uri.UnescapeDataString(rest[..end]),
            verb is "invoke-with-response-stream" or "converse-stream" or "streamRawPredict" or "streamGenerateContent"
        );
    }
}
