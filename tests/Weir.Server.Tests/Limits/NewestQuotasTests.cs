using Weir.Foundation;
using Weir.Server.Limits;
using Weir.Wire.Limits;

namespace Weir.Server.Tests.Limits;

public sealed class NewestQuotasTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly NewestQuotas newest = new();

    [Fact]
    public void A_word_that_comes_late_is_passed_over()
    {
        Assert.True(Note(Noon, 20));
        Assert.False(Note(Noon.AddMinutes(-1), 10));
        Assert.False(Note(Noon.AddMinutes(1), 20));
        Assert.Equal(20, Assert.Single(newest.Of(WorkspaceId.Default)).UsedPercent);
        Assert.Empty(newest.Of(new WorkspaceId(2)));
    }

    /// <summary>Else nothing would be noted until the time has come that a wrong clock told.</summary>
    [Fact]
    public void A_clock_that_was_set_back_is_followed()
    {
        Assert.True(Note(Noon.AddYears(1), 20));
        Assert.True(Note(Noon, 30));
        Assert.Equal(30, Assert.Single(newest.Of(WorkspaceId.Default)).UsedPercent);
    }

    private bool Note(DateTimeOffset at, double used) =>
        newest.Note(
            WorkspaceId.Default,
            new LimitReading(at, "statusline", "five_hour", TimeSpan.FromHours(5), used, null)
        );
}
