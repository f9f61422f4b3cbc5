using System.Text.Json;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Reads JSON, with comments and trailing commas as people leave them, into the nodes that a YAML document is read into. Places are not
/// kept. Depth and length are bounded.
/// </summary>
internal static class JsonTree
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = 24,
    };

    /// <summary>The root; null with the fault where the text is no JSON.</summary>
    public static (YamlNode? Root, ConfigFault? Fault) Read(string text)
    {
        if (text.Length > YamlTree.MaxCharacters)
        {
            return (null, new ConfigFault(1, 1, "", $"the text is longer than {YamlTree.MaxCharacters} characters"));
        }

        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return (Node(document.RootElement), null);
        }
        catch (JsonException bad)
        {
            return (
                null,
                new ConfigFault(
                    (int)(bad.LineNumber ?? 0) + 1,
                    (int)(bad.BytePositionInLine ?? 0) + 1,
                    "",
                    "this is not JSON: what stands here cannot be read"
                )
            );
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which is JSON and no text.
            return (null, new ConfigFault(1, 1, "", "the text holds what no text can be made of"));
        }
    }

    private static YamlNode Node(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => new YamlMap(
                [
                    .. element
                        .EnumerateObject()
                        .Select(one => new YamlEntry(Scalar(one.Name, plain: false), Node(one.Value))),
                ],
                1,
                1,
                0,
                0
            ),
            JsonValueKind.Array => new YamlList([.. element.EnumerateArray().Select(Node)], 1, 1, 0, 0),
            JsonValueKind.String => Scalar(element.GetString()!, plain: false),
            JsonValueKind.Null or JsonValueKind.Undefined => Scalar("", plain: true),
            _ => Scalar(element.GetRawText(), plain: true),
        };

    private static YamlScalar Scalar(string text, bool plain) => new(text, plain, 1, 1, 0, 0);
}
