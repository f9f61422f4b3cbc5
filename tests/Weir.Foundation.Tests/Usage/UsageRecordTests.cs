namespace Weir.Foundation.Tests.Usage;

public sealed class UsageRecordTests
{
    [Theory]
    [InlineData(Billing.Metered, 5L)]
    [InlineData(Billing.Subscription, 0L)]
    [InlineData(Billing.Free, 0L)]
    [InlineData(Billing.Simulated, 0L)]
    [InlineData(Billing.Cache, 0L)]
    public void Only_what_is_metered_is_billed(Billing billing, long nano) =>
        Assert.Equal(new Money(nano), (Record() with { Billing = billing }).Billed);

    [Fact]
    public void An_unknown_cost_is_billed_unknown_when_metered() => Assert.Null((Record() with { Cost = null }).Billed);

    [Fact]
    public void A_saving_needs_both_figures()
    {
        Assert.Null(Record().Saving);
        Assert.Equal(new Money(7), (Record() with { RequestedCost = new Money(12) }).Saving);
        Assert.Equal(new Money(-3), (Record() with { RequestedCost = new Money(2) }).Saving);
        Assert.Null((Record() with { RequestedCost = new Money(12), Cost = null }).Saving);
    }

    // Stored: numbers are added, never changed or used again.
    [Fact]
    public void Stored_numbers_are_frozen()
    {
        Assert.Equal(
            "Unknown=0 Ok=1 CallerAborted=2 RateLimited=3 Overloaded=4 UpstreamError=5 RequestError=6 StreamError=7 UpstreamReset=8 Timeout=9 Unreachable=10",
            Numbers<RequestStatus>()
        );
        Assert.Equal("None=0 Gateway=1 Transcript=2 Otlp=3 Hook=4 Import=5", Numbers<UsageSource>());
        Assert.Equal("None=0 Estimated=1 Reported=2 Measured=3", Numbers<UsageQuality>());
        Assert.Equal("Metered=0 Subscription=1 Free=2 Simulated=3 Cache=4", Numbers<Billing>());
        Assert.Equal(
            "None=0 AnthropicMessages=1 OpenAIChat=2 OpenAIResponses=3 OpenAIEmbeddings=4 Gemini=5 PassThrough=6 BedrockConverse=7",
            Numbers<Dialect>()
        );
    }

    private static string Numbers<T>()
        where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={Convert.ToInt32(v)}"));

    private static UsageRecord Record() =>
        new()
        {
            Id = new RecordId(1),
            Workspace = WorkspaceId.Default,
            StartedAt = DateTimeOffset.UnixEpoch,
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Cost = new Money(5),
        };
}
