using System.Text;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Tests.Wire;

public sealed class OpenAIUsageChunkFilterTests
{
    private const string Chunk = """data: {"choices":[{"delta":{"content":"x"}}],"usage":null}""";

    [Theory]
    [InlineData("""data: {"id":"a","choices":[],"usage":{"total_tokens":3}}""")]
    [InlineData("""data:{"usage":{"total_tokens":3},"choices":[ ]}""")]
    public void The_usage_chunk_is_taken_out_however_the_stream_is_cut(string usage)
    {
        foreach (var end in new[] { "\n", "\r\n", "\r" })
        {
            var stream = $"{Chunk}{end}{end}{usage}{end}{end}data: [DONE]{end}{end}";
            foreach (var size in new[] { 1, 7, stream.Length })
            {
                Assert.Equal($"{Chunk}{end}{end}data: [DONE]{end}{end}", Filter(stream, size));
            }
        }
    }

    [Theory]
    [InlineData(Chunk)]
    [InlineData("""data: {"choices":[],"usage":null}""")]
    [InlineData("""data: {"choices":[{}],"usage":{"total_tokens":3}}""")]
    [InlineData("""data: {"usage":{"total_tokens":3}}""")]
    [InlineData("data: {\"choices\":\n[],\"usage\":{\"total_tokens\":3}}")]
    [InlineData("data: {\"choices\":[],\"usage\":{}}\nid: 7")]
    [InlineData("event: x\ndata: {\"choices\":[],\"usage\":{}}")]
    [InlineData("data: [DONE]")]
    [InlineData(": ping")]
    public void Everything_else_goes_out_as_it_came(string text)
    {
        var stream = text + "\n\n";

        Assert.Equal(stream, Filter(stream, 1));
        Assert.Equal(stream, Filter(stream, stream.Length));
    }

    private static string Filter(string stream, int size)
    {
        using var filter = new OpenAIUsageChunkFilter();
        using var to = new PooledBuffer(0);
        foreach (var chunk in Encoding.UTF8.GetBytes(stream).Chunk(size))
        {
            filter.Feed(chunk, to);
        }

        filter.Complete(to);
        return Encoding.UTF8.GetString(to.Span);
    }
}
