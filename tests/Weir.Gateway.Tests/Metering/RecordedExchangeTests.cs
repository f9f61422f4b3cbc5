using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Metering;
using Weir.Gateway.Wire;
using Weir.Testing;

namespace Weir.Gateway.Tests.Metering;

/// <summary>Every recorded answer is read as its neighbour file says, however it is cut and whatever it is packed in.</summary>
public sealed class RecordedExchangeTests
{
    public static TheoryData<string> Names() => [.. RecordedExchange.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read_as_expected(string name)
    {
        var exchange = Find(name);

        Assert.Equal(exchange.Expected.ToReading(), exchange.Read(int.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read_alike_one_byte_at_a_time(string name)
    {
        var exchange = Find(name);

        Assert.Equal(exchange.Expected.ToReading(), exchange.Read(1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read_alike_in_any_pieces(string name)
    {
        var exchange = Find(name);
        var expected = exchange.Expected.ToReading();
        var lengths = Gen.Choose(1, 200).NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();

        Prop.ForAll(lengths, l => exchange.Read(l) == expected).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read_alike_through_every_coding(string name)
    {
        var exchange = Find(name);
        var expected = exchange.Expected.ToReading();
        foreach (var coding in Enum.GetValues<ContentCoding>())
        {
            var packed = coding.Compress([exchange.Bytes]).SelectMany(p => p).ToArray();
            foreach (var length in new[] { 1, 2, 7, 64, packed.Length })
            {
                var meter = ResponseMeters.For(exchange.Dialect, exchange.ContentType);
                if (coding.Token() is { } token)
                {
                    using var decoder = new BodyDecoder(token, meter.Feed);
                    foreach (var piece in packed.Chunk(length))
                    {
                        decoder.Feed(piece);
                    }

                    decoder.Complete();
                    Assert.False(decoder.HasGivenUp);
                }
                else
                {
                    meter.Feed(packed);
                }

                meter.Complete();
                Assert.Equal(expected, meter.Reading);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_off_anywhere_it_says_nothing_that_the_whole_does_not_allow(string name)
    {
        var exchange = Find(name);
        var whole = exchange.Expected.ToReading();
        for (var length = 0; length < exchange.Bytes.Length; length++)
        {
            var meter = ResponseMeters.For(exchange.Dialect, exchange.ContentType);
            meter.Feed(exchange.Bytes.AsSpan(0, length));
            meter.Complete();
            var reading = meter.Reading;

            Assert.True(reading.ContentCharacters <= whole.ContentCharacters, $"characters at {length}");
            Assert.True(reading.Model is null || reading.Model == whole.Model, $"model at {length}");
            Assert.True(!reading.SawContent || whole.SawContent, $"content at {length}");
            Assert.True((reading.Usage.Output ?? 0) <= (whole.Usage.Output ?? 0), $"output at {length}");
        }
    }

    private static RecordedExchange Find(string name) => RecordedExchange.All.Single(e => e.Name == name);
}
