using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;
using static Weir.Gateway.Tests.Pipeline.Sockets.ResponsesClient;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>Requests that go on from a response that the same socket gave.</summary>
public sealed class ResponsesChainTests
{
    [Fact]
    public async Task What_nobody_stored_is_put_before_the_input()
    {
        await using var provider = Provider(
            new VendorThinking("Let me see.", "c2lnbmVk"),
            new VendorToolCall("call_1", "look", """{"at":"gauge"}""")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask("How high?", ""","store":false,"instructions":"Be short." """));
        await client.AskAsync(
            Ask(
                """[{"type":"function_call_output","call_id":"call_1","output":"2 m"}]""",
                ""","store":false,"previous_response_id":"resp_1","instructions":"Be shorter." """
            )
        );
        await client.AskAsync(Ask("[]", ""","store":false,"previous_response_id":"resp_2" """));

        var sent = provider.Requests.Select(r => r.Json()).ToList();
        Assert.All(sent, s => Assert.False(s.TryGetProperty("previous_response_id", out _)));
        Assert.Equal("Be shorter.", sent[1].GetProperty("instructions").GetString());
        var second = sent[1].GetProperty("input").EnumerateArray().ToList();
        Assert.Equal(
            ["message", "reasoning", "function_call", "function_call_output"],
            second.Select(i => i.GetProperty("type").GetString())
        );
        Assert.Equal("How high?", second[0].GetProperty("content").GetString());
        Assert.Equal("c2lnbmVk", second[1].GetProperty("encrypted_content").GetString());
        Assert.Equal("item_resp_1_1", second[2].GetProperty("id").GetString());
        // What came first stays the same bytes, for the prompt cache.
        var third = sent[2].GetProperty("input").EnumerateArray().Select(i => i.GetRawText()).ToList();
        Assert.Equal(second.Select(i => i.GetRawText()), third[..4]);
        Assert.Equal(6, third.Count);
        await client.LeaveAsync();
        Assert.Equal(3, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Reasoning_that_nobody_has_is_left_out_and_no_id_asks_for_it()
    {
        await using var provider = Provider(
            new VendorThinking("Let me see.", ""),
            new VendorToolCall("call_1", "look", "{}")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask("How high?", ""","store":false"""));
        await client.AskAsync(
            Ask(
                """[{"type":"function_call_output","call_id":"call_1","output":"2 m"}]""",
                ""","store":false,"previous_response_id":"resp_1" """
            )
        );

        var second = provider.Requests[1].Json().GetProperty("input").EnumerateArray().ToList();
        Assert.Equal(
            ["message", "function_call", "function_call_output"],
            second.Select(i => i.GetProperty("type").GetString())
        );
        Assert.False(second[1].TryGetProperty("id", out _));
        Assert.Equal("call_1", second[1].GetProperty("call_id").GetString());
    }

    [Fact]
    public async Task What_the_provider_stored_it_is_asked_for_by_its_id()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask("one"));
        await client.AskAsync(Ask("two", ""","previous_response_id":"resp_1" """));
        await client.AskAsync(Ask("three", ""","store":false,"previous_response_id":"resp_2" """));
        await client.AskAsync(Ask("four", ""","store":false,"previous_response_id":"resp_3" """));

        var sent = provider.Requests.Select(r => r.Json()).ToList();
        Assert.Equal(
            [null, "resp_1", "resp_2", "resp_2"],
            sent.Select(s => s.TryGetProperty("previous_response_id", out var id) ? id.GetString() : null)
        );
        Assert.Equal("three", sent[2].GetProperty("input").GetString());
        // The third was not stored: the fourth goes on from the last that was, with all that came since.
        Assert.Equal(
            ["three", "It holds, 3.", "four"],
            sent[3]
                .GetProperty("input")
                .EnumerateArray()
                .Select(i =>
                    i.GetProperty("content") is { ValueKind: JsonValueKind.String } text
                        ? text.GetString()
                        : i.GetProperty("content")[0].GetProperty("text").GetString()
                )
        );
    }

