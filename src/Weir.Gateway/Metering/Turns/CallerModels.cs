using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// The models that a caller's message asks for: <c>model</c> at the top, in <c>setup</c> (Gemini Live), <c>session</c>
/// and <c>response</c> (OpenAI), and in what a session transcribes with. Every one that is written counts, also where a name stands
/// twice: which of them a provider takes is not known.
/// </summary>
internal static class CallerModels
{
    private const int Deepest = 5;
    private const int Longest = 256;

    /// <summary>
    /// The models, without the folders that Google's names stand in; one that cannot be read is an empty name. Null for what
    /// is not one whole JSON object: what a provider would make of it is not known.
    /// </summary>
    public static IReadOnlyList<string>? Of(ReadOnlySpan<byte> message)
    {
        List<string>? models = null;
        return Find(message, 0, ref models) ? models ?? (IReadOnlyList<string>)[] : null;
    }

    /// <summary>A model's own name: what follows the last slash of <c>models/NAME</c> and of Vertex's longer form.</summary>
    public static string Plain(string name) =>
        name.LastIndexOf("models/", StringComparison.Ordinal) is >= 0 and var at
            ? name[(at + "models/".Length)..]
            : name;

    /// <summary>False when a level that is looked at is not one whole object.</summary>
    private static bool Find(ReadOnlySpan<byte> json, int depth, ref List<string>? models)
    {
        var cursor = new JsonCursor(json);
        if (depth > Deepest || !cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var kind = cursor.Peek();
            if (JsonText.Is(name, escaped, "model"u8) && kind != JsonKind.Null)
            {
                var raw = cursor.Skip();
                var isText = kind == JsonKind.String && !raw.IsEmpty;
                (models ??= []).Add(isText ? Plain(JsonText.ToText(raw[1..^1], true, Longest) ?? "") : "");
            }
            else if (kind == JsonKind.Object && HoldsModel(name, escaped))
            {
                if (!Find(cursor.Skip(), depth + 1, ref models))
                {
                    return false;
                }
            }
            else
            {
                cursor.Pass();
            }
        }

        return cursor.AtEnd();
    }

    private static bool HoldsModel(ReadOnlySpan<byte> name, bool escaped) =>
        JsonText.Is(name, escaped, "setup"u8)
        || JsonText.Is(name, escaped, "session"u8)
        || JsonText.Is(name, escaped, "response"u8)
        || JsonText.Is(name, escaped, "audio"u8)
        || JsonText.Is(name, escaped, "input"u8)
        || JsonText.Is(name, escaped, "transcription"u8)
        || JsonText.Is(name, escaped, "input_audio_transcription"u8);
}
