using System.Text.Json;

namespace Weir.Gateway.LiveChecks;

/// <summary>The names in a provider's list of models. Immutable.</summary>
/// <param name="Names">As the provider writes them, without Gemini's <c>models/</c>.</param>
/// <param name="IsWhole">Whether the list had no further page, and all of it was taken.</param>
internal sealed record ListedNames(IReadOnlySet<string> Names, bool IsWhole)
{
    private const int Most = 10_000;
    private const int Longest = 256;
    private const int DateDigits = 8;
    private const string GeminiRoot = "models/";

    /// <summary>Reads a list as OpenAI, Anthropic (<c>data</c>) or Gemini (<c>models</c>) writes it; null for anything else.</summary>
    public static ListedNames? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || (Array(root, "data") ?? Array(root, "models")) is not { } list
            )
            {
                return null;
            }

            var isWhole =
                !(root.TryGetProperty("has_more", out var more) && more.ValueKind == JsonValueKind.True)
                && !(root.TryGetProperty("nextPageToken", out var next) && next.ValueKind == JsonValueKind.String);
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in list.EnumerateArray())
            {
                if (names.Count == Most)
                {
                    isWhole = false;
                    break;
                }

                if ((Text(item, "id") ?? Text(item, "name")) is { Length: > 0 and <= Longest } name)
                {
                    names.Add(name.StartsWith(GeminiRoot, StringComparison.Ordinal) ? name[GeminiRoot.Length..] : name);
                }
            }

            return new ListedNames(names, isWhole);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a text that is no UTF-16.
            return null;
        }
    }

    /// <summary>
    /// Whether a model is there: by its name, by the one that it is short for (<c>claude-sonnet-4-5</c> for one with a date behind it), or
    /// by the version that a local program takes for it (<c>llama3</c> for <c>llama3:latest</c>).
    /// </summary>
    public bool Has(string model) => Names.Contains(model) || Names.Any(name => IsLongFor(name, model));

    private static bool IsLongFor(string name, string model) =>
        name.StartsWith(model, StringComparison.Ordinal)
        && name.AsSpan(model.Length) is var rest
        && (
            rest is ":latest"
            || (rest.Length == DateDigits + 1 && rest[0] == '-' && !rest[1..].ContainsAnyExceptInRange('0', '9'))
        );

    private static JsonElement? Array(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : null;

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
