using System.Globalization;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code at work while one of its two providers has every kind of bad day: it finishes, and the ledger tells all of it.</summary>
public sealed class FaultyClaudeTests
{
    [Theory]
    [InlineData("kill")]
    [InlineData("stall")]
    [InlineData("limited")]
    [InlineData("limited with a word")]
    [InlineData("overloaded in the stream")]
    [InlineData("dying")]
    public async Task It_finishes_whatever_its_first_provider_does(string fault)
    {
        await using var bad = new FakeUpstream().Handle(_ => Answer(fault));
        await using var run = await MeteredRun.StartWithAsync(provider =>
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                version: 1
                providers:
                  - name: bad
                    kind: anthropic
                    baseUrl: {{bad.BaseUrl}}
                    apiKey: sk-of-the-bad-one
                    timeouts: { firstByte: 700ms, silence: 5s }
                  - name: good
                    kind: anthropic
                    baseUrl: {{provider.BaseUrl}}
                    apiKey: {{FakeProvider.ApiKey}}
                routes:
                  - name: both
                    match: { model: "claude-*" }
                    targets: [bad, good]
                """
            )
        );

        var result = await run.Claude().AskAsync($"Please {Prompts.CallTool}.");

        Assert.Equal(Prompts.FinalAnswer, result.Json().Text("result"));
        // What an attempt costs that broke before it told anything is nobody's to know, and so is the sum.
        var isToldFor = fault is "limited" or "limited with a word" or "overloaded in the stream";
        var records = isToldFor ? await run.AssertLedgerAgreesAsync(charges: 2) : await TokensAsync(run);
        Assert.All(records, record => Assert.Equal("good", record.Provider));
        Assert.Contains(bad.Requests, request => request.Path == "/v1/messages");
        var health = (await run.Weir.GetAsync("/api/v1/providers/health")).Items("providers").ToArray();
        Assert.Equal(["bad", "good"], health.Select(provider => provider.Text("provider")));
        Assert.All(health[1].Items("models"), model => Assert.Equal("ready", model.Text("stands")));
        var told = await run.Weir.CommandAsync("providers");
        Assert.True(told.ExitCode == 0, told.ToString());
        Assert.Contains("claude-sonnet-5", told.Output, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<LedgerRecord>> TokensAsync(MeteredRun run)
    {
        IReadOnlyList<LedgerRecord> records = [];
        await run.Weir.UntilAsync(
            async () => (records = await run.RecordsAsync()).Count(record => record.Counts.Output > 0) >= 2,
            "write both records"
        );
        Assert.Equal(
            run.Provider.Charges.Select(charge => (charge.Model, charge.Usage.Input, charge.Usage.Output)).Order(),
            records
                .Where(record => record.Counts.Output > 0)
                .Select(record => (record.Model!, (long?)record.Counts.Input, (long?)record.Counts.Output))
                .Order()
        );
        return records;
    }

    private static UpstreamAnswer Answer(string fault)
    {
        var events = AnthropicAnswers.Events(new VendorCompletion { Id = "msg_bad", Model = "claude-sonnet-5" });
        // It tells no usage before it dies: what it would charge is nobody's to know.
        return fault switch
        {
            "kill" => UpstreamAnswer.Nothing(Ending.Reset),
            "stall" => UpstreamAnswer.Sse().Stall(),
            "limited" => AnthropicAnswers.Error(429, "rate_limit_error"),
            "limited with a word" => AnthropicAnswers.Error(429, "rate_limit_error").Header("retry-after", "600"),
            "overloaded in the stream" => UpstreamAnswer.Sse(AnthropicAnswers.ErrorEvent()),
            _ => UpstreamAnswer.Sse(events.Skip(2).Take(1)).Dies(),
        };
    }
}
