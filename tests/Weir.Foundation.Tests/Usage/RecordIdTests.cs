using FsCheck;
using FsCheck.Fluent;
using Weir.Testing;

namespace Weir.Foundation.Tests.Usage;

public sealed class RecordIdTests
{
    private static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Kept: callers have these texts in their logs.
    [Theory]
    [InlineData(1L, "req_0000000000001")]
    [InlineData(31L, "req_000000000000z")]
    [InlineData(32L, "req_0000000000010")]
    [InlineData(0x0123_4567_89AB_CDEF, "req_028t5cy4tqkff")]
    [InlineData(long.MaxValue, "req_7zzzzzzzzzzzz")]
    public void Text_is_frozen(long value, string text)
    {
        Assert.Equal(text, new RecordId(value).ToString());
        Assert.True(RecordId.TryParse(text, out var read));
        Assert.Equal(value, read.Value);
    }

    [Fact]
    public void What_is_written_is_read_back_and_sorts_as_the_number() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<long>().Filter(n => n > 0).Generator.Two().ToArbitrary(),
                pair =>
                {
                    var (a, b) = (new RecordId(pair.Item1), new RecordId(pair.Item2));
                    return RecordId.TryParse(a.ToString(), out var read)
                        && read == a
                        && Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString())) == Math.Sign(a.CompareTo(b));
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("req_")]
    [InlineData("req_0000000000000")]
    [InlineData("req_000000000001")]
    [InlineData("req_00000000000001")]
    [InlineData("req_000000000000i")]
    [InlineData("req_000000000000l")]
    [InlineData("req_000000000000o")]
    [InlineData("req_000000000000u")]
    [InlineData("req_000000000000Z")]
    [InlineData("req_-000000000001")]
    [InlineData("REQ_0000000000001")]
    [InlineData("req_8000000000000")]
    [InlineData("req_zzzzzzzzzzzzz")]
    public void Anything_else_is_refused(string text) => Assert.False(RecordId.TryParse(text, out _));

    [Fact]
    public void An_id_holds_time_node_and_sequence()
    {
        var clock = new FakeClock(Epoch.AddMilliseconds(5));
        var source = new RecordIdSource(clock, node: 3);
        Assert.Equal((5L << 22) | (3 << 12), source.Next().Value);
        Assert.Equal((5L << 22) | (3 << 12) | 1, source.Next().Value);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((6L << 22) | (3 << 12), source.Next().Value);
    }

    [Fact]
    public void More_than_4096_in_a_millisecond_run_ahead_of_the_clock()
    {
        var source = new RecordIdSource(new FakeClock(Epoch.AddMilliseconds(5)), node: 1023);
        var ids = Enumerable.Range(0, 10_000).Select(_ => source.Next().Value).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(10_000, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(1023, (id >> 12) & 1023));
    }

    [Fact]
    public void A_clock_set_back_does_not_bring_ids_back()
    {
        var clock = new FakeClock(Epoch.AddDays(1));
        var source = new RecordIdSource(clock);
        var before = source.Next();
        clock.Set(Epoch.AddHours(1));
        Assert.True(source.Next().CompareTo(before) > 0);
        clock.Set(Epoch.AddYears(-10));
        Assert.True(source.Next().CompareTo(before) > 0);
    }

    [Fact]
    public void A_clock_before_the_epoch_still_gives_positive_ids()
    {
        var source = new RecordIdSource(new FakeClock(Epoch.AddYears(-10)));
        Assert.True(source.Next().Value > 0);
        Assert.True(source.Next().Value > 0);
    }

    [Fact]
    public void A_source_starts_above_the_largest_id_used()
    {
        var clock = new FakeClock(Epoch.AddDays(2));
        var ahead = new RecordIdSource(clock).Next();
        clock.Set(Epoch.AddDays(1));
        var next = new RecordIdSource(clock, node: 0, ahead).Next();
        Assert.True(next.CompareTo(ahead) > 0);
    }

    [Fact]
    public async Task Many_threads_never_get_the_same_id()
    {
        var source = new RecordIdSource(new FakeClock());
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Task.Run(() => Enumerable.Range(0, 20_000).Select(_ => source.Next().Value).ToArray()))
        );
        Assert.Equal(80_000, all.SelectMany(x => x).Distinct().Count());
        Assert.All(all, ids => Assert.Equal(ids.Order(), ids));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1024)]
    public void A_node_outside_its_bits_is_refused(int node) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordIdSource(new FakeClock(), node));
}
