using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Gateway;

/// <summary>
/// A request of which somebody asks where it would go. It is nobody's yet: it counts as one with a Weir key, or of the local
/// user, and with no credential of the caller's own. Immutable. <see cref="ToString"/> tells nothing of what it holds.
/// </summary>
public sealed record RouteQuery
{
    /// <summary>The most headers that are looked at.</summary>
    public const int MostHeaders = 128;

    /// <summary>The path as a caller would write it, its query allowed; null where <see cref="Dialect"/> tells it.</summary>
    public string? Path { get; init; }

    /// <summary>The caller's dialect; null where <see cref="Path"/> tells it.</summary>
    public Dialect? Dialect { get; init; }

    /// <summary>The headers that routes look at, by name.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body, in JSON and without a content coding; null for one that says nothing but the model.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The model; null where the path or the body names it.</summary>
    public string? Model { get; init; }

    /// <summary>The calling program's name; null for what the headers tell.</summary>
    public string? Client { get; init; }

    /// <summary>The name of the caller's key; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>The team that the key stands for; null for none.</summary>
    public string? Team { get; init; }

    /// <summary>When it would be sent; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What that key is bound to; null for nothing.</summary>
    public KeyBounds? Bounds { get; init; }

    /// <summary>The path alone: the body is somebody's prompt.</summary>
    public override string ToString() => Path ?? $"{Dialect}";
}
