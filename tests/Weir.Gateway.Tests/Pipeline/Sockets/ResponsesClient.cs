using System.Net.WebSockets;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>A caller on a socket at <c>/v1/responses</c>, and the providers behind it.</summary>
internal static class ResponsesClient
{
    public const string Endpoint = "/v1/responses";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A provider that answers each request with <c>resp_1</c>, <c>resp_2</c> and so on, stored as it was asked to.</summary>
    public static FakeUpstream Provider(params VendorBlock[] blocks)
    {
        var count = 0;
        return new FakeUpstream().Handle(request =>
            OpenAIResponsesAnswers.Stream(
                Completion(++count) with
                {
                    Model = request.Json().GetProperty("model").GetString()!,
                    IsStored = !request.Json().TryGetProperty("store", out var store) || store.GetBoolean(),
                    Blocks = blocks.Length > 0 ? [.. blocks] : [new VendorText($"It holds, {count}.")],
                }
            )
        );
    }

    /// <summary>The answer to the request of that number.</summary>
    public static VendorCompletion Completion(int count) =>
        new()
        {
            Id = $"resp_{count}",
            Model = "gpt-5.2",
            Usage = new TokenUsage
            {
                Input = 100 + count,
                CacheRead = 512,
                Output = 30 + count,
                Reasoning = 0,
            },
        };

    /// <summary>What is said to be answered; <paramref name="rest"/> stands behind the input.</summary>
    public static string Ask(string input, string rest = "", string model = "gpt-5.2") =>
        $$"""{"type":"response.create","model":"{{model}}","input":{{(input is ['[', ..] ? input : $"\"{input}\"")}}{{rest}}}""";

    /// <summary>The messages of the next answer, up to the one that ends it.</summary>
    public static async Task<List<JsonElement>> AnswerAsync(this ClientWebSocket client)
    {
        List<JsonElement> messages = [];
        while (true)
        {
            var text = await client.ReadTextAsync(Token);
            Assert.True(
                text is not null,
                $"The socket was closed: {client.CloseStatus} {client.CloseStatusDescription}"
            );
            messages.Add(JsonDocument.Parse(text).RootElement);
            if (
                messages[^1].GetProperty("type").GetString()
                is "response.completed"
                    or "response.incomplete"
                    or "response.failed"
                    or "error"
            )
            {
                return messages;
            }
        }
    }

    /// <summary>Asks, and gives the last message of the answer.</summary>
    public static async Task<JsonElement> AskAsync(this ClientWebSocket client, string message)
    {
        await client.SayAsync(message, Token);
        return (await client.AnswerAsync())[^1];
    }

    /// <summary>The id of the response that a message ends.</summary>
    public static string IdOf(JsonElement last) => last.GetProperty("response").GetProperty("id").GetString()!;

    /// <summary>Asserts that a message is this error; gives its text.</summary>
    public static string AssertError(JsonElement last, int status, string code)
    {
        Assert.Equal("error", last.GetProperty("type").GetString());
        var error = last.GetProperty("error");
        Assert.Equal((status, code), (last.GetProperty("status").GetInt32(), error.GetProperty("code").GetString()));
        return error.GetProperty("message").GetString()!;
    }

    /// <summary>Asserts that nothing follows but a good-bye with this status; gives its words.</summary>
    public static async Task<string?> AssertClosedAsync(this ClientWebSocket client, WebSocketCloseStatus status)
    {
        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(status, client.CloseStatus);
        return client.CloseStatusDescription;
    }
}
