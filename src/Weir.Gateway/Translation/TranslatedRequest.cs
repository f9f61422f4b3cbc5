using System.Collections.Immutable;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Translation;

/// <summary>A caller's request in the dialect of one target. Its body's memory is its own until it is disposed of.</summary>
internal sealed class TranslatedRequest : IDisposable
{
    private readonly PooledBuffer body;

    private TranslatedRequest(TargetTraits target, PooledBuffer body, FeatureSet dropped, bool streams)
    {
        Dialect = target.Dialect;
        this.body = body;
        Dropped = Fates.NamesOf(dropped);
        (Path, Query) = Dialects.PathOf(target.Dialect, target.Model, streams);
    }

    /// <summary>The dialect that it is in.</summary>
    public Dialect Dialect { get; }

    /// <summary>The path at the vendor's own host.</summary>
    public string Path { get; }

    /// <summary>What follows the path; empty for nothing.</summary>
    public string Query { get; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body => body.Memory;

    /// <summary>The names of what was left out.</summary>
    public ImmutableArray<string> Dropped { get; }

    /// <summary>
    /// Reads a caller's body. Null with the reason, for the caller, when it is not JSON or nests too deep.
    /// </summary>
    public static Conversation? Read(Dialect dialect, ReadOnlyMemory<byte> body, bool streams, out string? fault)
    {
        fault = null;
        try
        {
            var conversation = Dialects.ReadRequest(dialect, JsonValue.Parse(body));
            conversation.Streams = streams;
            if (conversation.Tools.Count > 0)
            {
                conversation.Has(Feature.Tools);
            }

            return conversation;
        }
        catch (JsonException)
        {
            fault = "The request body is not valid JSON.";
            return null;
        }
    }

    /// <summary>What of the conversation a provider, asked in that dialect, has no equivalent for and it cannot do without.</summary>
    public static FeatureSet RefusedBy(Conversation conversation, ProviderModel provider, Dialect dialect) =>
        Fates
            .RefusedBy(dialect, conversation.Features)
            .Or(Fates.Indispensable(conversation.Features.And(provider.Refuses(dialect))));

    /// <summary>Why the conversation cannot be had in a dialect, for the caller; null when it can.</summary>
    public static string? WhyNot(Conversation conversation, Target target, Dialect dialect)
    {
        var refused = RefusedBy(conversation, target.Provider, dialect);
        return refused.IsEmpty
            ? null
            : $"Provider {target.Provider.Name} would be asked in another dialect, which has no equivalent for: "
                + $"{string.Join(", ", Fates.NamesOf(refused))}."
                + (refused.Has(Feature.Compaction) ? " " + RequestRefusals.NotCompacted : "");
    }

    /// <summary>Writes the request for a provider.</summary>
    /// <param name="conversation">What the caller sent.</param>
    /// <param name="provider">Where it goes.</param>
    /// <param name="dialect">The dialect that the provider is asked in.</param>
    /// <param name="model">The model to ask for.</param>
    /// <param name="prices">Which know the model's bounds.</param>
    public static TranslatedRequest Write(
        Conversation conversation,
        ProviderModel provider,
        Dialect dialect,
        string model,
        PriceSnapshot prices
    ) => Write(conversation, provider.TraitsFor(dialect, model, prices.Find(provider.Catalogue, model)?.OutputLimit));

    /// <summary>Writes the request for a target.</summary>
    public static TranslatedRequest Write(Conversation conversation, TargetTraits target)
    {
        var buffer = new PooledBuffer(64 * 1024);
        var dropped = Dialects.WriteRequest(conversation, target, new JsonOut(buffer));
        return new TranslatedRequest(target, buffer, dropped, conversation.Streams);
    }

    /// <summary>Leaves the body's memory to the garbage collector: a connection may still be reading it.</summary>
    public void Abandon() => body.Abandon();

    /// <inheritdoc />
    public void Dispose() => body.Dispose();
}
