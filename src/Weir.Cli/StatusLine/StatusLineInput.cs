using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Weir.Cli.StatusLine;

/// <summary>What Claude Code gives a status line. Anything may be missing.</summary>
/// <param name="Model">The model's name, fit for a terminal; null when not told.</param>
/// <param name="Session">The session's id.</param>
/// <param name="SessionUsd">The session's cost, as the program reckons it.</param>
/// <param name="ContextPercent">How much of the context is used, 0 to 100.</param>
/// <param name="Limits">The quotas that it tells, by their names, with the percentage used and the reset.</param>
/// <param name="Quotas">The JSON of these alone, to be passed on; null when there is none.</param>
internal sealed record StatusLineInput(
    string? Model,
    string? Session,
    decimal? SessionUsd,
    double? ContextPercent,
    List<KnownLimit> Limits,
    byte[]? Quotas
)
{
    private const string Client = "claude-code";
    private const int LongestName = 60;
    private const int LongestSession = 200;
    private const int MostLimits = 8;

    private static readonly StatusLineInput Nothing = new(null, null, null, null, [], null);

    /// <summary>Reads it; what is no JSON object tells nothing.</summary>
    public static StatusLineInput Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return Nothing;
            }

            var limits = Limit(root, out var quotas);
            return new StatusLineInput(
                Name(Text(Child(root, "model"), "display_name") ?? Text(Child(root, "model"), "id")),
                Text(root, "session_id") is { Length: <= LongestSession } session ? session : null,
                Number(Child(root, "cost"), "total_cost_usd") is >= 0 and < 1e9 and var cost ? (decimal)cost : null,
                Number(Child(root, "context_window"), "used_percentage") is >= 0 and <= 1000 and var used ? used : null,
                limits,
                quotas
            );
        }
        catch (JsonException)
        {
            return Nothing;
        }
        catch (InvalidOperationException)
        {
            // A text that is no UTF-16: half of a pair.
            return Nothing;
        }
    }

    private static List<KnownLimit> Limit(JsonElement root, out byte[]? quotas)
    {
        var limits = new List<KnownLimit>();
        quotas = null;
        if (Child(root, "rate_limits") is not { } windows)
        {
            return limits;
        }

        foreach (var window in windows.EnumerateObject())
        {
            if (
                limits.Count < MostLimits
                && window.Value.ValueKind == JsonValueKind.Object
                && Number(window.Value, "used_percentage") is >= 0 and < 10_000 and var used
            )
            {
                DateTimeOffset? resets = Number(window.Value, "resets_at") is > 0 and < 8e9 and var at
                    ? DateTimeOffset.FromUnixTimeMilliseconds((long)(at * 1000))
                    : null;
                limits.Add(new KnownLimit(Client, window.Name, used, false, resets));
            }
        }

        var passedOn = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(passedOn))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("rate_limits");
            windows.WriteTo(writer);
            writer.WriteEndObject();
        }

        quotas = limits.Count > 0 ? passedOn.WrittenSpan.ToArray() : null;
        return limits;
    }

    private static JsonElement? Child(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known
        && known.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Object
            ? value
            : null;

    private static string? Text(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known
        && known.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static double? Number(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known
        && known.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
        && double.IsFinite(number)
            ? number
            : null;

    // Letters alone: what moves the cursor or turns the line around has no business in it.
    private static string? Name(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var name = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (name.Length >= LongestName)
            {
                break;
            }

            if (
                !Rune.IsControl(rune)
                && Rune.GetUnicodeCategory(rune) is not System.Globalization.UnicodeCategory.Format
            )
            {
                name.Append(rune);
            }
        }

        return name.Length == 0 ? null : name.ToString();
    }
}
