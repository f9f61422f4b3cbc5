using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Simulator;

/// <summary>A request to the simulator, understood.</summary>
internal sealed record SimulatorRequest
{
    /// <summary>What is asked for.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>From the request's bytes and the header <c>x-weir-sim-seed</c>.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The request itself.</summary>
    public required JsonElement Root { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Whether a stream is asked for.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the stream is to be of server-sent events (Gemini's may be one JSON array).</summary>
    public bool Events { get; init; } = true;

    /// <summary>Whether a chat stream is to report its usage.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>The bound on the output; null for none.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How long an embedding is to be.</summary>
    public int Dimensions { get; init; } = 64;

    /// <summary>Whether embeddings are to be base 64.</summary>
    public bool Base64 { get; init; }

    /// <summary>How many texts are to be embedded.</summary>
    public int Inputs { get; init; } = 1;

    /// <summary>Reads a request; null with a reason when it is none that the simulator knows.</summary>
    public static SimulatorRequest? Read(Uri address, ReadOnlySpan<byte> body, string? seed, out string? reason)
    {
        var path = address.AbsolutePath;
        var endpoint = Endpoint.Parse(path, speaksAnthropic: false);
        reason = "The simulator has no such path.";
        if (endpoint.Operation is Operation.Unknown or Operation.PassThrough || endpoint.IsModelList)
        {
            return null;
        }

        JsonElement root;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
            using var document = JsonDocument.ParseValue(ref reader);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            root = default;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            reason = "The request's body is not a JSON object.";
            return null;
        }

        reason = null;
        var isGemini = endpoint.Dialect == Dialect.Gemini;
        return new SimulatorRequest
        {
            Endpoint = endpoint,
            Model = (isGemini ? endpoint.Subject : Text(root, "model")) ?? "sim-small",
            Seed = SimulatorHash.Add(SimulatorHash.Add(SimulatorHash.Start, body), Encoding.UTF8.GetBytes(seed ?? "")),
            Root = root,
            PromptTokens = SimulatorReply.CountPrompt(body),
            Stream = endpoint.Operation == Operation.GeminiStream || Flag(root, "stream"),
            Events = !isGemini || address.Query.Contains("alt=sse", StringComparison.Ordinal),
            IncludeUsage =
                Member(root, "stream_options") is { ValueKind: JsonValueKind.Object } o && Flag(o, "include_usage"),
            MaxTokens = isGemini
                ? Member(root, "generationConfig") is { ValueKind: JsonValueKind.Object } config
                    ? Number(config, "maxOutputTokens")
                    : null
                : Number(root, "max_completion_tokens")
                    ?? Number(root, "max_output_tokens")
                    ?? Number(root, "max_tokens"),
            Dimensions = Math.Clamp(Number(root, "dimensions") ?? Number(root, "outputDimensionality") ?? 64, 1, 4096),
            Base64 = Text(root, "encoding_format") == "base64",
            Inputs =
                Member(root, "input") is { ValueKind: JsonValueKind.Array } input
                && input.GetArrayLength() is > 0 and var count
                && input[0].ValueKind != JsonValueKind.Number
                    ? Math.Min(count, 2048)
                    : 1,
        };
    }

    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement root, string name) =>
        Member(root, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool Flag(JsonElement root, string name) => Member(root, name) is { ValueKind: JsonValueKind.True };

    private static int? Number(JsonElement root, string name) =>
        Member(root, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value)
            ? value
            : null;
}
