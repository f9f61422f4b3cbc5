using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Weir.FunctionalTests.Capture;

/// <summary><c>POST /api/v1/capture/batches</c>, against the whole server.</summary>
public sealed class BatchRouteTests : IAsyncLifetime
{
    private const string Path = "/api/v1/capture/batches";
    private const string Lines = "application/x-ndjson";
    private const string Head = """{"kind":"batch","version":1,"id":"b1","host":"laptop"}""";

    private readonly CaptureServer server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task A_batch_is_answered_when_it_is_stored_and_again_as_it_was(string? coding)
    {
        var body = Batch(Head, Request("m1", 5), Request("m2", -1), Request("m3", 7));

        var (status, first, _) = await server.PostAsync(Path, body, Lines, coding: coding);
        var total = await TotalAsync();
        var (_, second, _) = await server.PostAsync(Path, body, Lines, coding: coding);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """{"id":"b1","records":2,"requests":2,"refused":{"impossible number":1}}""",
            Encoding.UTF8.GetString(first)
        );
        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(second));
        Assert.Equal((2, 12), total);
        Assert.Equal((2, 12), await TotalAsync());
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, null, "x", Lines, null)]
    [InlineData(HttpStatusCode.Forbidden, "gateway", "x", Lines, null)]
    [InlineData(HttpStatusCode.BadRequest, "ingest", "", Lines, null)]
    [InlineData(HttpStatusCode.BadRequest, "ingest", "nonsense", Lines, null)]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "ingest", Head, "application/json", null)]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "ingest", Head, Lines, "br")]
    public async Task What_is_no_batch_is_a_problem(
        HttpStatusCode expected,
        string? key,
        string body,
        string type,
        string? coding
    )
    {
        var (status, problem, answer) = await server.PostAsync(
            Path,
            Encoding.UTF8.GetBytes(body),
            type,
            key == "gateway" ? server.GatewayKey : key,
            coding
        );

        Assert.Equal((expected, "application/problem+json"), (status, answer.Content.Headers.ContentType!.MediaType));
        Assert.NotEmpty(JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_body_that_grows_beyond_its_bound_is_refused()
    {
        var body = new byte[5 * 1024 * 1024];
        Array.Fill(body, (byte)'\n');
        Encoding.UTF8.GetBytes(Head).CopyTo(body, 0);

        var (status, _, _) = await server.PostAsync(Path, body, Lines, coding: "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task When_too_many_come_at_once_the_sender_is_asked_to_come_again()
    {
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }
        );
        var open = new List<(Pipe Body, Task<HttpResponseMessage> Answer)>();
        HttpResponseMessage? refused = null;
        while (refused is null)
        {
            var pipe = new Pipe();
            var body = new Begun(pipe, Batch(Head));
            var answer = http.SendAsync(Slow(body), TestContext.Current.CancellationToken);
            open.Add((pipe, answer));
            // One that is let in is asked for its body, one that is not is answered at once.
            refused = await Task.WhenAny(answer, body.Asked) == answer ? await answer : null;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        var taken = 0;
        foreach (var (body, answer) in open)
        {
            await body.Writer.CompleteAsync();
            taken += (await answer).StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(8, taken);
    }

    [Fact]
    public async Task The_description_tells_of_it()
    {
        var document = await GetAsync("/openapi/v1.json");
        var post = document.GetProperty("paths").GetProperty(Path).GetProperty("post");

        Assert.True(post.GetProperty("requestBody").GetProperty("content").TryGetProperty(Lines, out _));
        Assert.All(
            ["200", "400", "401", "403", "413", "415", "429", "503"],
            status => Assert.True(post.GetProperty("responses").TryGetProperty(status, out _), status)
        );
    }

    [Fact]
    public async Task What_is_kept_is_told_with_the_sources()
    {
        await server.PostAsync(Path, Batch(Head, Request("m1", 5)), Lines);

        var archive = (await GetAsync("/api/v1/capture/sources")).GetProperty("archive");

        Assert.Equal((1, 400), (archive.GetProperty("files").GetInt32(), archive.GetProperty("keepDays").GetInt32()));
        Assert.True(archive.GetProperty("bytes").GetInt64() > 0, archive.ToString());
        Assert.Equal(JsonValueKind.Null, archive.GetProperty("sealedBytes").ValueKind);
    }

    private HttpRequestMessage Slow(Begun body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.BaseUrl, Path))
        {
            Content = new StreamContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(Lines);
        request.Headers.TryAddWithoutValidation("x-weir-key", server.IngestKey);
        request.Headers.ExpectContinue = true;
        return request;
    }

    private async Task<(long Requests, long Output)> TotalAsync()
    {
        var total = (await GetAsync("/api/v1/usage/summary?from=2026-01-01T00:00:00Z")).GetProperty("total");
        return (total.GetProperty("requests").GetInt64(), total.GetProperty("outputTokens").GetInt64());
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.BaseUrl, path));
        request.Headers.TryAddWithoutValidation("x-weir-key", server.AdminKey);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    private static byte[] Batch(params string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");

    // Today, whichever day that is: the archive keeps what is recent.
    private static string Request(string id, int output) =>
        $$"""{"kind":"request","source":2,"client":"claude-code","at":{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000}},"messageId":"{{id}}","output":{{output}}}""";

    /// <summary>A body that begins at once and ends when its pipe does.</summary>
    private sealed class Begun(Pipe pipe, byte[] first) : Stream
    {
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool hasBegun;

        /// <summary>Completes when somebody reads it.</summary>
        public Task Asked => asked.Task;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (!hasBegun)
            {
                hasBegun = true;
                asked.TrySetResult();
                first.CopyTo(buffer);
                return first.Length;
            }

            var read = await pipe.Reader.ReadAsync(cancellationToken);
            pipe.Reader.AdvanceTo(read.Buffer.End);
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
