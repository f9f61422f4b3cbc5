using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>A request as it stood on the wire. Immutable but for <see cref="PeerGone"/>.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource peerGone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Counts the upstream's connections from 1: equal numbers mean the same connection.</summary>
    public required int Connection { get; init; }

    /// <summary>Request line and header lines, byte for byte, with the empty line that ends them.</summary>
    public required ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The request line's method.</summary>
    public required string Method { get; init; }

    /// <summary>The request line's target: path and query as sent.</summary>
    public required string Target { get; init; }

    /// <summary>Header lines in their order and case.</summary>
    public required ImmutableArray<(string Name, string Value)> Headers { get; init; }

    /// <summary>The body without its transfer coding; empty when the answer did not wait for it.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The sizes of the body's chunks; empty when it had a content length or no body.</summary>
    public ImmutableArray<int> ChunkSizes { get; init; } = [];

    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The body as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Completes when the client closes or resets the connection before the answer has ended.</summary>
    public Task PeerGone => peerGone.Task;

    /// <summary>A header's value, any case; values of repeated lines are joined by <c>", "</c>; null when absent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return values.Count == 0 ? null : string.Join(", ", values.Select(h => h.Value));
    }

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    internal void MarkPeerGone() => peerGone.TrySetResult();
}
