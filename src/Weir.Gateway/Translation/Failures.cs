using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>Reading errors out of answers. Pure.</summary>
internal static class Failures
{
    /// <summary>
    /// <c>{"error":{"message","type","code"}}</c>, also with the error as a text or its members at the top, as some who speak
    /// OpenAI's dialect have it. A status of 0 stands for one that is to be found in the error.
    /// </summary>
    public static AnswerFailure? OfOpenAI(JsonValue root, int status)
    {
        var error = root.Get("error"u8);
        if (error.ValueKind == JsonValueKind.String)
        {
            return new AnswerFailure(status == 0 ? 502 : status, RawText.Of(error).ToString(), null);
        }

        error = error.ValueKind == JsonValueKind.Object ? error : root;
        var message = error.Text("message"u8);
        message = message.IsEmpty ? error.Text("detail"u8) : message;
        if (message.IsEmpty)
        {
            return null;
        }

        var code = error.Get("code"u8);
        var type = code.ValueKind == JsonValueKind.String ? RawText.Of(code) : error.Text("type"u8);
        return new AnswerFailure(
            status != 0 ? status : StatusOf(code, error.Text("type"u8)),
            message.ToString(),
            type.IsEmpty ? null : type.ToString()
        );
    }

    /// <summary><c>{"type":"error","error":{"type","message"}}</c>.</summary>
    public static AnswerFailure? OfAnthropic(JsonValue root, int status)
    {
        var error = root.Get("error"u8);
        var message = error.Text("message"u8);
        if (message.IsEmpty)
        {
            return OfOpenAI(root, status == 0 ? 502 : status);
        }

        var type = error.Text("type"u8);
        return new AnswerFailure(
            status != 0 ? status
                : type.Is("overloaded_error"u8) ? 529
                : type.Is("rate_limit_error"u8) ? 429
                : type.Is("invalid_request_error"u8) ? 400
                : type.Is("timeout_error"u8) ? 504
                : 500,
            message.ToString(),
            type.IsEmpty ? null : type.ToString()
        );
    }

    /// <summary><c>{"error":{"code","message","status"}}</c>, also as the only element of an array.</summary>
    public static AnswerFailure? OfGemini(JsonValue root, int status)
    {
        var error = FirstOf(root).Get("error"u8);
        var message = error.Text("message"u8);
        if (message.IsEmpty)
        {
            return null;
        }

        var word = error.Text("status"u8);
        return new AnswerFailure(
            status != 0 ? status : (int)Math.Clamp(error.Get("code"u8).Count() ?? 500, 400, 599),
            message.ToString(),
            word.IsEmpty ? null : word.ToString()
        );
    }

    private static JsonValue FirstOf(JsonValue root)
    {
        foreach (var item in root.Items())
        {
            return item;
        }

        return root;
    }

    private static int StatusOf(JsonValue code, RawText type) =>
        code.Count() is >= 400 and < 600 and var number ? (int)number
        : RawText.Of(code).Is("rate_limit_exceeded"u8) || type.Is("rate_limit_error"u8) ? 429
        : RawText.Of(code).Is("context_length_exceeded"u8) || type.Is("invalid_request_error"u8) ? 400
        : type.Is("overloaded_error"u8) ? 529
        : 500;
}
