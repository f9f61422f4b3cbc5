using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// An error as a message of a Responses socket: <c>type</c>, the HTTP <c>status</c> that it would have had, and the <c>error</c> that
/// would have been its body's, always with a code (https://developers.openai.com/api/docs/guides/websocket-mode and
/// https://www.openresponses.org/specification). Codex reads <c>headers</c> beside them. Pure.
/// </summary>
internal static class SocketErrors
{
    private const string InvalidRequest = "invalid_request_error";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Weir's own word.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">What a program acts on.</param>
    /// <param name="message">What happened, for a person.</param>
    /// <param name="parameter">The field that it is about; null for none.</param>
    public static byte[] Make(int status, string code, string message, string? parameter = null) =>
        Write(
            status,
            json =>
            {
                json.WriteString("type"u8, status < 500 ? InvalidRequest : "server_error");
                json.WriteString("code"u8, code);
                json.WriteString("message"u8, message);
                json.WriteString("param"u8, parameter);
            },
            headers: null
        );

    /// <summary>The error that an answer over HTTP would be.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="headers">Its headers; those that tell when to ask again, and whom it concerns, go along.</param>
    /// <param name="body">Its body: JSON with an <c>error</c> as a rule.</param>
    public static byte[] OfAnswer(int status, IHeaderDictionary headers, ReadOnlyMemory<byte> body) =>
        Read(
            body,
            said => ErrorIn(said) is { } error ? Write(status, json => Repeat(json, error, status), headers) : null
        ) ?? Write(status, json => Say(json, status), headers);

    /// <summary>
    /// The <c>error</c> event of a stream, whose members stand at its top and tell no status; null when it tells one already, or is
    /// nothing that can be read.
    /// </summary>
    public static byte[]? OfEvent(ReadOnlyMemory<byte> data) =>
        Read(
            data,
            said =>
            {
                if (said.ValueKind != JsonValueKind.Object || said.TryGetProperty("status", out _))
                {
                    return null;
                }

                var error = ErrorIn(said) ?? said;
                var status = TextOf(error, "code") switch
                {
                    "rate_limit_exceeded" or "insufficient_quota" => StatusCodes.Status429TooManyRequests,
                    "invalid_prompt" or "context_length_exceeded" or InvalidRequest => StatusCodes.Status400BadRequest,
                    _ => StatusCodes.Status500InternalServerError,
                };
                return Write(status, json => Repeat(json, error, status), headers: null);
            }
        );

    private static JsonElement? ErrorIn(JsonElement said) =>
        said.ValueKind == JsonValueKind.Object
        && said.TryGetProperty("error", out var error)
        && error.ValueKind == JsonValueKind.Object
            ? error
            : null;

    /// <summary>What is made of a document; null of one that is not JSON, or holds half a surrogate pair, which nobody can say again.</summary>
    private static byte[]? Read(ReadOnlyMemory<byte> bytes, Func<JsonElement, byte[]?> make)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return make(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Repeat(Utf8JsonWriter json, JsonElement error, int status)
    {
        var type = TextOf(error, "type") is { } said and not "error" ? said : TypeOf(status);
        json.WriteString("type"u8, type);
        json.WriteString("code"u8, TextOf(error, "code") ?? type);
        json.WriteString("message"u8, TextOf(error, "message") ?? Words(status));
        json.WriteString("param"u8, TextOf(error, "param"));
        foreach (var member in error.EnumerateObject())
        {
            if (member.Name is not ("type" or "code" or "message" or "param" or "sequence_number"))
            {
                member.WriteTo(json);
            }
        }
    }

    private static void Say(Utf8JsonWriter json, int status)
    {
        json.WriteString("type"u8, TypeOf(status));
        json.WriteString("code"u8, TypeOf(status));
        json.WriteString("message"u8, Words(status));
        json.WriteNull("param"u8);
    }

    private static string Words(int status) => $"The request was answered with status {status}.";

    private static string TypeOf(int status) => status is >= 400 and < 500 ? InvalidRequest : "server_error";

    private static string? TextOf(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static byte[] Write(int status, Action<Utf8JsonWriter> error, IHeaderDictionary? headers)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteNumber("status"u8, status);
            json.WriteStartObject("error"u8);
            error(json);
            json.WriteEndObject();
            if (headers is not null)
            {
                json.WriteStartObject("headers"u8);
                foreach (var (name, values) in headers)
                {
                    if (
                        name.Equals("retry-after", StringComparison.OrdinalIgnoreCase)
                        || name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)
                    )
                    {
                        json.WriteString(name.ToLowerInvariant(), values.ToString());
                    }
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
