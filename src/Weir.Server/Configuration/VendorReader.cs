using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Gateway.Upstreams;

namespace Weir.Server.Configuration;

/// <summary>Reads which vendor a provider is, and what it speaks.</summary>
internal static class VendorReader
{
    private static readonly FrozenDictionary<string, Dialect> Words = new Dictionary<string, Dialect>(
        StringComparer.Ordinal
    )
    {
        ["chat"] = Dialect.OpenAIChat,
        ["responses"] = Dialect.OpenAIResponses,
        ["messages"] = Dialect.AnthropicMessages,
        ["embeddings"] = Dialect.OpenAIEmbeddings,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Rows = Vendors
        .All.Index()
        .ToFrozenDictionary(row => row.Item.Name, row => row.Index, StringComparer.Ordinal);

    /// <summary>The row that is asked for by name, else the one of the provider's own name; null for none.</summary>
    public static Vendor? Row(MapReader map, string? name, ProviderKind? kind)
    {
        if (map.Word("vendor", Rows) is not { } index)
        {
            return Vendors.Named(name) is { } own && own.Kind == kind ? own : null;
        }

        var row = Vendors.All[index];
        if (kind is { } known && row.Kind != known)
        {
            map.Fault(
                "vendor",
                $"\"{row.Name}\" is no vendor of providers of kind \"{ProviderReader.Word(known)}\"",
                $"write kind: {ProviderReader.Word(row.Kind)}"
            );
            return null;
        }

        return row;
    }

    /// <summary>What it speaks, where the document says so.</summary>
    public static ImmutableArray<Dialect> Dialects(MapReader map, ProviderKind? kind)
    {
        var dialects = ImmutableArray.CreateBuilder<Dialect>();
        foreach (var (text, node, path) in map.Texts("dialects"))
        {
            if (!Words.TryGetValue(text, out var dialect))
            {
                map.Fault(node, path, $"\"{node.Text}\" is no dialect", Suggestion.For(text, [.. Words.Keys]));
            }
            else if (!dialects.Contains(dialect))
            {
                dialects.Add(dialect);
            }
        }

        if (dialects.Count > 0 && kind is not (null or ProviderKind.OpenAICompatible or ProviderKind.AzureOpenAI))
        {
            map.Fault("dialects", $"what a provider of kind \"{map.Written("kind")}\" speaks is known", "remove it");
        }

        return dialects.ToImmutable();
    }
}