    [Fact]
    public async Task A_conversation_goes_on_with_a_provider_of_another_dialect()
    {
        var count = 0;
        await using var anthropic = new FakeUpstream().Handle(_ =>
            AnthropicAnswers.Stream(
                new VendorCompletion
                {
                    Id = $"msg_{++count}",
                    Model = "claude-sonnet-4-5",
                    Blocks =
                        count == 1 ? [new VendorToolCall("toolu_1", "look", """{"at":1}""")] : [new VendorText("2 m.")],
                    Usage = new TokenUsage { Input = 100, Output = 40 },
                }
            )
        );
        await using var host = await GatewayHost.StartAsync(ResponsesSocketTests.Elsewhere(anthropic));
        using var client = await host.ConnectAsync(Endpoint);
        const string Tools = ""","tools":[{"type":"function","name":"look","parameters":{"type":"object"}}]""";

        var first = await client.AskAsync(Ask("How high?", Tools));
        var call = first.GetProperty("response").GetProperty("output")[0].GetProperty("call_id").GetString();
        var second = await client.AskAsync(
            Ask(
                $$"""[{"type":"function_call_output","call_id":"{{call}}","output":"2 m"}]""",
                $$"""{{Tools}},"previous_response_id":"{{IdOf(first)}}" """
            )
        );

        Assert.Equal("response.completed", second.GetProperty("type").GetString());
        Assert.Equal(
            ["user", "assistant", "user"],
            anthropic
                .Requests[1]
                .Json()
                .GetProperty("messages")
                .EnumerateArray()
                .Select(m => m.GetProperty("role").GetString())
        );
        await client.LeaveAsync();
        Assert.Equal(2, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Another_socket_and_an_older_response_are_not_known_where_nothing_is_stored()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using (var before = await host.ConnectAsync(Endpoint))
        {
            await before.AskAsync(Ask("one", ""","store":false"""));
            await before.AskAsync(Ask("two", ""","store":false"""));
            var older = await before.AskAsync(Ask("three", ""","store":false,"previous_response_id":"resp_1" """));
            Assert.Equal(
                "Previous response with id 'resp_1' not found.",
                AssertError(older, 400, "previous_response_not_found")
            );
            Assert.Equal("previous_response_id", older.GetProperty("error").GetProperty("param").GetString());
            await before.LeaveAsync();
        }

        using var client = await host.ConnectAsync(Endpoint);
        var last = await client.AskAsync(Ask("three", ""","store":false,"previous_response_id":"resp_2" """));
        AssertError(last, 400, "previous_response_not_found");
        Assert.Equal("resp_3", IdOf(await client.AskAsync(Ask("three", ""","store":false"""))));
        await client.LeaveAsync();
        Assert.Equal(3, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task A_request_that_fails_makes_the_response_that_it_went_on_from_forgotten()
    {
        await using var provider = new FakeUpstream().Enqueue(
            OpenAIResponsesAnswers.Stream(Completion(1) with { IsStored = false }),
            UpstreamAnswer.Json("""{"error":{"message":"No tool call found.","type":"invalid_request_error"}}""", 400)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask("one", ""","store":false"""));
        var failed = await client.AskAsync(
            Ask(
                """[{"type":"function_call_output","call_id":"call_x","output":""}]""",
                ""","store":false,"previous_response_id":"resp_1" """
            )
        );
        var again = await client.AskAsync(Ask("two", ""","store":false,"previous_response_id":"resp_1" """));

        Assert.Equal("No tool call found.", AssertError(failed, 400, "invalid_request_error"));
        AssertError(again, 400, "previous_response_not_found");
        Assert.Equal(2, provider.Requests.Count);
    }

    [Fact]
    public async Task A_failure_elsewhere_leaves_the_last_response_as_it_is()
    {
        await using var provider = new FakeUpstream().Enqueue(
            OpenAIResponsesAnswers.Stream(Completion(1) with { IsStored = false }),
            UpstreamAnswer.Json("""{"error":{"message":"No.","type":"invalid_request_error"}}""", 400),
            OpenAIResponsesAnswers.Stream(Completion(2) with { IsStored = false })
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask("one", ""","store":false"""));
        AssertError(await client.AskAsync(Ask("elsewhere")), 400, "invalid_request_error");

        var last = await client.AskAsync(Ask("two", ""","store":false,"previous_response_id":"resp_1" """));
        Assert.Equal("resp_2", IdOf(last));
    }

    [Fact]
    public async Task A_warm_up_is_remembered_and_nobody_is_asked()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);
        const string Tools = ""","store":false,"tools":[{"type":"function","name":"look"}]""";

        await client.SayAsync(
            Ask("Remember: cobalt.", Tools + ""","generate":false"""),
            TestContext.Current.CancellationToken
        );
        var warm = await client.AnswerAsync();
        Assert.Empty(provider.Requests);
        var last = await client.AskAsync(Ask("What?", $$"""{{Tools}},"previous_response_id":"{{IdOf(warm[^1])}}" """));

        Assert.Equal(
            ["response.created", "response.in_progress", "response.completed"],
            warm.Select(m => m.GetProperty("type").GetString())
        );
        var response = warm[^1].GetProperty("response");
        Assert.Equal("gpt-5.2", response.GetProperty("model").GetString());
        Assert.Equal(0, response.GetProperty("output").GetArrayLength());
        Assert.Equal(0, response.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal("resp_1", IdOf(last));
        Assert.Equal(
            ["Remember: cobalt.", "What?"],
            provider
                .Request.Json()
                .GetProperty("input")
                .EnumerateArray()
                .Select(i => i.GetProperty("content").GetString())
        );
        Assert.False(provider.Request.Json().TryGetProperty("generate", out _));
        await client.LeaveAsync();
        Assert.Equal("resp_1", (await host.RecordAsync()).MessageId);
    }

    [Fact]
    public async Task A_conversation_that_outgrows_the_bound_is_forgotten()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.OpenAI(provider)], MaxBodyBytes = 4_000 }
        );
        using var client = await host.ConnectAsync(Endpoint);

        await client.AskAsync(Ask(new string('x', 3_850), ""","store":false"""));
        var last = await client.AskAsync(Ask("two", ""","store":false,"previous_response_id":"resp_1" """));

        AssertError(last, 400, "previous_response_not_found");
    }
}
