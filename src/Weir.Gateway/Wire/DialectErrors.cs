using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Wire;

/// <summary>Errors that Weir itself answers, in the shape and the words of the caller's dialect. Pure.</summary>
internal static class DialectErrors
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of an error answer.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="status">The HTTP status that goes with it.</param>
    /// <param name="message">What happened and what to do, for a person.</param>
    /// <param name="requestId">Weir's id of the request.</param>
    /// <param name="code">OpenAI's code, where there is a better one than the status tells; null for that.</param>
    public static byte[] Make(Dialect dialect, int status, string message, string requestId, string? code = null)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            switch (dialect)
            {
                case Dialect.AnthropicMessages:
                    json.WriteString("type"u8, "error"u8);
                    json.WriteStartObject("error"u8);
                    json.WriteString("type"u8, AnthropicType(status));
                    json.WriteString("message"u8, message);
                    json.WriteEndObject();
                    json.WriteString("request_id"u8, requestId);
                    break;
                case Dialect.Gemini:
                    json.WriteStartObject("error"u8);
                    json.WriteNumber("code"u8, status);
                    json.WriteString("message"u8, message);
                    json.WriteString("status"u8, GeminiStatus(status));
                    json.WriteEndObject();
                    break;
                default:
                    json.WriteStartObject("error"u8);
                    json.WriteString("message"u8, message);
                    json.WriteString("type"u8, OpenAIType(status));
                    json.WriteNull("param"u8);
                    json.WriteString("code"u8, code ?? OpenAICode(status));
                    json.WriteEndObject();
                    break;
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string AnthropicType(int status) =>
        status switch
        {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 or 529 => "overloaded_error",
            504 => "timeout_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        };

    private static string OpenAIType(int status) =>
        status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };

    private static string? OpenAICode(int status) =>
        status switch
        {
            401 => "invalid_api_key",
            404 => "not_found",
            413 => "request_too_large",
            429 => "rate_limit_exceeded",
            503 => "overloaded",
            _ => null,
        };

    private static string GeminiStatus(int status) =>
        status switch
        {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 or 529 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            >= 500 => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
}
