using Weir.Ledger.Rollups;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Rollups;

public sealed class RollupBatchTests
{
    private const long Noon = 1_782_993_600; // 2026-07-02T12:00:00Z

    [Theory]
    [InlineData(0, "Quarter")]
    [InlineData(1, "Hour")]
    [InlineData(2, "Hour")]
    public void A_change_stands_in_its_set_s_finest_width(int set, string width)
    {
        var batch = new RollupBatch();
        batch.At(1, (RollupSet)set, 7, Noon).Add(TestRecords.Plain(1), 1);
        var (cell, sums) = Assert.Single(batch.Changes());
        Assert.Equal(width, cell.Width.ToString());
        Assert.Equal(1, sums.Requests);
    }

    [Fact]
    public void Spans_begin_at_or_before_their_moments_also_before_1970()
    {
        var batch = new RollupBatch();
        batch.At(1, RollupSet.Wide, 7, -1).Add(TestRecords.Plain(1), 1);
        batch.At(1, RollupSet.Wide, 7, 0).Add(TestRecords.Plain(1), 1);
        batch.At(1, RollupSet.Wide, 7, 899).Add(TestRecords.Plain(1), 1);
        Assert.Equal(
            [(RollupWidth.Quarter, -900L, 1L), (RollupWidth.Quarter, 0, 2)],
            batch.Changes().Select(c => (c.Key.Width, c.Key.Start, c.Value.Requests))
        );
    }

    [Fact]
    public void What_comes_to_nothing_touches_no_cell()
    {
        var batch = new RollupBatch();
        batch.At(1, RollupSet.Wide, 7, Noon).Add(TestRecords.Full(), -1);
        batch.At(1, RollupSet.Wide, 7, Noon).Add(TestRecords.Full(), 1);
        Assert.Empty(batch.Changes());
    }

    [Fact]
    public void Any_record_taken_out_again_leaves_nothing()
    {
        var sums = new RollupSums();
        for (var seed = 0; seed < 500; seed++)
        {
            sums.Add(TestRecords.Arbitrary(seed), 1);
        }

        for (var seed = 499; seed >= 0; seed--)
        {
            sums.Add(TestRecords.Arbitrary(seed), -1);
        }

        Assert.True(sums.IsNothing);
    }

    [Fact]
    public void Stored_numbers_never_change()
    {
        Assert.Equal("Wide=0 Lineage=1 Tags=2 Single=3", Numbers<RollupSet>());
        Assert.Equal("Quarter=0 Hour=1 Day=2 Month=3 Week=4", Numbers<RollupWidth>());
    }

    private static string Numbers<T>()
        where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={Convert.ToInt32(v)}"));
}
