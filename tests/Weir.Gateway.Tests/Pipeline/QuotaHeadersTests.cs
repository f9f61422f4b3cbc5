using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Upstreams;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>What providers tell of quotas in the heads of their answers comes out beside the relay.</summary>
public sealed class QuotaHeadersTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";

    private static readonly VendorCompletion Reply = new()
    {
        Id = "msg_1",
        Model = "claude-sonnet-4-5",
        Usage = new TokenUsage { Input = 12, Output = 5 },
    };

    [Fact]
    public async Task The_newest_word_is_told_for_an_account_and_never_the_credential()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers
                .Message(Reply)
                .Header("anthropic-ratelimit-unified-5h-utilization", "0.41")
                .Header("anthropic-ratelimit-unified-5h-reset", "1900000000")
                .Header("anthropic-ratelimit-unified-5h-status", "allowed")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        for (var i = 0; i < 3; i++)
        {
            await host.AskAsync(
                host.Post("/v1/messages", Ask).With("user-agent", "claude-cli/2.1.197 (external, cli)")
            );
        }

        await Until.TrueAsync(() => !host.Quotas.IsEmpty);

        var (workspace, readings) = host.Quotas.First();
        var reading = Assert.Single(readings);
        Assert.Equal(WorkspaceId.Default, workspace);
        Assert.Equal(("headers", "five_hour", 41.0), (reading.By, reading.Scope, reading.UsedPercent!.Value));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000), reading.ResetsAt);
        Assert.Equal("claude-code", reading.Client);
        Assert.Matches("^[0-9a-f]{16}$", reading.Account);
        Assert.DoesNotContain(GatewayHost.UpstreamKey, reading.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Noting_allocates_nothing_though_every_answer_tells_another_number()
    {
        var config = new ProviderConfig { Name = "anthropic", Kind = ProviderKind.Anthropic };
        using var upstream = Upstream.Open(ProviderModel.KeyOf(config, WorkspaceId.Default));
        var provider = new ProviderModel(config, upstream);
        using var quotas = new QuotaHeaders((_, _) => { }, TimeProvider.System, NullLogger.Instance);
        using var request = new HttpRequestMessage();
        request.Headers.TryAddWithoutValidation("authorization", "Bearer " + new string('k', 100));
        using var plain = Answer(null);
        HttpResponseMessage[] answers = [Answer("49"), plain, Answer("48"), Answer("47")];
        Repeat();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Repeat()
        {
            for (var i = 0; i < 1000; i++)
            {
                quotas.Note(provider, WorkspaceId.Default, "claude-code", request, answers[i % answers.Length]);
            }
        }

        static HttpResponseMessage Answer(string? remaining)
        {
            var answer = new HttpResponseMessage();
            answer.Headers.TryAddWithoutValidation("request-id", "req_1");
            if (remaining is not null)
            {
                answer.Headers.TryAddWithoutValidation("anthropic-ratelimit-requests-limit", "50");
                answer.Headers.TryAddWithoutValidation("anthropic-ratelimit-requests-remaining", remaining);
            }

            return answer;
        }
    }

    [Fact]
    public async Task An_answer_without_quotas_tells_nothing_and_one_that_refuses_tells_when_to_come_again()
    {
        await using var upstream = new FakeUpstream()
            .On("/v1/messages", AnthropicAnswers.Message(Reply))
            .On(
                "/v1/chat/completions",
                UpstreamAnswer.Json("""{"error":{"type":"rate_limit"}}""", 429).Header("retry-after", "30")
            );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream),
            GatewayHost.OpenAI(upstream) with
            {
                Models = ["gpt-*"],
            }
        );
        await host.AskAsync(host.Post("/v1/messages", Ask));
        await host.AskAsync(host.Post("/v1/chat/completions", """{"model":"gpt-5.1","messages":[]}"""));

        await Until.TrueAsync(() => !host.Quotas.IsEmpty);

        var reading = Assert.Single(Assert.Single(host.Quotas).Readings);
        Assert.Equal(("retry", "openai"), (reading.Scope, reading.Client));
        Assert.True(reading.ResetsAt > reading.SaidAt);
    }
}
