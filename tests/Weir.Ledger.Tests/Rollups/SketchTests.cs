using FsCheck;
using FsCheck.Fluent;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Tests.Rollups;

public sealed class SketchTests
{
    private static readonly Arbitrary<long[]> Values = Gen.Choose(1, 40)
        .SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(v => (long)v << 20 >> (60 - bits)))
        .NonEmptyListOf()
        // Few values and many are kept in different ways.
        .SelectMany(l => Gen.Elements(1, 40).Select(times => Repeat(l, times)))
        .ToArbitrary();

    [Fact]
    public void Every_quantile_is_within_one_percent() =>
        Prop.ForAll(
                Values,
                values =>
                {
                    var sketch = Of(values);
                    var sorted = values.Order().ToArray();
                    return new[] { 0, 0.5, 0.95, 0.99, 1 }.All(q =>
                    {
                        var exact = sorted[(int)(q * (sorted.Length - 1))] / 1000.0;
                        return Math.Abs(sketch.QuantileMs(q)!.Value - exact) <= exact * 0.01;
                    });
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Adding_and_taking_out_leaves_the_same_bytes() =>
        Prop.ForAll(
                Values,
                Values,
                (kept, gone) =>
                {
                    var sketch = Of(kept);
                    foreach (var value in gone)
                    {
                        sketch.Add(value, 1);
                    }

                    foreach (var value in gone.Reverse())
                    {
                        sketch.Add(value, -1);
                    }

                    return sketch.Encode().AsSpan().SequenceEqual(Of(kept).Encode());
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_encoded_parts_is_the_whole() =>
        Prop.ForAll(
                Values,
                Values,
                (left, right) =>
                {
                    var merged = new Sketch();
                    return merged.TryAdd(Of(left).Encode())
                        && merged.TryAdd(Of(right).Encode())
                        && merged.Encode().AsSpan().SequenceEqual(Of([.. left, .. right]).Encode());
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Buckets_grow_with_their_values_and_end()
    {
        Assert.Equal(63, Sketch.BucketOf(63));
        Assert.Equal(64, Sketch.BucketOf(64));
        Assert.Equal(Sketch.BucketOf(128), Sketch.BucketOf(129));
        Assert.True(Sketch.BucketOf(131) > Sketch.BucketOf(129));
        Assert.Equal(0, Sketch.BucketOf(-5));
        var largest = Of([long.MaxValue]);
        Assert.True(new Sketch().TryAdd(largest.Encode()));
    }

    [Fact]
    public void The_stored_form_never_changes() =>
        Assert.Equal(
            "01047E01060C0108A20E",
            Convert.ToHexString(Of([0, 0, 64, 65, 65, 65, 72, 73, 73, 73, 73, 1_500_000]).Encode())
        );

    [Theory]
    [InlineData("80")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF02")]
    [InlineData("FFFFFFFF0702")]
    [InlineData("05")]
    [InlineData("803A")]
    public void Bytes_that_are_no_sketch_are_refused(string hex) =>
        Assert.False(new Sketch().TryAdd(Convert.FromHexString(hex)));

    [Fact]
    public void Nothing_has_no_quantile() => Assert.Null(new Sketch().QuantileMs(0.5));

    private static long[] Repeat(IReadOnlyCollection<long> values, int times) =>
        [.. Enumerable.Range(0, times).SelectMany(i => values.Select(v => v + (v * i / 16)))];

    private static Sketch Of(long[] values)
    {
        var sketch = new Sketch();
        foreach (var value in values)
        {
            sketch.Add(value, 1);
        }

        return sketch;
    }
}
