using System.Text;
using Weir.Foundation;
using Weir.Gateway.Upstreams.Envelopes;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class EventStreamBodyTests
{
    private static readonly byte[] TwoEvents =
    [
        .. EventStreamFrames.Chunk("""{"type":"ping"}"""),
        .. EventStreamFrames.Chunk("{\"type\":\"message_stop\",\"text\":\"Grüße\"}"),
    ];

    private const string TwoEventsTold =
        "event: ping\ndata: {\"type\":\"ping\"}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\",\"text\":\"Grüße\"}\n\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Frames_become_events_however_they_are_cut(int piece)
    {
        Assert.Equal(TwoEventsTold, await ReadAsync(TwoEvents, piece));
    }

    [Fact]
    public async Task A_stream_cut_at_any_byte_gives_whole_events_and_then_breaks_unless_it_ends_between_frames()
    {
        var ends = new[] { 0, EventStreamFrames.Chunk("""{"type":"ping"}""").Length, TwoEvents.Length };
        for (var cut = 0; cut < TwoEvents.Length; cut++)
        {
            var told = new StringBuilder();
            var broke = await BreaksAsync(TwoEvents[..cut], told);

            Assert.Equal(!ends.Contains(cut), broke);
            Assert.Equal(
                cut < ends[1] ? "" : TwoEventsTold[..TwoEventsTold.IndexOf("event: m", StringComparison.Ordinal)],
                told.ToString()
            );
        }
    }

    [Fact]
    public async Task What_stood_before_a_corrupted_frame_is_handed_on()
    {
        var bent = TwoEvents.ToArray();
        bent[^1] ^= 1;
        var told = new StringBuilder();

        Assert.True(await BreaksAsync(bent, told));
        Assert.Equal("event: ping\ndata: {\"type\":\"ping\"}\n\n", told.ToString());
    }

    [Fact]
    public async Task An_exception_is_an_error_event_and_the_last_word()
    {
        byte[] wire =
        [
            .. EventStreamFrames.Chunk("""{"type":"ping"}"""),
            .. EventStreamFrames.Exception("throttlingException", "{\"message\":\"Too many \\\"tokens\\\"\"}"),
            .. EventStreamFrames.Chunk("""{"type":"message_stop"}"""),
        ];

        Assert.Equal(
            "event: ping\ndata: {\"type\":\"ping\"}\n\n"
                + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Too many \\\"tokens\\\"\"}}\n\n",
            await ReadAsync(wire, 64)
        );
    }

    [Fact]
    public async Task An_event_of_Converse_is_named_by_its_header()
    {
        byte[] wire =
        [
            .. EventStreamFrames.Event("messageStart", """{"role":"assistant"}"""),
            .. EventStreamFrames.Event("metadata", "{\n  \"usage\": {}\n}"),
            .. EventStreamFrames.Exception("modelStreamErrorException", """{"message":"gone"}"""),
        ];

        Assert.Equal(
            "event: messageStart\ndata: {\"role\":\"assistant\"}\n\n"
                + "event: metadata\ndata: {\ndata:   \"usage\": {}\ndata: }\n\n"
                + "event: modelStreamErrorException\ndata: {\"message\":\"gone\"}\n\n",
            await ReadAsync(wire, 64, Dialect.BedrockConverse)
        );
    }

    [Theory]
    [InlineData("""{"bytes":"%%%"}""")]
    [InlineData("""{"p":"abc"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_chunk_without_an_event_breaks_the_stream(string payload)
    {
        Assert.True(await BreaksAsync(EventStreamFrames.Event("chunk", payload), new StringBuilder()));
    }

    [Fact]
    public async Task An_event_larger_than_every_buffer_comes_whole()
    {
        var text = new string('x', 300_000);
        var json = $$"""{"type":"content_block_delta","text":"{{text}}"}""";

        Assert.Equal(
            $"event: content_block_delta\ndata: {json}\n\n",
            await ReadAsync(EventStreamFrames.Chunk(json), 4096)
        );
    }

    private static async Task<string> ReadAsync(byte[] wire, int piece, Dialect dialect = Dialect.AnthropicMessages)
    {
        using var answer = Answer(wire, piece);
        await using var body = new EventStreamBody(answer, dialect);
        using var read = new MemoryStream();
        await body.CopyToAsync(read, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(read.ToArray());
    }

    private static async Task<bool> BreaksAsync(byte[] wire, StringBuilder told)
    {
        using var answer = Answer(wire, wire.Length + 1);
        await using var body = new EventStreamBody(answer, Dialect.AnthropicMessages);
        var buffer = new byte[4096];
        try
        {
            while (await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
            {
                told.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }

            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static HttpResponseMessage Answer(byte[] wire, int piece) =>
        new() { Content = new StreamContent(new InPieces(wire, piece)) };

    /// <summary>A body of which a read gives no more than a piece.</summary>
    private sealed class InPieces(byte[] wire, int piece) : MemoryStream(wire)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
