using System.Net.Http.Headers;
using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Transforms;

/// <summary>What steps are told of a request.</summary>
/// <param name="Dialect">The dialect that the target is asked in; that of embeddings also where Gemini is asked for one.</param>
/// <param name="Model">The model that it is asked for; null where none is named.</param>
/// <param name="IsCount">Whether a count is asked for, which takes fewer members than the request that it counts.</param>
internal readonly record struct TransformScope(Dialect Dialect, string? Model, bool IsCount)
{
    /// <summary>Of a request for an endpoint.</summary>
    /// <param name="endpoint">What the caller asks for.</param>
    /// <param name="upstream">The dialect that the request was translated into; none where it was not.</param>
    /// <param name="model">The model that the target is asked for.</param>
    public static TransformScope Of(in Endpoint endpoint, Dialect upstream, string? model) =>
        new(
            endpoint.Operation == Operation.GeminiEmbed ? Dialect.OpenAIEmbeddings
                : upstream == Dialect.None ? endpoint.Dialect
                : upstream,
            model,
            endpoint.IsCount
        );
}

/// <summary>One transform as it is used. Immutable and thread-safe.</summary>
internal abstract class TransformStep(TransformConfig config)
{
    private readonly NamePattern? model = config.Model is { } pattern ? new NamePattern(pattern) : null;

    /// <summary>What it does, for people: <c>set /temperature</c>. It holds no value, which may be nobody's business.</summary>
    public string Name { get; } = NameOf(config);

    /// <summary>What was written.</summary>
    protected TransformConfig Config { get; } = config;

    /// <summary>Whether the request is one that it is for.</summary>
    public virtual bool Holds(in TransformScope scope) =>
        (Config.Dialect is null || Config.Dialect == scope.Dialect)
        && (model is not { } pattern || (scope.Model is { } asked && pattern.Matches(asked)));

    private static string NameOf(TransformConfig config)
    {
        var word = $"{config.Action}";
        word = char.ToLowerInvariant(word[0]) + word[1..];
        return config.Action == TransformAction.System ? word : $"{word} {config.Subject}";
    }
}

/// <summary>A step that changes the body.</summary>
internal abstract class BodyStep(TransformConfig config) : TransformStep(config)
{
    /// <summary>The outermost members that it may touch; none where the dialect decides.</summary>
    protected abstract IEnumerable<string> Roots { get; }

    /// <inheritdoc />
    public override bool Holds(in TransformScope scope) =>
        base.Holds(scope)
        && (scope.Dialect != Dialect.OpenAIEmbeddings || Config.Dialect is not null)
        && (!scope.IsCount || IsCounted(scope.Dialect));

    /// <summary>Makes the change. False when there was nothing to be changed.</summary>
    public abstract bool Apply(OpenedBody body, Dialect dialect);

    // Vendors refuse a count with members that only the request itself may have. Gemini's holds the whole request inside.
    private bool IsCounted(Dialect dialect) =>
        dialect == Dialect.Gemini || Roots.All(root => CountBodies.Takes(dialect, root));
}

/// <summary>A step that changes a header.</summary>
internal abstract class HeaderStep(TransformConfig config) : TransformStep(config)
{
    /// <summary>Makes the change. False when there was nothing to be changed.</summary>
    public abstract bool Apply(HttpRequestHeaders headers);
}
