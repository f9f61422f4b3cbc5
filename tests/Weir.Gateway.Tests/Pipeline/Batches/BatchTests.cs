using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Batches;

/// <summary>Results of batches become records: one for each answer, once, however they are fetched.</summary>
public sealed class BatchTests
{
    private const string AnthropicPath = "/p/anthropic/v1/messages/batches/msgbatch_1/results";
    private const string OpenAIPath = "/p/openai/v1/files/file-1/content";

    [Fact]
    public async Task Each_answer_of_anthropics_results_is_a_record_with_the_batchs_price_mode()
    {
        var file = BatchAnswers.File([
            BatchAnswers.Anthropic("a", "msg_a", 10, 20),
            .. BatchAnswers.AnthropicWithoutAnswer,
            BatchAnswers.Anthropic("b", "msg_b", 30, 40),
        ]);
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));

        Assert.Equal(file, await FetchAsync(host, AnthropicPath));

        var records = await host.RecordsAsync();
        Assert.Equal(["msg_a", "msg_b"], records.Select(r => r.MessageId).Order());
        var record = records.Single(r => r.MessageId == "msg_a");
        Assert.Equal(
            new TokenUsage
            {
                Input = 10,
                CacheRead = 5,
                CacheWrite5m = 0,
                Output = 20,
            },
            record.Usage
        );
        Assert.Equal("batch", record.PriceMode);
        Assert.Equal("claude-sonnet-4-5-20250929", record.Model);
        Assert.Equal(Dialect.AnthropicMessages, record.Dialect);
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal("tester", record.Key);
        // The list has no price for batches, and half of the usual one would be a guess.
        Assert.Null(record.Cost);
    }

    [Fact]
    public async Task The_mode_is_charged_where_a_price_is_known()
    {
        var file = BatchAnswers.File(BatchAnswers.Anthropic("a", "msg_a", 1_000_000, 1_000_000));
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
        host.Prices.SetOverrides([
            new Weir.Ledger.PriceOverride
            {
                Model = "claude-sonnet-4-5*",
                Rates = new Weir.Ledger.PriceRates { Input = 3, Output = 15 },
                Modes = ImmutableSortedDictionary<string, Weir.Ledger.PriceRates>.Empty.Add(
                    "batch",
                    new Weir.Ledger.PriceRates { Input = 1.5m, Output = 7.5m }
                ),
            },
        ]);

        await FetchAsync(host, AnthropicPath);

        // 5 cache reads at 0.1 × $1.5 a million are in it.
        Assert.Equal("9.00000075", (await host.RecordAsync()).Cost!.Value.ToString());
    }

    [Fact]
    public async Task However_often_and_by_whomever_they_are_fetched_they_count_once()
    {
        var file = BatchAnswers.File(
            BatchAnswers.Anthropic("a", "msg_a", 10, 20),
            BatchAnswers.Anthropic("b", "msg_b", 30, 40)
        );
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
        var other = await host.NewKeyAsync("other");

        await FetchAsync(host, AnthropicPath);
        await FetchAsync(host, AnthropicPath);
        await FetchAsync(host, AnthropicPath, key: other);
        await FetchAsync(host, AnthropicPath + "?x=1");

        Assert.All(await host.RecordsAsync(), r => Assert.Equal("tester", r.Key));
        Assert.Equal(2, (await host.RecordsAsync()).Length);
        Assert.Equal(2, host.Gateway.Metrics.Series.Sum(s => s.Requests));
    }

    [Fact]
    public async Task Who_has_forgotten_what_was_counted_counts_it_no_second_time()
    {
        var file = BatchAnswers.File(
            BatchAnswers.Anthropic("a", "msg_a", 10, 20),
            BatchAnswers.Anthropic("b", "msg_b", 30, 40)
        );
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        using var folder = new TemporaryFolder();
        ImmutableArray<UsageRecord> before;
        await using (var host = await GatewayHost.StartAsync(folder, Anthropic(upstream)))
        {
            await FetchAsync(host, AnthropicPath);
            before = await host.RecordsAsync();
            Assert.Equal(2, before.Length);
        }

        await using (var host = await GatewayHost.StartAsync(folder, Anthropic(upstream)))
        {
            await FetchAsync(host, AnthropicPath);
            Assert.Equal(before, await host.RecordsAsync());
            Assert.Equal(2, (await host.EntriesAsync()).Length);
        }
    }

    [Fact]
    public async Task Fetched_in_pieces_every_line_counts_once_wherever_the_cuts_are()
    {
        var file = BatchAnswers.File(
            BatchAnswers.Anthropic("a", "msg_a", 10, 20),
            BatchAnswers.Anthropic("b", "msg_b", 30, 40),
            BatchAnswers.Anthropic("c", "msg_c", 50, 60)
        );
        foreach (var size in new[] { 1, 7, 100, 341, 1_000 })
        {
            await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
            await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
            if (size == 1)
            {
                // One byte at a time over the seam of two lines.
                var seam = Array.IndexOf(file, (byte)'\n');
                await RangeAsync(host, AnthropicPath, 0, seam - 5);
                for (var at = seam - 5; at < seam + 5; at++)
                {
                    await RangeAsync(host, AnthropicPath, at, at + 1);
                }

                await RangeAsync(host, AnthropicPath, seam + 5, file.Length);
            }
            else
            {
                // The last piece first, and each with some bytes of its neighbour.
                for (var from = (file.Length - 1) / size * size; from >= 0; from -= size)
                {
                    await RangeAsync(host, AnthropicPath, Math.Max(0, from - 3), Math.Min(from + size, file.Length));
                }
            }

            Assert.Equal(["msg_a", "msg_b", "msg_c"], (await host.RecordsAsync()).Select(r => r.MessageId).Order());
        }
    }

    [Fact]
    public async Task A_download_that_is_cut_keeps_what_it_saw_and_the_next_completes_it()
    {
        // Larger than what is held whole, and cut inside a line.
        var lines = Enumerable
            .Range(0, 400)
            .Select(i => BatchAnswers.Anthropic($"c{i}", $"msg_{i}", i, 1, 2_000))
            .ToArray();
        var file = BatchAnswers.File(lines);
        var cut = true;
        await using var upstream = new FakeUpstream().Handle(request =>
            BatchAnswers.Serve(file, request) is var answer && Interlocked.Exchange(ref cut, false)
                ? answer.CutAfter(500_000, Ending.Close)
                : answer
        );
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));

        var got = await FetchBrokenAsync(host, AnthropicPath);
        Assert.Equal(file[..got.Length], got);
        var seen = (await host.RecordsAsync()).Length;
        Assert.InRange(seen, 100, 399);

        // A client that resumes; what the cut went through is put together again.
        await RangeAsync(host, AnthropicPath, got.Length, file.Length);
        Assert.Equal(400, (await host.RecordsAsync()).Length);
        await FetchAsync(host, AnthropicPath);
        Assert.Equal(400, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Large_results_stream_through_in_bounded_memory()
    {
        const int Lines = 60_000;
        const int Padding = 2_000;
        // One line at a time, as many as make 130 MB.
        await using var upstream = new FakeUpstream().Handle(_ =>
            Enumerable
                .Range(0, Lines / 100)
                .Aggregate(
                    UpstreamAnswer.Status(200).Header("content-type", "application/x-jsonl").Chunked(),
                    (answer, block) => answer.Body(Block(block))
                )
        );
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
        using var answer = await host.SendAsync(
            host.Request(HttpMethod.Get, AnthropicPath).With("x-api-key", host.Key)
        );
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            total += count;
        }

        Assert.InRange(total, 120_000_000, 180_000_000);
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        await host.Ledger.FlushAsync(CancellationToken.None);
        Assert.Equal(Lines, host.Ledger.Status.Written);

        static byte[] Block(int block) =>
            BatchAnswers.File(
                Enumerable
                    .Range(block * 100, 100)
                    .Select(i => BatchAnswers.Anthropic($"c{i}", $"msg_{i}", i, 1, Padding))
            );
    }

    [Fact]
    public async Task Each_answer_of_openais_output_file_is_a_record_whatever_it_answers()
    {
        var file = BatchAnswers.File(
            BatchAnswers.OpenAI("a", BatchAnswers.Chat("chatcmpl-a", 10, 20)),
            BatchAnswers.OpenAI("b", BatchAnswers.Response("resp_b")),
            BatchAnswers.OpenAI("c", BatchAnswers.Embeddings),
            BatchAnswers.OpenAI("d", """{"error":{"message":"no","type":"invalid_request_error"}}""", 400)
        );
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(OpenAI(upstream));

        Assert.Equal(file, await FetchAsync(host, OpenAIPath));
        // The same file by the other way to write its path.
        Assert.Equal(file, await FetchAsync(host, "/p/openai/files/file-1/content"));

        var records = (await host.RecordsAsync()).ToDictionary(r => r.UpstreamId!);
        Assert.Equal(3, records.Count);
        Assert.Equal(new TokenUsage { Input = 10, Output = 20 }, records["req_a"].Usage);
        Assert.Equal(Dialect.OpenAIChat, records["req_a"].Dialect);
        Assert.Equal("gpt-4o-mini-2024-07-18", records["req_a"].Model);
        Assert.Equal(80, records["req_b"].Usage.CacheRead);
        Assert.Equal(Dialect.OpenAIResponses, records["req_b"].Dialect);
        Assert.Equal(Dialect.OpenAIEmbeddings, records["req_c"].Dialect);
        Assert.All(records.Values, r => Assert.Equal("batch", r.PriceMode));
    }

    [Theory]
    // A batch's input.
    [InlineData(
        """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","usage":{"prompt_tokens":1}}}"""
    )]
    // Training data that holds an answer.
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""")]
    // An answer by itself.
    [InlineData(
        """{"id":"chatcmpl-1","object":"chat.completion","model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}"""
    )]
    // No usage, no model, no whole line, no object, no known object.
    [InlineData("""{"custom_id":"a","response":{"status_code":200,"body":{"object":"chat.completion","model":"m"}}}""")]
    [InlineData(
        """{"custom_id":"a","response":{"status_code":200,"body":{"object":"chat.completion","usage":{"prompt_tokens":1}}}}"""
    )]
    [InlineData(
        """{"custom_id":"a","response":{"status_code":200,"body":{"object":"chat.completion","model":"m","usage":{"prompt_tokens":1}}}"""
    )]
    [InlineData("""["custom_id","response"]""")]
    [InlineData(
        """{"custom_id":"a","response":{"status_code":200,"body":{"object":"file","model":"m","usage":{"prompt_tokens":1}}}}"""
    )]
    [InlineData(
        """{"custom_id":"a","response":{"body":{"object":"chat.completion","model":"m","usage":{"prompt_tokens":1}}}}"""
    )]
    public async Task A_file_that_holds_anything_else_is_no_usage(string line)
    {
        var file = BatchAnswers.File(line, line);
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(OpenAI(upstream));
        Assert.Equal(file, await FetchAsync(host, OpenAIPath));
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task Looking_at_a_batch_counts_nothing()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json(
                """{"id":"batch_1","object":"batch","model":"gpt-5.5","status":"completed","usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30}}"""
            )
        );
        await using var host = await GatewayHost.StartAsync(OpenAI(upstream));
        await FetchAsync(host, "/p/openai/v1/batches/batch_1");
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task Geminis_answers_count_once_inside_the_batch_and_out_of_its_file()
    {
        var inline =
            $$"""{"inlinedResponses":[{"response":{{BatchAnswers.Gemini("r1", 10, 20)}},"metadata":{"key":"k"} },{"error":{"code":3} },{"response":{{BatchAnswers.Gemini("r2", 30, 40)}} }]}""";
        var batch =
            "{\"name\":\"batches/b1\",\"metadata\":{\"state\":\"BATCH_STATE_SUCCEEDED\",\"output\":{\"inlinedResponses\":"
            + inline
            + "}},\"done\":true,\"response\":{\"inlinedResponses\":"
            + inline
            + "}}";
        var file = BatchAnswers.File(
            "{\"key\":\"k1\",\"response\":" + BatchAnswers.Gemini("r3", 50, 60) + "}",
            """{"key":"k2","error":{"code":3}}"""
        );
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Path.Contains("/batches/", StringComparison.Ordinal)
                ? UpstreamAnswer.Json(batch)
                : BatchAnswers.Serve(file, request)
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Gemini(upstream) with
            {
                PassThrough = [new PassThroughRule("GET", "/*")],
            }
        );

        for (var i = 0; i < 3; i++)
        {
            await FetchAsync(host, "/p/gemini/v1beta/batches/b1");
            await FetchAsync(host, "/p/gemini/download/v1beta/files/f1:download?alt=media");
        }

        var records = (await host.RecordsAsync()).ToDictionary(r => r.MessageId!);
        Assert.Equal(["r1", "r2", "r3"], records.Keys.Order());
        Assert.Equal(new TokenUsage { Input = 30, Output = 40 }, records["r2"].Usage);
        Assert.All(records.Values, r => Assert.Equal("batch", r.PriceMode));
        Assert.All(records.Values, r => Assert.Equal("gemini-2.5-flash", r.Model));
    }

    [Fact]
    public async Task Compressed_results_are_read_too()
    {
        var file = BatchAnswers.File(BatchAnswers.Anthropic("a", "msg_a", 10, 20));
        await using var upstream = new FakeUpstream().Handle(request =>
            BatchAnswers.Serve(file, request).Compressed(ContentCoding.Gzip)
        );
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
        await FetchAsync(host, AnthropicPath);
        Assert.Equal("msg_a", (await host.RecordAsync()).MessageId);
    }

    [Fact]
    public async Task What_cannot_be_accounted_for_does_not_go_out()
    {
        var file = BatchAnswers.File(BatchAnswers.Anthropic("a", "msg_a", 10, 20));
        await using var upstream = new FakeUpstream().Handle(request => BatchAnswers.Serve(file, request));
        await using var host = await GatewayHost.StartAsync(Anthropic(upstream));
        // All room but the request's own.
        while (host.Ledger.Journal.TryReserve())
        {
            // Until nothing is left.
        }

        host.Ledger.Journal.Release();
        var (answer, body) = await host.AskAsync(
            host.Request(HttpMethod.Get, AnthropicPath).With("x-api-key", host.Key)
        );
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.DoesNotContain("msg_a", body, StringComparison.Ordinal);
    }

    private static ProviderConfig Anthropic(FakeUpstream upstream) =>
        GatewayHost.Anthropic(upstream) with
        {
            PassThrough = [new PassThroughRule("GET", "/v1/messages/batches/*")],
        };

    private static ProviderConfig OpenAI(FakeUpstream upstream) =>
        GatewayHost.OpenAI(upstream) with
        {
            PassThrough = [new PassThroughRule("GET", "*")],
        };

    private static async Task<byte[]> FetchAsync(GatewayHost host, string path, string? key = null)
    {
        using var answer = await host.SendAsync(host.Request(HttpMethod.Get, path).With("x-api-key", key ?? host.Key));
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        return body;
    }

    private static async Task RangeAsync(GatewayHost host, string path, int from, int to)
    {
        using var answer = await host.SendAsync(
            host.Request(HttpMethod.Get, path)
                .With("x-api-key", host.Key)
                .With("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{to - 1}"))
        );
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(to - from, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    private static async Task<byte[]> FetchBrokenAsync(GatewayHost host, string path)
    {
        using var answer = await host.SendAsync(host.Request(HttpMethod.Get, path).With("x-api-key", host.Key));
        await using var body = await answer.Content.ReadAsStreamAsync();
        using var got = new MemoryStream();
        var broken = await Record.ExceptionAsync(() => body.CopyToAsync(got));
        Assert.True(broken is IOException, $"{broken?.GetType()} after {got.Length} bytes");
        return got.ToArray();
    }
}
