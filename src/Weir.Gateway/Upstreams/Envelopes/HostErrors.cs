using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// A host's own errors in the words of the dialect that it carries: the vendor's type and shape, the host's message. Pure.
/// </summary>
internal static class HostErrors
{
    // Relaxed, so that a key which a host repeats still stands there as it is looked for.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The vendor's error document.</summary>
    /// <param name="dialect">Whose shape.</param>
    /// <param name="status">The HTTP status that goes with it.</param>
    /// <param name="type">Anthropic's type of error; null for the one of the status.</param>
    /// <param name="message">What the host says.</param>
    /// <param name="requestId">The host's id of the request; null when it told none.</param>
    public static byte[] Make(Dialect dialect, int status, string? type, string message, string? requestId)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            if (dialect == Dialect.AnthropicMessages)
            {
                json.WriteString("type"u8, "error"u8);
                json.WriteStartObject("error"u8);
                json.WriteString("type"u8, type ?? AnthropicType(status));
                json.WriteString("message"u8, message);
                json.WriteEndObject();
                if (requestId is not null)
                {
                    json.WriteString("request_id"u8, requestId);
                }
            }
            else if (dialect == Dialect.BedrockConverse)
            {
                json.WriteString("message"u8, message);
            }
            else
            {
                json.WriteStartObject("error"u8);
                if (dialect == Dialect.Gemini)
                {
                    json.WriteNumber("code"u8, status);
                    json.WriteString("message"u8, message);
                    json.WriteString("status"u8, GoogleStatus(status));
                }
                else
                {
                    json.WriteString("message"u8, message);
                    json.WriteString("type"u8, OpenAIType(status));
                    json.WriteNull("param"u8);
                    json.WriteNull("code"u8);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Anthropic's type of error for a status (docs.anthropic.com, "Errors").</summary>
    public static string AnthropicType(int status) =>
        status switch
        {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            408 or 504 => "timeout_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 or 529 => "overloaded_error",
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

    private static string GoogleStatus(int status) =>
        status switch
        {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            >= 500 => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
}
