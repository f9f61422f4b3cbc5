using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Limits;

namespace Weir.Capture.Tests.Limits;

public class LimitReaderTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static LimitNotice? Read(
        string? text,
        string? error = null,
        int? status = null,
        string? quota = null,
        DateTimeOffset? resets = null,
        string? client = "claude-code"
    ) => LimitReader.Read(new LimitMessage(At, client, text, error, status, quota, resets), TimeZoneInfo.Utc);

    [Fact]
    public void AnOverloadedProviderIsNobodysQuotaWhateverTheTextSays()
    {
        Assert.Equal(LimitNoticeKind.Overloaded, Read("You've hit your session limit · resets 3pm", status: 529)?.Kind);
        Assert.Equal(LimitNoticeKind.Overloaded, Read(null, error: "overloaded")?.Kind);
    }

    [Theory]
    [InlineData("authentication_failed", 401)]
    [InlineData("server_error", 500)]
    [InlineData(null, 404)]
    [InlineData("max_output_tokens", null)]
    public void AnErrorOfAnotherKindIsNoLimit(string? error, int? status) =>
        Assert.Null(Read("You've hit your session limit · resets 3pm", error, status));

    [Fact]
    public void TheTextTellsWhichLimitTheMachineFieldsMean()
    {
        var notice = Read("You've hit your weekly limit · resets Nov 23 at 5pm (Europe/Berlin)", "rate_limit", 429);
        Assert.Equal(
            new LimitNotice(
                LimitNoticeKind.Reached,
                "claude-hit-weekly",
                "seven_day",
                TimeSpan.FromDays(7),
                null,
                new DateTimeOffset(2026, 11, 23, 16, 0, 0, TimeSpan.Zero)
            ),
            notice
        );
    }

    [Fact]
    public void WithoutAWordOfTextARefusalForItsPaceIsNoQuota()
    {
        var notice = Read("Something new and unheard of", "rate_limit", 429);
        Assert.Equal(LimitNoticeKind.RateLimited, notice?.Kind);
        Assert.Null(notice?.Scope);
    }

    [Fact]
    public void TheWindowLoggedBesideTheMessageOutweighsIt()
    {
        var resets = At.AddDays(3);
        var notice = Read("You've hit your Opus limit · resets 8pm", "rate_limit", 429, "seven_day_opus", resets);
        Assert.Equal(LimitNoticeKind.Reached, notice?.Kind);
        Assert.Equal("seven_day_opus", notice?.Scope);
        Assert.Equal("opus", notice?.ModelClass);
        Assert.Equal(resets, notice?.ResetsAt);
        Assert.Equal(TimeSpan.FromDays(7), notice?.Window);
        Assert.Equal(
            LimitNoticeKind.Reached,
            Read("Something new and unheard of", "rate_limit", 429, "five_hour", resets)?.Kind
        );
    }

    [Theory]
    [InlineData("spend limit reached (daily; resets 5pm)", "SpendLimit", "daily")]
    [InlineData("Organization spend limit reached (monthly; resets Dec 1)", "SpendLimit", "monthly")]
    [InlineData("You've hit your Sonnet limit · resets Mon 12:00am", "Reached", "seven_day_sonnet")]
    [InlineData("Approaching weekly limit · resets Nov 23 at 5pm", "Approaching", "seven_day")]
    [InlineData("You've hit your session limit · resets in 2h 5m", "Reached", "five_hour")]
    public void OtherWordsOfTheSameMessages(string text, string kind, string scope)
    {
        var notice = Read(text);
        Assert.Equal(kind, notice?.Kind.ToString());
        Assert.Equal(scope, notice?.Scope);
        Assert.True(notice?.ResetsAt > At);
    }

    [Fact]
    public void NothingIsReadFromNothing()
    {
        Assert.Null(Read(null));
        Assert.Null(Read(""));
        Assert.Null(Read("   \n\t "));
    }

    [Fact]
    public void AnyTextIsRead() =>
        Prop.ForAll<string?, string?, int>(
                (text, error, status) =>
                {
                    Read(text, error, status, error, At);
                    Read("You've hit your limit · resets " + text, error, null);
                    Read("Error: 429 {\"error\":{\"message\":\"" + text, null, null, client: null);
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("\\\"message\\\":")]
    [InlineData("API Error: ")]
    [InlineData("resets 9 ")]
    [InlineData("again in 9 days 9 ")]
    [InlineData("Rate limit reached for x on ")]
    [InlineData("\\")]
    [InlineData("{\"message\":\"{\\\"message\\\":\\\"")]
    public void ALongAndMaliciousTextIsReadInNoTime(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length));
        // Only what the first 4,000 characters say counts, and none of the patterns can run away on them.
        Assert.Equal(Read(text[..4000])?.Kind, Read(text)?.Kind);
    }
}
