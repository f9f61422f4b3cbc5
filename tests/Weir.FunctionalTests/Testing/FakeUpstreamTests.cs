using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Testing;

/// <summary>The instrument that the other tests trust: what it records and what it does to a connection.</summary>
public sealed class FakeUpstreamTests : IAsyncDisposable
{
    private readonly FakeUpstream upstream = new();
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler());

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task Records_the_request_byte_for_byte_and_keeps_the_connection()
    {
        upstream.On("/v1/x", UpstreamAnswer.Json("""{"ok":true}"""));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", upstream.Port);
        var stream = client.GetStream();
        const string Head =
            "POST /v1/x?beta=true HTTP/1.1\r\nhost: h\r\nX-Odd-Case:  two \r\nContent-Length: 3\r\n\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Head + "abc" + Head + "def"));
        await upstream.WaitForRequestAsync(2);

        var first = upstream.Requests[0];
        Assert.Equal(Head, Encoding.Latin1.GetString(first.Head.Span));
        Assert.Equal(["host", "X-Odd-Case", "Content-Length"], first.Headers.Select(h => h.Name));
        Assert.Equal("two", first.Header("x-odd-case"));
        Assert.Equal("/v1/x", first.Path);
        Assert.Equal("abc", first.BodyText);
        Assert.Equal("def", upstream.Requests[1].BodyText);
        Assert.Equal(first.Connection, upstream.Requests[1].Connection);
    }

    [Fact]
    public async Task Reads_a_chunked_body_and_tells_its_chunks()
    {
        upstream.On("/", UpstreamAnswer.Status(200));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", upstream.Port);
        await client
            .GetStream()
            .WriteAsync(
                "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"u8.ToArray()
            );
        var request = await upstream.WaitForRequestAsync();

        Assert.Equal("abcde", request.BodyText);
        Assert.Equal([3, 2], request.ChunkSizes);
    }

    [Fact]
    public async Task Sends_event_by_event_as_the_test_lets_it()
    {
        var gate = new Gate();
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n").Pause(gate).Body("data: 2\n\n"));
        using var response = await SendAsync("/s");
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("data: 1", await reader.ReadLineAsync());
        await gate.Reached;
        gate.Open();
        Assert.Equal("\ndata: 2\n\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Sees_the_client_go_while_it_answers()
    {
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n").Stall());
        var response = await SendAsync("/s");
        response.Dispose();

        await upstream.Request.PeerGone;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(110)]
    public async Task Resets_wherever_it_is_told_to(int wireBytes)
    {
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n", "data: 2\n\n").CutAfter(wireBytes));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var response = await SendAsync("/s");
            await response.Content.ReadAsByteArrayAsync();
        });
    }

    [Fact]
    public async Task Ends_a_stream_without_its_last_chunk()
    {
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n").WithoutFinalChunk());
        using var response = await SendAsync("/s");

        var body = await response.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Cuts_chunks_and_drips_them_without_changing_the_body()
    {
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n", "data: 22\n\n").Chunked(1, 4).Dripping());
        using var response = await SendAsync("/s");

        Assert.Equal("data: 1\n\ndata: 22\n\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Answers_without_reading_the_body()
    {
        upstream.On("/s", UpstreamAnswer.Json("{}", 413).WithoutReadingBody());
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", upstream.Port);
        await client.GetStream().WriteAsync("POST /s HTTP/1.1\r\ncontent-length: 1000\r\n\r\nabc"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 413 Status", await reader.ReadLineAsync());
    }

    [Theory]
    [InlineData(ContentCoding.Gzip)]
    [InlineData(ContentCoding.Brotli)]
    [InlineData(ContentCoding.Deflate)]
    [InlineData(ContentCoding.Zstd)]
    public async Task Compresses_piece_by_piece(ContentCoding coding)
    {
        upstream.On("/s", UpstreamAnswer.Sse("data: 1\n\n", "data: 2\n\n").Compressed(coding));
        using var response = await SendAsync("/s");
        var body = await response.Content.ReadAsStreamAsync();

        Assert.Equal(coding.Token(), Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal("data: 1\n\ndata: 2\n\n", await DecodeAsync(coding, body));
    }

    private static async Task<string> DecodeAsync(ContentCoding coding, Stream body)
    {
        if (coding == ContentCoding.Zstd)
        {
            using var zstd = Process.Start(
                new ProcessStartInfo("zstd", "-dc")
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                }
            )!;
            await body.CopyToAsync(zstd.StandardInput.BaseStream);
            zstd.StandardInput.Close();
            return await zstd.StandardOutput.ReadToEndAsync();
        }

        Stream decoder = coding switch
        {
            ContentCoding.Gzip => new GZipStream(body, CompressionMode.Decompress),
            ContentCoding.Brotli => new BrotliStream(body, CompressionMode.Decompress),
            _ => new ZLibStream(body, CompressionMode.Decompress),
        };
        return await new StreamReader(decoder).ReadToEndAsync();
    }

    private Task<HttpResponseMessage> SendAsync(string path) =>
        http.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.BaseUrl, path)), CancellationToken.None);
}
