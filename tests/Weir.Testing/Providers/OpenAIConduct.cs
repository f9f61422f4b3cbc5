using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>How the <see cref="FakeProvider"/> behaves as an OpenAI model: Codex's tool loop, the SDK's calls.</summary>
internal static class OpenAIConduct
{
    public static UpstreamAnswer Chat(FakeProvider provider, RecordedRequest request)
    {
        var body = request.Json();
        var streaming = body.Flag("stream");
        var completion = provider.Charge(
            request,
            Dialect.OpenAIChat,
            body.Text("model")!,
            streaming,
            VendorMind.Decide(HearChat(body), $"call_{request.Connection}_{body.Items("messages").Count()}_")
        );
        return streaming
            ? OpenAIAnswers.ChatStream(
                completion,
                body.TryGetProperty("stream_options", out var o) && o.Flag("include_usage")
            )
            : OpenAIAnswers.Chat(completion);
    }

    public static UpstreamAnswer Response(FakeProvider provider, RecordedRequest request)
    {
        var body = request.Json();
        var streaming = body.Flag("stream");
        var completion = provider.Charge(
            request,
            Dialect.OpenAIResponses,
            body.Text("model")!,
            streaming,
            [.. Decide(body, request)]
        ) with
        {
            IsStored = !body.TryGetProperty("store", out var store) || store.GetBoolean(),
        };
        return streaming ? OpenAIResponsesAnswers.Stream(completion) : OpenAIResponsesAnswers.Response(completion);
    }

    public static UpstreamAnswer Embeddings(FakeProvider provider, RecordedRequest request)
    {
        var body = request.Json();
        var model = body.Text("model")!;
        var charged = provider.Charge(request, Dialect.OpenAIEmbeddings, model, streaming: false, []);
        return OpenAIAnswers.Embeddings(
            model,
            charged.Usage.Input!.Value,
            Math.Max(1, body.Items("input").Count()),
            body.Text("encoding_format") == "base64"
        );
    }

    private static VendorHeard HearChat(JsonElement body)
    {
        var messages = body.Items("messages").ToList();
        var prompt = messages.FindLastIndex(m => m.Text("role") == "user");
        return new VendorHeard(
            [.. body.Items("tools").Select(t => t.GetProperty("function").Text("name")!)],
            prompt < 0 ? "" : messages[prompt].ToString(),
            messages.Skip(prompt + 1).Count(m => m.Text("role") == "tool"),
            body.TryGetProperty("response_format", out var format) && format.Text("type") == "json_schema"
        );
    }

    /// <summary>A tool that was declared free of form is called with the text alone.</summary>
    private static IEnumerable<VendorBlock> Decide(JsonElement body, RecordedRequest request)
    {
        var input = body.Items("input").ToList();
        var freeForm = body.Items("tools")
            .Where(t => t.Text("type") == "custom")
            .Select(t => t.Text("name"))
            .ToHashSet();
        return VendorMind
            .Decide(HearResponses(body, input), $"call_{request.Connection}_{input.Count}_")
            .Select(block =>
                block is VendorToolCall call && freeForm.Contains(call.Name)
                    ? new VendorFreeFormCall(call.Id, call.Name, VendorJson.Parse(call.Arguments).Text("input")!)
                    : block
            );
    }

    private static VendorHeard HearResponses(JsonElement body, List<JsonElement> input)
    {
        var prompt = input.FindLastIndex(i => i.Text("role") == "user");
        var words = input.Count == 0 ? body.Text("input") ?? "" : "";
        return new VendorHeard(
            [.. body.Items("tools").Select(t => t.Text("name")).OfType<string>()],
            prompt < 0 ? words : input[prompt].ToString(),
            input.Skip(prompt + 1).Count(i => i.Text("type") is "function_call_output" or "custom_tool_call_output"),
            body.TryGetProperty("text", out var text)
                && text.TryGetProperty("format", out var format)
                && format.Text("type") == "json_schema"
        );
    }
}
