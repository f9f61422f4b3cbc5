using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>OpenAI's SDK speaking Responses to a provider that speaks Anthropic Messages alone.</summary>
public sealed class ResponsesSdkTests : IAsyncLifetime
{
    private static readonly VendorBlock[] Turn =
    [
        new VendorThinking("I look at the weir first.", "c2lnbmF0dXJl"),
        new VendorText("I look — and patch."),
        new VendorToolCall("toolu_1", "look", """{"at":"weir"}"""),
        new VendorToolCall("toolu_2", "apply_patch", """{"input":"+ \"très haut\"\n"}"""),
    ];

    private readonly FakeUpstream upstream = new();
    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() =>
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {upstream.BaseUrl}
                apiKey: {FakeProvider.ApiKey}
            """
        );

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Its_accumulator_its_parser_and_its_errors_take_what_was_translated()
    {
        upstream.On(
            "/v1/messages",
            AnthropicAnswers.Message(Answer(new VendorText("All is well."))),
            AnthropicAnswers.Stream(Answer(Turn)),
            AnthropicAnswers.Stream(Answer(new VendorText("Done."))),
            AnthropicAnswers.Message(Answer(new VendorText("""{"high":true}"""))),
            AnthropicAnswers.Message(Answer(new VendorText("It is")) with { StopReason = "max_tokens" }),
            UpstreamAnswer.Sse(
                AnthropicAnswers
                    .Events(Answer(new VendorText("It is high.")))
                    .Take(4)
                    .Append(AnthropicAnswers.ErrorEvent())
            ),
            AnthropicAnswers.Error(429, "rate_limit_error", "Slow down")
        );
        var result = await Programs.NodeAsync(
            "openai-responses.mjs",
            [],
            new Dictionary<string, string>
            {
                ["HOME"] = folder.Make("sdk"),
                ["WEIR_KEY"] = weir.AdminKey,
                ["WEIR_MODEL"] = "claude-sonnet-4-5",
                ["OPENAI_BASE_URL"] = new Uri(weir.BaseUrl, "v1").ToString(),
            }
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{weir.Log}");
        var calls = result.JsonLines().ToDictionary(l => l.Text("call")!);

        Assert.Equal(("All is well.", "completed"), (calls["create"].Text("text"), calls["create"].Text("status")));
        Assert.Equal(151, calls["create"].GetProperty("usage").Number("input_tokens"));
        AssertStream(calls["stream"]);
        Assert.Equal("Done.", calls["next-turn"].Text("text"));
        Assert.True(calls["parse"].GetProperty("parsed").GetProperty("high").GetBoolean());
        Assert.Equal(
            ("incomplete", "max_output_tokens"),
            (calls["incomplete"].Text("status"), calls["incomplete"].Text("reason"))
        );
        Assert.Equal("failed", calls["failed-within"].Text("status"));
        Assert.Equal("Overloaded", calls["failed-within"].GetProperty("error").Text("message"));
        Assert.Equal((429, "rate_limit_exceeded"), (calls["error"].Number("status"), calls["error"].Text("code")));
        Assert.Equal(400, calls["stored"].Number("status"));
        Assert.Contains("stored_conversation", calls["stored"].Text("message"), StringComparison.Ordinal);
        AssertNextTurn();
    }

    private static void AssertStream(JsonElement call)
    {
        // What the deltas add up to is what the last event says.
        Assert.Equal(
            JsonSerializer.Serialize(call.GetProperty("final")),
            JsonSerializer.Serialize(call.GetProperty("gathered"))
        );
        var output = call.Items("final").ToList();
        Assert.Equal(["reasoning", "message", "function_call", "custom_tool_call"], output.Select(o => o.Text("type")));
        Assert.Equal("+ \"très haut\"\n", output[3].Text("input"));
        Assert.Equal("response.completed", call.Items("names").Last().GetString());
    }

    private void AssertNextTurn()
    {
        var messages = upstream.Requests[2].Json().Items("messages").ToList();
        var said = messages[1].Items("content").ToList();
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], said.Select(c => c.Text("type")));
        Assert.Equal("c2lnbmF0dXJl", said[0].Text("signature"));
        Assert.Equal("+ \"très haut\"\n", said[3].GetProperty("input").Text("input"));
        Assert.Equal(["toolu_1", "toolu_2"], messages[2].Items("content").Select(c => c.Text("tool_use_id")));
    }

    private static VendorCompletion Answer(params VendorBlock[] blocks) =>
        new()
        {
            Id = "msg_1",
            Model = "claude-sonnet-4-5",
            Blocks = [.. blocks],
            Usage = new TokenUsage
            {
                Input = 21,
                CacheRead = 100,
                CacheWrite5m = 30,
                Output = 17,
            },
        };
}
