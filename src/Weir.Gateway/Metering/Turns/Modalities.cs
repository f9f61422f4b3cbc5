using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Whether usage holds tokens of anything but text. Sound, pictures and video have prices of their own, which neither the
/// record's classes nor the price list know.
/// </summary>
internal static class Modalities
{
    private const int Deepest = 4;

    /// <summary>
    /// OpenAI's <c>usage</c>: <c>audio_tokens</c> or <c>image_tokens</c> above 0 anywhere in its details. Gemini's
    /// <c>usageMetadata</c>: a <c>…Details</c> entry of another modality than <c>TEXT</c> with tokens.
    /// </summary>
    public static bool HasOther(ReadOnlySpan<byte> usage) => HasOther(usage, 0);

    private static bool HasOther(ReadOnlySpan<byte> json, int depth)
    {
        if (depth > Deepest)
        {
            return false;
        }

        var cursor = new JsonCursor(json);
        var found = false;
        if (cursor.EnterArray())
        {
            while (cursor.NextElement())
            {
                found |= HasOther(cursor.Skip(), depth + 1);
            }

            return found;
        }

        if (!cursor.EnterObject())
        {
            return false;
        }

        var isOther = false;
        long count = 0;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "audio_tokens"u8) || JsonText.Is(name, escaped, "image_tokens"u8))
            {
                found |= cursor.ReadCount() > 0;
            }
            else if (JsonText.Is(name, escaped, "modality"u8) && cursor.Peek() == JsonKind.String)
            {
                isOther = cursor.ReadString(out var raw, out escaped) && !JsonText.Is(raw, escaped, "TEXT"u8);
            }
            else if (JsonText.Is(name, escaped, "tokenCount"u8))
            {
                count = cursor.ReadCount() ?? 0;
            }
            else if (cursor.Peek() is JsonKind.Object or JsonKind.Array)
            {
                found |= HasOther(cursor.Skip(), depth + 1);
            }
            else
            {
                cursor.Skip();
            }
        }

        return found || (isOther && count > 0);
    }
}
