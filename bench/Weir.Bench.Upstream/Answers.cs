using System.Text;

namespace Weir.Bench.Upstream;

/// <summary>Bytes with a place for an id.</summary>
internal sealed record Template(byte[] Bytes, int IdAt)
{
    public static Template Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new Template(bytes, bytes.AsSpan().IndexOf("msg_"u8) + 4);
    }
}

/// <summary>What a model answers: the whole message, and the beginning of its stream.</summary>
internal sealed record Answers(Template Message, Template Start)
{
    public const int IdDigits = 12;

    public const string Usage =
        "\"input_tokens\":25,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":1000,\"output_tokens\":";

    private static readonly string Words = string.Concat(Enumerable.Repeat("The river runs high today. ", 60));

    public static Answers Of(string model) =>
        new(
            Template.Of(
                $$$$"""{"id":"msg_000000000000","type":"message","role":"assistant","model":"{{{{model}}}}","content":[{"type":"text","text":"{{{{Words}}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{{{{{Usage}}}}10}}"""
            ),
            Template.Of(
                $$$$"""
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_000000000000","type":"message","role":"assistant","model":"{{{{model}}}}","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{{{Usage}}}}1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}


                """
            )
        );
}
