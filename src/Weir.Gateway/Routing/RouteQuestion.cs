using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Routing;

/// <summary>What routes look at.</summary>
/// <param name="Dialect">The caller's dialect.</param>
/// <param name="MayTranslate">Whether it is a conversation, or a question for its count.</param>
/// <param name="Model">The model asked for; once an alias is resolved, the one that it stands for.</param>
/// <param name="Client">The calling program; null when it is not known.</param>
/// <param name="Key">The key's name; null for none.</param>
/// <param name="Headers">The request's.</param>
internal readonly record struct RouteQuestion(
    Dialect Dialect,
    bool MayTranslate,
    string Model,
    string? Client,
    string? Key,
    IHeaderDictionary Headers
)
{
    /// <summary>What tokens are worth in bytes where nobody counts.</summary>
    private const int BytesPerToken = 4;

    /// <summary>The alias that the caller named; null where he named a model.</summary>
    public string? Alias { get; init; }

    /// <summary>The team that the key stands for; null for none.</summary>
    public string? Team { get; init; }

    /// <summary>The coding agent's session; null when it is not known.</summary>
    public string? Session { get; init; }

    /// <summary>The subagent's id, as its headers tell it; null for none.</summary>
    public string? Agent { get; init; }

    /// <summary>The record's id; null for a request that nobody has made.</summary>
    public RecordId? Id { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether a stream is asked for.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether the caller's own credential makes it part of a subscription.</summary>
    public bool OwnIsSubscription { get; init; }

    /// <summary>Its body's length in bytes, without a content coding.</summary>
    public long BodyLength { get; init; }

    /// <summary>The output that it asks for at most, in tokens; null for no bound.</summary>
    public long? OutputBound { get; init; }

    /// <summary>Whether it turns thinking on.</summary>
    public bool HasThinking { get; init; }

    /// <summary>What only some routes ask; null where none of the workspace's does.</summary>
    public RequestTraits? Traits { get; init; }

    /// <summary>The tokens of its input, about: a quarter of its bytes.</summary>
    public long InputEstimate => BodyLength / BytesPerToken;

    /// <summary>Whether vendors keep the prompts of its dialect: of all that a model answers in words.</summary>
    public bool CachesPrompts => MayTranslate;
}
