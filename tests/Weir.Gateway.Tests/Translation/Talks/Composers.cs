using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Foundation;
using Weir.Gateway.Translation;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>
/// Requests as programs write them, by the vendors' documents and not by Weir's writers. Thinking is sealed for the provider
/// that is asked next, as an answer of Weir's gave it to the caller.
/// </summary>
internal static class Composers
{
    private static readonly JsonSerializerOptions Escaped = new() { Encoder = JavaScriptEncoder.Default };

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The body.</summary>
    /// <param name="talk">Of what the dialect can say.</param>
    /// <param name="dialect">The caller's.</param>
    /// <param name="kind">What kind of proof the provider behind makes.</param>
    /// <param name="provider">Its name.</param>
    public static byte[] Compose(Talk talk, Dialect dialect, ProofKind kind, string provider)
    {
        string Seal(Thought thought) =>
            System.Text.Encoding.UTF8.GetString(
                ThinkingProof.Seal(
                    kind,
                    provider,
                    JsonEncodedText.Encode(thought.Token, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes,
                    System.Text.Encoding.UTF8.GetBytes(kind == ProofKind.Encrypted ? "rs_1" : thought.Text)
                )
            );
        var body = dialect switch
        {
            Dialect.AnthropicMessages => AnthropicComposer.Compose(talk, Seal),
            Dialect.OpenAIChat => ChatComposer.Compose(talk, Seal),
            Dialect.OpenAIResponses => ResponsesComposer.Compose(talk, Seal),
            _ => GeminiComposer.Compose(talk, Seal),
        };
        return JsonSerializer.SerializeToUtf8Bytes(body, talk.IsTerse ? Escaped : Relaxed);
    }

    public static JsonArray List(IEnumerable<JsonNode?> items) => new([.. items]);

    public static JsonArray Texts(IEnumerable<string> items) => List(items.Select(i => (JsonNode?)JsonValue.Create(i)));

    /// <summary>Adds what is there.</summary>
    public static void Add(this JsonObject to, string name, string? json, bool isText)
    {
        if (json is not null)
        {
            to[name] = isText ? JsonValue.Create(json) : JsonNode.Parse(json);
        }
    }

    public static string DataUri(Medium medium) =>
        medium.Source == MediaSource.Base64 ? $"data:{medium.Type};base64,{medium.Data}" : medium.Data;

    public static IEnumerable<Bit> ButResults(this ImmutableArray<Bit> bits) => bits.Where(b => b is not Result);
}
