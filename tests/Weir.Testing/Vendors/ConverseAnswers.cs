using Weir.Foundation;

namespace Weir.Testing;

/// <summary>Answers in the words of Bedrock's Converse (docs.aws.amazon.com/bedrock, "Converse" and "ConverseStream").</summary>
public static class ConverseAnswers
{
    /// <summary>A whole answer.</summary>
    public static string Document(VendorCompletion completion) =>
        VendorJson.Write(
            new
            {
                output = new
                {
                    message = new { role = "assistant", content = completion.Blocks.Select(Block).ToArray() },
                },
                stopReason = StopReason(completion),
                usage = Usage(completion.Usage),
                metrics = new { latencyMs = 551 },
            }
        );

    /// <summary>The events of a stream, by name. A block of text or thinking has no start; usage comes last, and alone.</summary>
    public static IReadOnlyList<(string Name, string Json)> Events(VendorCompletion completion)
    {
        List<(string Name, string Json)> events = [("messageStart", """{"role":"assistant"}""")];
        for (var i = 0; i < completion.Blocks.Length; i++)
        {
            var contentBlockIndex = i;
            if (completion.Blocks[i] is VendorToolCall call)
            {
                var start = new { toolUse = new { toolUseId = call.Id, name = call.Name } };
                events.Add(("contentBlockStart", VendorJson.Write(new { contentBlockIndex, start })));
            }

            events.AddRange(
                Deltas(completion.Blocks[i])
                    .Select(delta => ("contentBlockDelta", VendorJson.Write(new { contentBlockIndex, delta })))
            );
            events.Add(("contentBlockStop", VendorJson.Write(new { contentBlockIndex })));
        }

        events.Add(("messageStop", VendorJson.Write(new { stopReason = StopReason(completion) })));
        events.Add(
            ("metadata", VendorJson.Write(new { usage = Usage(completion.Usage), metrics = new { latencyMs = 551 } }))
        );
        return events;
    }

    private static IEnumerable<object> Deltas(VendorBlock block) =>
        block switch
        {
            VendorThinking thinking =>
            [
                .. VendorJson.Pieces(thinking.Text).Select(text => new { reasoningContent = new { text } }),
                new { reasoningContent = new { signature = thinking.Signature } },
            ],
            VendorToolCall call => VendorJson.Pieces(call.Arguments).Select(input => new { toolUse = new { input } }),
            VendorText said => VendorJson.Pieces(said.Text).Select(text => new { text }),
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    private static object Block(VendorBlock block) =>
        block switch
        {
            VendorThinking thinking => new
            {
                reasoningContent = new { reasoningText = new { text = thinking.Text, signature = thinking.Signature } },
            },
            VendorToolCall call => new
            {
                toolUse = new
                {
                    toolUseId = call.Id,
                    name = call.Name,
                    input = VendorJson.Parse(call.Arguments),
                },
            },
            VendorText said => new { text = said.Text },
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    private static object Usage(TokenUsage usage) =>
        new
        {
            inputTokens = usage.Input,
            outputTokens = usage.Output,
            totalTokens = usage.Total,
            cacheReadInputTokens = usage.CacheRead,
        };

    private static string StopReason(VendorCompletion completion) =>
        completion.StopReason ?? (completion.CallsTool ? "tool_use" : "end_turn");
}
