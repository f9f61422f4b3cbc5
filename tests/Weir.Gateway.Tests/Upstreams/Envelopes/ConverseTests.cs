using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

/// <summary>Callers of other dialects and a model of Bedrock's that is asked in Converse.</summary>
public sealed class ConverseTests
{
    private const string Nova = "us.amazon.nova-lite-v1:0";

    private const string Document =
        """{"metrics":{"latencyMs":551},"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"c2ln"}}},{"text":"Hello \u00e9"},{"toolUse":{"input":{"path":"a b"},"name":"read","toolUseId":"tooluse_1"}}],"role":"assistant"}},"stopReason":"tool_use","usage":{"inputTokens":12,"outputTokens":7,"totalTokens":119,"cacheReadInputTokens":100,"cacheWriteInputTokens":30,"cacheDetails":[{"inputTokens":10,"ttl":"1h"},{"inputTokens":20,"ttl":"5m"}]}}""";

    private static readonly (string, string)[] Stream =
    [
        ("messageStart", """{"p":"abcd","role":"assistant"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}},"p":"ab"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":0}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"Hel"}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"lo"}}"""),
        ("contentBlockStop", """{"contentBlockIndex":1}"""),
        (
            "contentBlockStart",
            """{"contentBlockIndex":2,"start":{"toolUse":{"name":"read","toolUseId":"tooluse_1"}}}"""
        ),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"path\":"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":"\"a b\"}"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":2}"""),
        ("contentBlockStart", """{"contentBlockIndex":3,"start":{"toolUse":{"name":"now","toolUseId":"tooluse_2"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":3}"""),
        ("messageStop", """{"stopReason":"tool_use"}"""),
        ("metadata", """{"metrics":{"latencyMs":1},"usage":{"inputTokens":12,"outputTokens":7,"totalTokens":19}}"""),
    ];

    [Fact]
    public async Task A_document_becomes_Anthropics_and_is_metered_to_the_class()
    {
        await using var bedrock = new BedrockStandIn { ConverseDocument = Document };
        await using var host = await StartAsync(bedrock);

        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                $$"""{"model":"{{Nova}}","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"""
            )
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/model/us.amazon.nova-lite-v1%3A0/converse", bedrock.Upstream.Request.Target);
        Assert.Equal(
            """{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":9}}""",
            bedrock.Upstream.Request.BodyText
        );
        using var json = JsonDocument.Parse(body);
        var content = json.RootElement.GetProperty("content");
        Assert.Equal("Hm.", content[0].GetProperty("thinking").GetString());
        Assert.Equal("Hello é", content[1].GetProperty("text").GetString());
        Assert.Equal("""{"path":"a b"}""", content[2].GetProperty("input").GetRawText());
        Assert.Equal("tool_use", json.RootElement.GetProperty("stop_reason").GetString());
        var record = await host.RecordAsync();
        Assert.Equal(
            new TokenUsage
            {
                Input = 12,
                CacheRead = 100,
                CacheWrite5m = 20,
                CacheWrite1h = 10,
                Output = 7,
            },
            record.Usage
        );
        Assert.Equal((RequestStatus.Ok, "amzn-1"), (record.Status, record.UpstreamId));
    }

    [Fact]
    public async Task A_stream_becomes_Chats_chunk_by_chunk()
    {
        await using var bedrock = new BedrockStandIn { Converse = Stream };
        await using var host = await StartAsync(bedrock);

        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1/chat/completions",
                $$"""{"model":"{{Nova}}","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}"""
            )
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.EndsWith("/converse-stream", bedrock.Upstream.Request.Path, StringComparison.Ordinal);
        var chunks = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1]
            .Select(chunk => JsonDocument.Parse(chunk["data: ".Length..]).RootElement)
            .ToList();
        Assert.Equal("Hello", string.Concat(chunks.SelectMany(c => Deltas(c, "content"))));
        var calls = chunks.SelectMany(c => Choices(c)).Where(d => d.TryGetProperty("tool_calls", out _)).ToList();
        Assert.Equal(
            """{"path":"a b"}""",
            string.Concat(
                calls
                    .Select(d => d.GetProperty("tool_calls")[0])
                    .Where(c => c.GetProperty("index").GetInt32() == 0)
                    .Select(c => c.GetProperty("function").GetProperty("arguments").GetString())
            )
        );
        Assert.Contains(calls, d => d.GetProperty("tool_calls")[0].GetProperty("index").GetInt32() == 1);
        Assert.Equal(7, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.Equal(
            (RequestStatus.Ok, 7L),
            ((await host.RecordAsync()).Status, (await host.RecordAsync()).Usage.Output)
        );
    }

    [Fact]
    public async Task A_conversation_with_tools_media_and_thinking_is_one_that_Converse_takes()
    {
        await using var bedrock = new BedrockStandIn { ConverseDocument = Document };
        await using var host = await StartAsync(bedrock);

        var (first, said) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                $$"""{"model":"{{Nova}}","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"""
            )
        );
        using var turn = JsonDocument.Parse(said);
        var content = turn.RootElement.GetProperty("content").GetRawText();
        var (second, body) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                $$"""
                {"model":"{{Nova}}","max_tokens":9,"temperature":1.5,"top_k":5,"stop_sequences":["END"],
                 "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"} }],
                 "tools":[{"name":"read","description":"Reads.","input_schema":{"type":"object","properties":{"path":{"type":"string"} } } }],
                 "tool_choice":{"type":"tool","name":"read"},
                 "thinking":{"type":"enabled","budget_tokens":2000},
                 "messages":[
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":{{content}} },
                  {"role":"user","content":[
                    {"type":"text","text":"  "},
                    {"type":"tool_result","tool_use_id":"tooluse_1","is_error":true,"content":[{"type":"text","text":"no file"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"} }]},
                    {"type":"document","title":"Q3/2026: plan.txt","source":{"type":"text","media_type":"text/plain","data":"Grüße"} }]},
                  {"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"} }]}
                 ]}
                """
            )
        );

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.True(second.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal(
            """{"system":[{"text":"Be brief."},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"Hi"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"c2ln"}}},{"text":"Hello \u00e9"},{"toolUse":{"toolUseId":"tooluse_1","name":"read","input":{"path":"a b"}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"tooluse_1","content":[{"text":"no file"},{"image":{"format":"jpeg","source":{"bytes":"AAAA"}}}],"status":"error"}},{"document":{"format":"txt","name":"Q3 2026 plan txt 1","source":{"bytes":"R3LDvMOfZQ=="}}},{"document":{"format":"pdf","name":"Document 2","source":{"bytes":"BBBB"}}},{"text":"(See the document.)"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"read","description":"Reads.","inputSchema":{"json":{"type":"object","properties":{"path":{"type":"string"} } }}}}],"toolChoice":{"tool":{"name":"read"}}},"inferenceConfig":{"maxTokens":9,"temperature":1,"stopSequences":["END"]},"additionalModelRequestFields":{"inferenceConfig":{"topK":5}}}""",
            bedrock.Upstream.Requests[1].BodyText
        );
        Assert.Equal(["thinking"], (await host.RecordsAsync())[1].Dropped);
    }

    [Theory]
    [InlineData("openai.gpt-oss-120b-1:0", """{"reasoning_effort":"high"}""", "cache_control,top_k")]
    [InlineData(
        "global.amazon.nova-2-lite-v1:0",
        """{"inferenceConfig":{"topK":5},"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}}""",
        ""
    )]
    [InlineData("mistral.mistral-large-3-675b-instruct", """{"top_k":5}""", "cache_control,thinking")]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", null, "cache_control,thinking,top_k")]
    public async Task A_model_is_given_only_what_it_takes(string model, string? own, string dropped)
    {
        await using var bedrock = new BedrockStandIn { ConverseDocument = Document };
        await using var host = await StartAsync(bedrock);

        var (answer, _) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                $$$"""{"model":"{{{model}}}","max_tokens":20000,"top_k":5,"thinking":{"type":"enabled","budget_tokens":16000},"messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}]}"""
            )
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var sent = bedrock.Upstream.Request.Json();
        Assert.Equal(
            own,
            sent.TryGetProperty("additionalModelRequestFields", out var fields) ? fields.GetRawText() : null
        );
        Assert.Equal(
            !dropped.Contains("cache", StringComparison.Ordinal),
            bedrock.Upstream.Request.BodyText.Contains("cachePoint", StringComparison.Ordinal)
        );
        Assert.Equal(dropped, string.Join(',', (await host.RecordAsync()).Dropped));
    }

    [Fact]
    public async Task Former_calls_of_tools_that_are_offered_no_more_are_still_taken()
    {
        await using var bedrock = new BedrockStandIn { ConverseDocument = Document };
        await using var host = await StartAsync(bedrock);

        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1/chat/completions",
                $$"""
                {"model":"{{Nova}}","tool_choice":"none","messages":[
                 {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"read","arguments":""} }]},
                 {"role":"tool","tool_call_id":"call_1","content":""},
                 {"role":"user","content":"And?"}]}
                """
            )
        );

        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal(
            """{"messages":[{"role":"user","content":[{"text":"(The conversation begins with the assistant.)"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"call_1","name":"read","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"(no output)"}]}},{"text":"And?"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"read","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}""",
            bedrock.Upstream.Request.BodyText
        );
        Assert.Equal(["tool_choice"], (await host.RecordAsync()).Dropped);
    }

    [Fact]
    public async Task An_error_and_an_exception_in_a_stream_are_told_in_the_callers_words()
    {
        await using var bedrock = new BedrockStandIn
        {
            Converse = Stream,
            Frames = frames =>
                [.. frames.Take(6), EventStreamFrames.Exception("throttlingException", """{"message":"Slow down."}""")],
        };
        await using var host = await StartAsync(bedrock);

        var (_, stream) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                $$"""{"model":"{{Nova}}","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""
            )
        );
        bedrock.Last = _ => BedrockStandIn.Error(400, "ValidationException", "Too long.");
        var (answer, body) = await host.AskAsync(
            host.Post("/v1/chat/completions", $$"""{"model":"{{Nova}}","messages":[{"role":"user","content":"Hi"}]}""")
        );

        Assert.Contains(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.\"",
            stream,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("message_stop", stream, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"message\":\"Too long.\"", body, StringComparison.Ordinal);
        Assert.Equal(
            [RequestStatus.StreamError, RequestStatus.RequestError],
            (await host.RecordsAsync()).Select(record => record.Status)
        );
    }

    private static IEnumerable<JsonElement> Choices(JsonElement chunk) =>
        chunk.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("delta"));

    private static IEnumerable<string?> Deltas(JsonElement chunk, string name) =>
        Choices(chunk)
            .Where(delta => delta.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            .Select(delta => delta.GetProperty(name).GetString());

    private static Task<GatewayHost> StartAsync(BedrockStandIn bedrock) =>
        GatewayHost.StartAsync(
            new ProviderConfig
            {
                Name = "bedrock",
                Models = ["*"],
                Kind = ProviderKind.Bedrock,
                BaseUrl = bedrock.Upstream.BaseUrl,
                Region = bedrock.Region,
                AccessKeyId = BedrockStandIn.AccessKeyId,
                SecretAccessKey = BedrockStandIn.SecretAccessKey,
            }
        );
}
