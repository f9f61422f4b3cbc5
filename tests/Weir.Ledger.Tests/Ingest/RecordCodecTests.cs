using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

public sealed class RecordCodecTests
{
    [Fact]
    public void Whatever_is_encoded_decodes_to_the_same() =>
        Prop.ForAll<int>(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var record = TestRecords.Arbitrary(seed);
                    Assert.True(RecordCodec.TryDecode(RecordCodec.Encode(record), out var decoded));
                    Assert.Equal(TestRecords.Show(record), TestRecords.Show(decoded));
                    Assert.Equal(RecordCodec.Encode(record), RecordCodec.Encode(decoded));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_are_no_record_are_refused_without_an_exception() =>
        Prop.ForAll<byte[]>(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes =>
                    !RecordCodec.TryDecode([RecordCodec.Version, .. bytes], out var record)
                    || TestRecords.Show(record) == TestRecords.Show(TestRecords.Kept(record))
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_flipped_byte_and_every_prefix_is_read_or_refused_without_an_exception()
    {
        var bytes = RecordCodec.Encode(TestRecords.Full());
        var refused = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            refused += RecordCodec.TryDecode(bytes.AsSpan(0, i), out _) ? 0 : 1;
            for (var bit = 1; bit < 256; bit <<= 1)
            {
                var flipped = bytes.ToArray();
                flipped[i] ^= (byte)bit;
                _ = RecordCodec.TryDecode(flipped, out _);
            }
        }

        Assert.True(refused > bytes.Length / 2);
    }

    [Fact]
    public void A_field_of_a_later_build_is_passed_over()
    {
        var record = TestRecords.Plain(5);
        Span<byte> later = stackalloc byte[32];
        var writer = new FieldWriter(later);
        writer.Number(900, 42);
        writer.Text(901, "new", 10);
        writer.Fixed(902, -1);
        byte[] bytes = [.. RecordCodec.Encode(record), .. later[..writer.Length]];
        Assert.True(RecordCodec.TryDecode(bytes, out var decoded));
        Assert.Equal(TestRecords.Show(record), TestRecords.Show(decoded));
    }

    [Fact]
    public void Of_dropped_names_those_are_kept_that_fit_whole()
    {
        ImmutableArray<string> many = [.. Enumerable.Range(100, 200).Select(i => $"größe-{i}")];
        var kept = TestRecords.Kept(TestRecords.Plain(1) with { Dropped = many }).Dropped;
        // 46 names of eleven bytes and the commas between them are 551 bytes, 42 are 503.
        Assert.Equal(many[..42], kept);
        Assert.Equal(kept, TestRecords.Kept(TestRecords.Plain(1) with { Dropped = kept }).Dropped);
        Assert.Empty(TestRecords.Kept(TestRecords.Plain(1) with { Dropped = [new string('x', 600)] }).Dropped);
        Assert.Empty(TestRecords.Kept(TestRecords.Plain(1) with { Dropped = ["", ""] }).Dropped);
        Assert.Empty(TestRecords.Kept(TestRecords.Plain(1) with { Dropped = default }).Dropped);
    }

    [Fact]
    public void Dropped_names_in_any_order_are_read_sorted_and_each_once()
    {
        var bytes = RecordCodec.Encode(
            TestRecords.Plain(1) with
            {
                Dropped = ["top_k", "", "cache_control", "top_k", "b,a"],
            }
        );
        Assert.True(RecordCodec.TryDecode(bytes, out var record));
        Assert.Equal(["a", "b", "cache_control", "top_k"], record.Dropped);
    }

    [Fact]
    public void A_nul_in_a_dropped_name_does_not_change_places_later()
    {
        Span<byte> field = stackalloc byte[32];
        var writer = new FieldWriter(field);
        // The writer itself leaves no NUL.
        writer.Text(45, "x-b,a", 10);
        field[..writer.Length].Replace((byte)'x', (byte)0);
        byte[] bytes = [.. RecordCodec.Encode(TestRecords.Plain(5)), .. field[..writer.Length]];
        Assert.True(RecordCodec.TryDecode(bytes, out var record));
        Assert.Equal(["a", "\uFFFD-b"], record.Dropped);
        Assert.Equal(RecordCodec.Encode(record), RecordCodec.Encode(TestRecords.Kept(record)));
    }

    [Fact]
    public void Texts_are_cut_at_a_whole_character()
    {
        var kept = TestRecords.Kept(TestRecords.Plain(1) with { Session = "a" + new string('ü', 400), User = "🌱" });
        Assert.Equal("a" + new string('ü', 255), kept.Session);
        Assert.Equal("🌱", kept.User);
    }

    [Fact]
    public void Empty_texts_are_unknown_and_what_storage_cannot_hold_is_replaced()
    {
        var kept = TestRecords.Kept(TestRecords.Plain(1) with { User = "", Team = "a\0b", Project = "x\uD800y" });
        Assert.Null(kept.User);
        Assert.Equal("a\uFFFDb", kept.Team);
        Assert.Equal("x\uFFFDy", kept.Project);
    }

    [Fact]
    public void Times_are_kept_to_the_microsecond_in_utc()
    {
        var started = new DateTimeOffset(2026, 7, 2, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(19);
        var kept = TestRecords.Kept(TestRecords.Plain(1) with { StartedAt = started, Duration = new TimeSpan(29) });
        Assert.Equal(new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero).AddTicks(10), kept.StartedAt);
        Assert.Equal(TimeSpan.Zero, kept.StartedAt.Offset);
        Assert.Equal(new TimeSpan(20), kept.Duration);
    }

    [Fact]
    public void The_most_hostile_record_fits_and_keeps_its_numbers_and_its_last_attempt()
    {
        var huge = new string('漢', 1_000_000);
        var record = TestRecords.Largest(9) with
        {
            Usage = TestRecords.Full().Usage with { Input = long.MaxValue },
            Session = huge,
            UpstreamDialect = (Dialect)255,
            Dropped = [.. Enumerable.Range(0, 1000).Select(i => $"{i:D4}{huge[..12]}")],
            Tags = Enumerable
                .Range(0, 1000)
                .ToImmutableSortedDictionary(i => $"{i:D4}{huge[..500]}", _ => huge, StringComparer.Ordinal),
            Attempts =
            [
                .. Enumerable
                    .Range(0, 500)
                    .Select(i => new Attempt
                    {
                        Provider = $"{i} {huge}",
                        Model = huge,
                        ErrorType = huge,
                        UpstreamId = huge,
                        Offset = TimeSpan.MaxValue,
                        Duration = TimeSpan.MaxValue,
                        Status = (RequestStatus)255,
                        HttpStatus = int.MinValue,
                        Usage = new TokenUsage
                        {
                            Input = long.MinValue,
                            CacheRead = long.MinValue,
                            CacheWrite5m = long.MinValue,
                            CacheWrite1h = long.MinValue,
                            Output = long.MinValue,
                            Reasoning = long.MinValue,
                        },
                        Quality = (UsageQuality)255,
                        Cost = new Money(long.MinValue),
                    }),
            ],
        };
        var bytes = RecordCodec.Encode(record);
        Assert.True(bytes.Length <= RecordLimits.MaxRecordBytes);
        Assert.True(RecordCodec.TryDecode(bytes, out var kept));
        Assert.Equal(record.Usage, kept.Usage);
        Assert.Equal(record.Cost, kept.Cost);
        Assert.Equal(8, kept.Attempts.Length);
        Assert.StartsWith("499 ", kept.Attempts[^1].Provider, StringComparison.Ordinal);
        Assert.Equal(16, kept.Tags.Count);
        Assert.Equal(3, kept.Dropped.Length);
    }
}
