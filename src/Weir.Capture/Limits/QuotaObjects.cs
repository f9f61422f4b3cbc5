using System.Text.Json;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>
/// Reads the quotas that programs pass on as JSON: Claude Code's status line
/// (<c>rate_limits{five_hour,seven_day}{used_percentage,resets_at}</c>) and Codex' logs
/// (<c>rate_limits{primary,secondary}{used_percent,window_minutes,resets_at}</c>). Pure; safe from any thread.
/// </summary>
internal static class QuotaObjects
{
    private const int LargestBytes = 256 * 1024;
    private const int MostWindows = 16;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>What a status line's input tells; none when it tells nothing, or is no JSON.</summary>
    /// <param name="json">The whole input, at most 256 KiB.</param>
    /// <param name="at">When it came.</param>
    /// <param name="account">The account; null when not known.</param>
    public static IReadOnlyList<LimitReading> StatusLine(
        ReadOnlyMemory<byte> json,
        DateTimeOffset at,
        string? account = null
    ) => Read(json, at, "statusline", "claude-code", account, "used_percentage");

    /// <summary>What a line of Codex' log tells in its <c>rate_limits</c>: the object that holds them.</summary>
    /// <param name="json">The object, at most 256 KiB.</param>
    /// <param name="at">The line's time.</param>
    /// <param name="account">The account; null when not known.</param>
    public static IReadOnlyList<LimitReading> Codex(
        ReadOnlyMemory<byte> json,
        DateTimeOffset at,
        string? account = null
    ) => Read(json, at, "log", "codex", account, "used_percent");

    private static List<LimitReading> Read(
        ReadOnlyMemory<byte> json,
        DateTimeOffset at,
        string by,
        string client,
        string? account,
        string percent
    )
    {
        var readings = new List<LimitReading>();
        if (json.Length > LargestBytes)
        {
            return readings;
        }

        try
        {
            using var document = JsonDocument.Parse(json, Options);
            if (Object(document.RootElement, "rate_limits") is not { } limits)
            {
                return readings;
            }

            foreach (var property in limits.EnumerateObject().Take(MostWindows))
            {
                if (property.Name.Length <= 48 && Window(property, at, by, percent) is { } reading)
                {
                    readings.Add(reading with { Client = client, Account = account });
                }
            }
        }
        catch (JsonException)
        {
            readings.Clear();
        }

        return readings;
    }

    private static LimitReading? Window(JsonProperty property, DateTimeOffset at, string by, string percent)
    {
        if (
            property.Value.ValueKind != JsonValueKind.Object
            || Number(property.Value, percent) is not (>= 0 and < 10_000 and var used)
        )
        {
            return null;
        }

        at = at.ToUniversalTime();
        TimeSpan? window = Number(property.Value, "window_minutes") is > 0 and < 600_000 and var minutes
            ? TimeSpan.FromMinutes(minutes)
            : LimitReading.WindowOf(property.Name);
        return new LimitReading(
            at,
            by,
            LimitReading.ScopeOf(property.Name, window),
            window,
            used,
            property.Value.TryGetProperty("resets_at", out var resets)
                && resets.ValueKind is JsonValueKind.Number or JsonValueKind.String
                    ? LimitReading.Moment(resets.ToString())
                : Number(property.Value, "resets_in_seconds") is >= 0 and < 40_000_000 and var left
                    ? at.AddSeconds(left)
                : null
        );
    }

    private static JsonElement? Object(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Object
            ? value
            : null;

    private static double? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
            ? number
            : null;
}
