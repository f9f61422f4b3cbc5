using System.Text.Json;

namespace Weir.Gateway.Metering;

/// <summary>How OpenAI's dialects name an error: <c>type</c>, else <c>code</c>.</summary>
internal static class OpenAIErrors
{
    /// <summary>Reads an <c>error</c> object that was entered at <paramref name="depth"/>; <c>error</c> when it names nothing; null when it is null.</summary>
    public static string? Type(ref Utf8JsonReader json, int depth)
    {
        if (depth == 0)
        {
            return json.TokenType == JsonTokenType.Null ? null : "error";
        }

        string? type = null;
        string? code = null;
        while (json.Read() && json.CurrentDepth >= depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != depth)
            {
                continue;
            }

            var isType = json.ValueTextEquals("type"u8);
            var isCode = json.ValueTextEquals("code"u8);
            json.Read();
            if (json.TokenType == JsonTokenType.String && json.ValueSpan.Length is > 0 and <= 128)
            {
                type = isType ? json.GetString() : type;
                code = isCode ? json.GetString() : code;
            }
            else
            {
                json.Skip();
            }
        }

        return type ?? code ?? "error";
    }
}
