using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Batches and files below <c>/p/</c> with the vendors' own SDKs, and what a restart does not count again.</summary>
public sealed class BatchesAndFilesTests
{
    [Fact]
    public async Task Results_count_once_over_a_restart_and_files_pass_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new FakeUpstream().Handle(Answer);
        var first = await RunAsync(folder, vendor, records: 6);
        var second = await RunAsync(folder, vendor, records: 8);

        Assert.Equal(
            ["chatcmpl-a", "msg_a", "msg_b", "r1"],
            first.Records.Select(r => r.Text("messageId")).OfType<string>().Order()
        );
        Assert.Equal(
            first.Records.Select(r => r.GetRawText()).Order(),
            second.Records.Select(r => r.GetRawText()).Order()
        );
        foreach (var told in new[] { first.Told, second.Told })
        {
            Assert.Equal("ended", told["anthropic-batch"].Text("status"));
            Assert.Equal(2, told["anthropic-results"].Number("lines"));
            Assert.Equal(2, told["openai-results"].Number("lines"));
            Assert.Equal("It holds.", told["gemini-results"].Items("answers").Single().GetString());
            Assert.Equal("file-up", told["openai-file"].Text("id"));
            Assert.Equal(told["openai-file"].Text("sent"), told["openai-file"].Text("got"));
            Assert.Equal("file_up", told["anthropic-file"].Text("id"));
        }
    }

    private static async Task<(
        IReadOnlyDictionary<string, JsonElement> Told,
        IReadOnlyList<JsonElement> Records
    )> RunAsync(TemporaryFolder folder, FakeUpstream vendor, int records)
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {vendor.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
                passThrough: ["GET /v1/messages/batches/*", "POST /v1/files"]
              - name: openai
                kind: openai
                baseUrl: {vendor.BaseUrl}v1
                apiKey: upstream-key
                passThrough: ["GET /v1/batches/*", "GET /v1/files/*", "POST /v1/files"]
              - name: gemini
                kind: gemini
                baseUrl: {vendor.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
                passThrough: ["GET /v1beta/batches/*"]
            """
        );
        var run = await Programs.NodeAsync(
            "batches-and-files.mjs",
            [],
            new Dictionary<string, string>
            {
                ["HOME"] = folder.Make("home"),
                ["WEIR_KEY"] = weir.AdminKey,
                ["WEIR_URL"] = weir.BaseUrl.ToString().TrimEnd('/'),
            }
        );
        Assert.True(run.ExitCode == 0, $"{run}\n{weir.Log}");
        // A file that is sent is a POST, and leaves a record of its own without tokens.
        var ledger = await RealtimeTests.LedgerAsync(weir, records);
        return (
            run.JsonLines().ToDictionary(l => l.Text("call")!),
            [.. ledger.Where(r => r.Text("messageId") is not null)]
        );
    }

    private static UpstreamAnswer? Answer(RecordedRequest request) =>
        (request.Method, request.Path) switch
        {
            ("GET", "/v1/messages/batches/msgbatch_1") => UpstreamAnswer.Json(
                """{"id":"msgbatch_1","type":"message_batch","processing_status":"ended","request_counts":{"succeeded":2},"results_url":"https://api.anthropic.com/v1/messages/batches/msgbatch_1/results"}"""
            ),
            ("GET", "/v1/messages/batches/msgbatch_1/results") => BatchAnswers.Serve(
                BatchAnswers.File(
                    BatchAnswers.Anthropic("a", "msg_a", 10, 20),
                    BatchAnswers.Anthropic("b", "msg_b", 30, 40)
                ),
                request
            ),
            ("GET", "/v1/batches/batch_1") => UpstreamAnswer.Json(
                """{"id":"batch_1","object":"batch","status":"completed","output_file_id":"file-out","usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30}}"""
            ),
            ("GET", "/v1/files/file-out/content") => BatchAnswers.Serve(
                BatchAnswers.File(
                    BatchAnswers.OpenAI("a", BatchAnswers.Chat("chatcmpl-a", 10, 20)),
                    BatchAnswers.OpenAI("b", """{"error":{"message":"no"}}""", 400)
                ),
                request
            ),
            ("GET", "/v1beta/batches/b1") => UpstreamAnswer.Json(
                "{\"name\":\"batches/b1\",\"metadata\":{\"@type\":\"x\",\"name\":\"batches/b1\",\"state\":\"BATCH_STATE_SUCCEEDED\","
                    + "\"output\":{\"inlinedResponses\":{\"inlinedResponses\":[{\"response\":"
                    + BatchAnswers.Gemini("r1", 10, 20)
                    + "}]}}},\"done\":true}"
            ),
            ("POST", "/v1/files") when request.Header("anthropic-version") is not null => UpstreamAnswer.Json(
                """{"id":"file_up","type":"file","filename":"weir.bin","mime_type":"application/octet-stream","size_bytes":300000,"created_at":"2026-01-01T00:00:00Z"}"""
            ),
            ("POST", "/v1/files") => Uploaded(request),
            ("GET", "/v1/files/file-up/content") => UpstreamAnswer.Status(200).Body(File),
            _ => null,
        };

    private static byte[] File { get; } = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 % 251))];

    /// <summary>The upload is believed when the file stands in its multipart body as it was.</summary>
    private static UpstreamAnswer Uploaded(RecordedRequest request) =>
        request.Body.Span.IndexOf(File) >= 0
        && request.Header("Content-Type")!.StartsWith("multipart/form-data; boundary=", StringComparison.Ordinal)
            ? UpstreamAnswer.Json(
                """{"id":"file-up","object":"file","bytes":300000,"filename":"weir.bin","purpose":"user_data"}"""
            )
            : UpstreamAnswer.Json("""{"error":{"message":"not the file"}}""", 400);
}
