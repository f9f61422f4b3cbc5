using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

/// <summary>Which account of a vendor's holds a stored answer is known to a Weir that was killed and started again.</summary>
public sealed class HeldIdsTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream upstream = new FakeUpstream().Handle(_ =>
        OpenAIResponsesAnswers.Response(new VendorCompletion { Id = "resp_1", Model = "gpt-5.5" })
    );

    public async ValueTask DisposeAsync()
    {
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_answer_is_asked_of_its_account_after_a_kill()
    {
        await using (var first = await StartAsync())
        {
            await AskAsync(first, """{"model":"gpt-5.5","input":"hi"}""", "the first");
            await first.UntilAsync(IsWrittenAsync, "write down who holds the answer");
            await first.KillAsync();
        }

        await using var second = await StartAsync();
        for (var session = 0; session < 8; session++)
        {
            await AskAsync(
                second,
                """{"model":"gpt-5.5","previous_response_id":"resp_1","input":"and then?"}""",
                $"{session}"
            );
        }

        Assert.Equal(9, upstream.Requests.Count);
        Assert.Single(upstream.Requests.Select(r => r.Header("authorization")).Distinct());
        Assert.Equal(0, await second.StopAsync());
    }

    private async Task<bool> IsWrittenAsync()
    {
        await using var held = new SqliteDatabase(folder.At("data", "held.db")).OpenReader();
        await using var command = held.CreateCommand();
        command.CommandText = "SELECT count(*) FROM held";
        return await command.ExecuteScalarAsync() is > 0L;
    }

    private static async Task AskAsync(WeirProcess weir, string body, string session)
    {
        using var answer = await weir.PostAsync("/v1/responses", body, headers: [("session-id", session)]);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<WeirProcess> StartAsync() =>
        WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            providers:
              - name: openai
                kind: openai
                baseUrl: {{upstream.BaseUrl}}v1
                apiKeys: ["${KEY_1}", "${KEY_2}", "${KEY_3}", "${KEY_4}", "${KEY_5}"]
            """,
            Enumerable.Range(1, 5).ToDictionary(i => $"KEY_{i}", i => $"sk-{i}")
        );
}
