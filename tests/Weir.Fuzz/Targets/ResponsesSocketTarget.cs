using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Pipeline;

namespace Weir.Fuzz.Targets;

/// <summary>
/// What a caller says on a socket at <c>/v1/responses</c>, and what is made of it: a request that is JSON where the message was, with
/// what went before in front of its input; and errors of providers, which are always one event with a code.
/// </summary>
internal sealed class ResponsesSocketTarget : FuzzTarget
{
    private const int Limit = 64 * 1024;
    private static readonly byte[] First = """{"type":"message","role":"user","content":"one"}"""u8.ToArray();

    private static readonly byte[] Said =
        """{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"two"}]}"""u8.ToArray();

    public override string Name => "responses-socket";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        new[]
        {
            """{"type":"response.create","model":"m","input":"three","previous_response_id":"resp_1","store":false}""",
            """{"type":"response.create","model":"m","input":[{"type":"function_call_output","call_id":"c","output":"x"}],"previous_response_id":"resp_1"}""",
            """{"type":"response.create","model":"m","input":[],"stream":false,"background":true,"generate":false,"tools":[]}""",
            """{"type":"response.create","model":"m","input":"x","store":false,"previous_response_id":"resp_other"}""",
            """{"type":"response.processed","response_id":"resp_1"}""",
            """{"type":"error","code":"rate_limit_exceeded","message":"Too much.","param":null,"sequence_number":3}""",
            """{"error":{"message":"No.","type":"invalid_request_error","param":"input","code":null,"more":{"a":[1]}}}""",
            """{"id":"rs_1","type":"reasoning","summary":[]}""",
        }
            .Select(Encoding.UTF8.GetBytes)
            .Concat(Bodies.All);

    public override string Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        var chain = new ResponsesChain(Limit);
        chain.Keep("resp_1", stored: null, First, [Said]);
        var before = chain.ItemsOf("resp_1")!.Value.ToArray();
        using var turn = ResponsesTurn.Of(bytes, chain, "x");
        using var whole = Json.Parse(input);
        if (turn.Refusal is { } refusal)
        {
            MustBeError(refusal.ToArray());
        }
        else if (whole is not null && turn.Body.Length > 0)
        {
            try
            {
                MustBeRequest(whole.RootElement, turn.Body, before);
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair in a name, which the framework's own JSON cannot look up.
            }
        }

        MustBeError(SocketErrors.OfAnswer(500, new HeaderDictionary { ["retry-after"] = "1" }, bytes));
        var error = SocketErrors.OfEvent(bytes);
        if (error is not null)
        {
            MustBeError(error);
        }

        // Whatever a provider calls an item is kept, or the response is not.
        chain.Keep("resp_2", stored: null, First, ["""{"type":"reasoning"}"""u8.ToArray(), bytes]);
        using var kept = Json.Parse(Encoding.UTF8.GetBytes($"[{Encoding.UTF8.GetString(ItemsOf(chain))}]"));
        Must(whole is null || kept is not null, "items of JSON are JSON");
        return $"{turn.Refusal is null} {turn.Body.Length > 0} {error is null} {chain.Knows("resp_2")}";
    }

    private static ReadOnlySpan<byte> ItemsOf(ResponsesChain chain) =>
        chain.ItemsOf("resp_2") is { } items ? items.Span : default;

    private static void MustBeRequest(JsonElement message, ReadOnlyMemory<byte> body, byte[] before)
    {
        using var request = Json.Parse(body.Span);
        Must(request is { RootElement.ValueKind: JsonValueKind.Object }, "what is made of JSON is JSON");
        var root = request!.RootElement;
        Must(root.GetProperty("stream").ValueKind == JsonValueKind.True, "a stream is asked for");
        Must(
            !root.TryGetProperty("type", out _) && !root.TryGetProperty("generate", out _),
            "the socket's own is left out"
        );
        if (message.TryGetProperty("previous_response_id", out var previous) && Json.TextOf(previous) == "resp_1")
        {
            Must(!root.TryGetProperty("previous_response_id", out _), "what is here is asked of nobody");
            using var earlier = Json.Parse([(byte)'[', .. before, (byte)']']);
            var input = root.GetProperty("input").EnumerateArray().Select(i => i.GetRawText()).ToList();
            var expected = earlier!.RootElement.EnumerateArray().Select(i => i.GetRawText()).ToList();
            Must(input.Take(expected.Count).SequenceEqual(expected), "what went before stands in front");
        }
    }

    private static void MustBeError(byte[] bytes)
    {
        using var parsed = Json.Parse(bytes);
        Must(
            parsed is { RootElement.ValueKind: JsonValueKind.Object },
            "an error is JSON",
            Encoding.UTF8.GetString(bytes)
        );
        var root = parsed!.RootElement;
        Must(root.GetProperty("type").GetString() == "error", "an error says so");
        Must(root.GetProperty("status").GetInt32() is >= 400 and < 600, "an error has a status");
        Must(root.GetProperty("error").GetProperty("code").ValueKind == JsonValueKind.String, "an error has a code");
        Must(root.GetProperty("error").GetProperty("message").ValueKind == JsonValueKind.String, "an error has words");
    }
}
