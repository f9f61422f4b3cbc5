using System.Text;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Testing;
using static Weir.Gateway.Tests.Wire.OpenAIResponses.Translations;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

/// <summary>Requests and answers with bytes that somebody changed: whatever comes of them, nothing is thrown.</summary>
public sealed class HostileResponsesTests
{
    private static readonly byte[] Bad = [.. "{}[]\":,\\u0en-"u8, 0, 0x0a, 0x1f, 0x80, 0xc3, 0xed, 0xff];

    private static readonly VendorBlock[] Blocks =
    [
        new VendorThinking("Hm — ä.", "c2ln"),
        new VendorText("So \"high\"\n."),
        new VendorToolCall("call_1", "apply_patch", """{"input":"a\n\"b\" \\ \u00e4"}"""),
        new VendorToolCall("call_2", "exec_command", """{"cmd":"ls"}"""),
    ];

    private static byte[] Change(byte[] bytes, Random random)
    {
        var changed = (byte[])bytes.Clone();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            changed[random.Next(changed.Length)] = Bad[random.Next(Bad.Length)];
        }

        return random.Next(4) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages)]
    [InlineData(Dialect.OpenAIChat)]
    public void A_request(Dialect target)
    {
        var random = new Random(1);
        var whole = Encoding.UTF8.GetBytes(Fixture("codex-second-turn.json"));
        var read = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var conversation = TranslatedRequest.Read(
                Dialect.OpenAIResponses,
                Change(whole, random),
                streams: true,
                out _
            );
            if (conversation is null)
            {
                continue;
            }

            read++;
            TranslatedRequest
                .Write(
                    conversation,
                    new TargetTraits
                    {
                        Dialect = target,
                        Provider = "p",
                        Model = "m",
                    }
                )
                .Dispose();
        }

        Assert.InRange(read, 100, 2_999);
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages, Dialect.OpenAIResponses)]
    [InlineData(Dialect.OpenAIResponses, Dialect.OpenAIResponses)]
    [InlineData(Dialect.OpenAIResponses, Dialect.AnthropicMessages)]
    [InlineData(Dialect.OpenAIResponses, Dialect.OpenAIChat)]
    public void An_answer(Dialect from, Dialect to)
    {
        var random = new Random(2);
        var whole = from == Dialect.AnthropicMessages ? AnthropicStream(Blocks) : ResponsesStream(Blocks);
        var asked =
            to == Dialect.OpenAIResponses
                ? Fixture("codex-second-turn.json")
                : """{"model":"m","max_tokens":9,"messages":[]}""";
        var conversation = Read(to, asked);
        for (var i = 0; i < 2_000; i++)
        {
            Assert.NotEqual("", Answer(conversation, from, Change(whole, random), piece: random.Next(1, 4_000)));
        }
    }

    [Theory]
    [InlineData(Dialect.AnthropicMessages, Dialect.OpenAIResponses)]
    [InlineData(Dialect.OpenAIResponses, Dialect.OpenAIResponses)]
    [InlineData(Dialect.OpenAIResponses, Dialect.AnthropicMessages)]
    public void A_document(Dialect from, Dialect to)
    {
        var random = new Random(3);
        var whole = Encoding.UTF8.GetBytes(
            from == Dialect.AnthropicMessages
                ? """
                {"model":"m","content":[{"type":"thinking","thinking":"Hm — ä.","signature":"c2ln"},{"type":"tool_use","id":"a","name":"apply_patch",
                 "input":{"input":"ä\n\"b\""}},{"type":"tool_use","id":"b","name":"exec_command","input":{"cmd":"ä"}}],"stop_reason":"tool_use"}
                """
                : """
                {"model":"m","status":"completed","output":[{"type":"reasoning","id":"rs_ä","encrypted_content":"E","summary":[{"text":"Hm — ä."}]},
                 {"type":"custom_tool_call","call_id":"a","name":"apply_patch","input":"ä\n\"b\""},
                 {"type":"function_call","call_id":"b","name":"exec_command","arguments":"{\"cmd\":\"ä\"}"}]}
                """
        );
        var asked =
            to == Dialect.OpenAIResponses
                ? Fixture("codex-second-turn.json")
                : """{"model":"m","max_tokens":9,"messages":[]}""";
        var conversation = Read(to, asked);
        for (var i = 0; i < 3_000; i++)
        {
            Assert.NotEqual("", Answer(conversation, from, Change(whole, random), isStream: false));
        }
    }
}
