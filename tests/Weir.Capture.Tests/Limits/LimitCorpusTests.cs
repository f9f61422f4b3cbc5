using System.Globalization;
using System.Text;
using Weir.Capture.Limits;

namespace Weir.Capture.Tests.Limits;

public class LimitCorpusTests
{
    /// <summary>Messages that are limits' but are not read in full; each is a gap that is known.</summary>
    private static readonly string[] KnownGaps =
    [
        // A date in the words of another language.
        "10 de jul. de 2026, 11:52",
    ];

    [Fact]
    public void TheCorpusIsLargeAndEverySampleNamesItsSource()
    {
        Assert.True(LimitSample.All.Count(sample => sample.IsLimit) >= 150);
        Assert.True(LimitSample.All.Count(sample => !sample.IsLimit) >= 60);
        Assert.All(LimitSample.All, sample => Assert.False(string.IsNullOrWhiteSpace(sample.Source)));
        Assert.Equal(
            ["collected later", "kept back", "seen"],
            LimitSample.All.Select(sample => sample.Part).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void NothingElseIsTakenForALimit() =>
        Assert.Empty(
            LimitSample
                .All.Where(sample => !sample.IsLimit)
                .Select(sample => sample.Fault(sample.Read()) is { } fault ? $"{sample.Source}: {fault}" : null)
                .OfType<string>()
        );

    [Fact]
    public void EveryLimitIsReadInFull()
    {
        var faults = LimitSample
            .All.Where(sample =>
                sample.IsLimit && !KnownGaps.Any(gap => sample.Text.Contains(gap, StringComparison.Ordinal))
            )
            .Select(sample => sample.Fault(sample.Read()) is { } fault ? $"{sample.Source}: {fault}" : null)
            .OfType<string>();
        Assert.Empty(faults);
    }

    [Fact]
    public void AKnownGapIsStillALimit() =>
        Assert.All(
            LimitSample.All.Where(sample => KnownGaps.Any(gap => sample.Text.Contains(gap, StringComparison.Ordinal))),
            sample => Assert.Equal(LimitNoticeKind.Reached, sample.Read()?.Kind)
        );

    /// <summary>A message from the wrong program, or from none that is known, loses at most what only that program says.</summary>
    [Fact]
    public void TheProgramNeedNotBeKnown() =>
        Assert.All(
            LimitSample.All.Where(sample => sample.IsLimit),
            sample => Assert.NotNull(LimitReader.Read(new LimitMessage(sample.At, null, sample.Text), sample.Zone))
        );

    [Fact]
    public void AWrappedMessageIsTheSameMessage() =>
        Assert.All(
            LimitSample.All.Where(sample => sample.IsLimit),
            sample =>
            {
                var wrapped = new StringBuilder("  ⎿  ");
                wrapped.AppendJoin("\n      ", sample.Text.Split(' '));
                var read = LimitReader.Read(
                    new LimitMessage(sample.At, sample.Client, wrapped.ToString()),
                    sample.Zone
                );
                Assert.Equal(sample.Read(), read);
            }
        );

    [Fact]
    public void EveryEntryOfTheTableNamesWhereItWasSeen()
    {
        var table = LimitTable.Default;
        Assert.Matches(@"^20\d\d-\d\d-\d\d$", table.AsOf);
        Assert.True(table.Texts.Count >= 60);
        Assert.All(
            table.Texts.Concat(table.Prefixes).Concat(table.Errors.Values).Concat(table.Statuses.Values),
            entry => Assert.False(string.IsNullOrWhiteSpace(entry.Evidence))
        );
        // Each pattern can be built.
        Assert.All(table.Texts.Concat(table.Prefixes), entry => Assert.NotNull(entry.Pattern));
    }

    [Theory]
    [InlineData("weir-limits 2\nas-of 2026-01-01\n")]
    [InlineData("")]
    [InlineData("weir-limits 1\nas-of 2026-01-01\ntext\tonly\tthree\n")]
    [InlineData("weir-limits 1\nas-of 2026-01-01\ntext\ta\t*\tsomething\t-\t-\t-\t^x\te\n")]
    [InlineData(
        "weir-limits 1\nas-of 2026-01-01\ntext\ta\t*\treached\t-\t-\t-\t^x\te\ntext\ta\t*\treached\t-\t-\t-\t^y\te\n"
    )]
    public void ATableThatDoesNotHoldTogetherIsRefused(string text) =>
        Assert.Throws<FormatException>(() => LimitTable.Read(new StringReader(text)));

    [Fact]
    public void ATableOfOnesOwnIsRead()
    {
        var table = LimitTable.Read(
            new StringReader(
                "weir-limits 1\nas-of 2026-01-01\n# mine\ntext\ta\t*\treached\tdaily\t-\tin\t^Genug für heute\te\n"
            )
        );
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var notice = LimitReader.Read(
            new LimitMessage(at, null, "Genug für heute, try again in 2 hours"),
            TimeZoneInfo.Utc,
            table
        );
        Assert.Equal("daily", notice?.Scope);
        Assert.Equal(at.AddHours(2), notice?.ResetsAt);
        Assert.Equal("2026-01-01", table.AsOf.ToString(CultureInfo.InvariantCulture));
    }
}
