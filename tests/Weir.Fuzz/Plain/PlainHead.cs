using System.Text;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Fuzz.Plain;

/// <summary>What a request's head says, read the slow way from a parsed document.</summary>
internal sealed record PlainHead
{
    private const long MostCounted = 10_000_000_000;

    private static readonly string[] Members =
    [
        "model",
        "stream",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "stream_options",
        "tools",
        "thinking",
        "reasoning_effort",
        "reasoning",
        "speed",
        "service_tier",
        "metadata",
    ];

    private static readonly string[] StandardModes = ["default", "standard", "auto", "standard_only", "unspecified"];

    public bool IsRefused { get; private set; }
    public string? Model { get; private set; }
    public bool Stream { get; private set; }
    public bool? IncludeUsage { get; private set; }
    public long? MaxTokens { get; private set; }
    public bool HasTools { get; private set; }
    public bool HasThinking { get; private set; }
    public string? PriceMode { get; private set; }

    /// <summary>Reads a root that is valid JSON in valid UTF-8.</summary>
    public static PlainHead Read(JsonElement root, Dialect dialect)
    {
        var head = new PlainHead();
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new PlainHead { IsRefused = true };
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (Json.NameOf(property) is not { } name || Member(name, dialect) is not { } member)
            {
                continue;
            }

            head.IsRefused |= !seen.Add(member) || (member == "stream_options" && name != member);
            if (name == member || name is "serviceTier" or "generation_config")
            {
                head.Take(member, property.Value, dialect);
            }
        }

        return head.IsRefused ? new PlainHead { IsRefused = true } : head;
    }

    private static string? Member(string name, Dialect dialect)
    {
        var folded = new StringBuilder();
        foreach (var c in name)
        {
            folded.Append(
                c == '\u017F' ? 's'
                : c == '\u212A' ? 'k'
                : char.IsAsciiLetterUpper(c) ? (char)(c | 0x20)
                : c
            );
        }

        return folded.ToString() switch
        {
            "servicetier" => "service_tier",
            "generationconfig" or "generation_config" when dialect == Dialect.Gemini => "generationConfig",
            var other => Array.IndexOf(Members, other) < 0 ? null : other,
        };
    }

    private void Take(string member, JsonElement value, Dialect dialect)
    {
        var kind = value.ValueKind;
        switch (member)
        {
            case "model" when kind != JsonValueKind.Null:
                Model = Json.TextOf(value);
                IsRefused |=
                    Model is null or "" || Encoding.UTF8.GetByteCount(Model) > 256 || Model.Any(char.IsControl);
                break;
            case "stream" when kind != JsonValueKind.Null:
                Stream = kind == JsonValueKind.True;
                IsRefused |= kind is not (JsonValueKind.True or JsonValueKind.False);
                break;
            case "max_tokens" or "max_completion_tokens" or "max_output_tokens":
                IsRefused |= kind is not (JsonValueKind.Number or JsonValueKind.Null);
                MaxTokens = Count(value) is { } bound ? Math.Max(bound, MaxTokens ?? 0) : MaxTokens;
                break;
            case "stream_options" when kind != JsonValueKind.Null:
                TakeStreamOptions(value);
                break;
            case "tools":
                HasTools = kind == JsonValueKind.Array && value.GetArrayLength() > 0;
                break;
            case "thinking" when Properties(value, "type").Where(IsText).Take(1).ToList() is [var type]:
                HasThinking |= Json.TextOf(type) != "disabled";
                break;
            case "reasoning_effort" when IsText(value):
                HasThinking |= Json.TextOf(value) != "none";
                break;
            case "reasoning" when kind == JsonValueKind.Object:
                HasThinking |= Properties(value, "effort").Take(1).ToList() is [var effort]
                    ? IsText(effort) && Json.TextOf(effort) != "none"
                    : value.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.Null);
                break;
            case "speed" or "service_tier" when IsText(value):
                PriceMode =
                    (member == "service_tier" && dialect == Dialect.AnthropicMessages) ? PriceMode
                    : Json.TextOf(value) is { Length: > 0 and <= 32 } mode
                    && Array.IndexOf(StandardModes, mode) < 0
                    && mode.All(char.IsAsciiLetterOrDigit)
                        ? mode
                    : PriceMode;
                break;
            case "generationConfig" when kind == JsonValueKind.Object:
                TakeGenerationConfig(value);
                break;
        }
    }

    private void TakeStreamOptions(JsonElement value)
    {
        IsRefused |= value.ValueKind != JsonValueKind.Object;
        var usage = Properties(value, "include_usage").ToList();
        IsRefused |= usage.Count > 1;
        foreach (var include in usage)
        {
            IsRefused |= include.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null);
            IncludeUsage = include.ValueKind == JsonValueKind.Null ? null : include.ValueKind == JsonValueKind.True;
        }
    }

    private void TakeGenerationConfig(JsonElement value)
    {
        var bounds = Properties(value, "maxOutputTokens").Concat(Properties(value, "max_output_tokens")).ToList();
        IsRefused |= bounds.Count > 1;
        foreach (var bound in bounds)
        {
            MaxTokens = Count(bound) is { } count ? Math.Max(count, MaxTokens ?? 0) : MaxTokens;
        }

        var thinking = Properties(value, "thinkingConfig").Concat(Properties(value, "thinking_config")).ToList();
        IsRefused |= thinking.Count > 1;
        foreach (var config in thinking.Where(config => config.ValueKind == JsonValueKind.Object))
        {
            var budget = config
                .EnumerateObject()
                .FirstOrDefault(p => Json.NameOf(p) is "thinkingBudget" or "thinking_budget");
            HasThinking |= budget.Value.ValueKind == JsonValueKind.Undefined || budget.Value.GetRawText() != "0";
        }
    }

    private static long? Count(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && value.GetRawText() is { Length: <= 13 } digits
        && digits.All(char.IsAsciiDigit)
        && long.Parse(digits) is <= MostCounted and var count
            ? count
            : null;

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static IEnumerable<JsonElement> Properties(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().Where(p => Json.NameOf(p) == name).Select(p => p.Value)
            : [];
}
