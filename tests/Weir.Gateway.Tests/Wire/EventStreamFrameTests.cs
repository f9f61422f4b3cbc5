using System.Text;
using Weir.Gateway.Wire;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire;

/// <summary>The frames of the published test data of Amazon's event streams, and what is none.</summary>
public sealed class EventStreamFrameTests
{
    private const string Payload = "{'foo':'bar'}";

    /// <summary>The frame in hexadecimal, its payload, and one of its headers of the type string with its text.</summary>
    public static TheoryData<string, string, string, string> Published { get; } =
        new()
        {
            { "000000100000000005c248eb7d98c8ff", "", "", "" },
            { "0000001700000007298601580462797465" + "02ffc2f869dc", "", "byte", "" },
            { "000000190000000971 0e923e0573686f727403ffffb27cb6cc", "", "short", "" },
            { "0000001d0000000d83e3f0e707696e746567657204ffffffff8b8e12eb", "", "integer", "" },
            { "0000001e0000000e5d4adb8d046c6f6e6705ffffffffffffffff4bc232da", "", "long", "" },
            { "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", Payload, "", "" },
            {
                "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
                Payload,
                "content-type",
                "application/json"
            },
            {
                "0000006200000052 03b5cb9c 013000 013101 01320202 0133030003 01340400000004 0135050000000000000005 01360600056279746573 013707000475746638 0138080000000000000008 013909 30313233343536373839616263646566 63353671",
                "",
                "7",
                "utf8"
            },
            {
                "0000005200000042bf23637e0d3a6d6573736167652d747970650700056572726f720b3a6572726f722d636f6465070004636f64650e3a6572726f722d6d6573736167650700076d6573736167656b6cea3d",
                "",
                ":error-message",
                "message"
            },
        };

    [Theory]
    [MemberData(nameof(Published))]
    public void A_published_frame_is_read(string hex, string payload, string header, string text)
    {
        var bytes = Bytes(hex);

        Assert.Equal(FrameOutcome.Whole, EventStreamFrame.Read([.. bytes, 1, 2, 3], out var frame, out var length));
        Assert.Equal(bytes.Length, length);
        Assert.Equal(payload, Encoding.UTF8.GetString(frame.Payload));
        Assert.Equal(text, Encoding.UTF8.GetString(frame.Text(Encoding.UTF8.GetBytes(header))));
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void A_frame_that_has_not_come_whole_is_awaited(string hex, string payload, string header, string text)
    {
        var bytes = Bytes(hex);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(FrameOutcome.Incomplete, EventStreamFrame.Read(bytes.AsSpan(0, length), out _, out _));
        }

        Assert.NotNull(payload + header + text);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void One_bit_that_differs_is_found(string hex, string payload, string header, string text)
    {
        var bytes = Bytes(hex);
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var bent = bytes.ToArray();
            bent[i / 8] ^= (byte)(1 << (i % 8));

            Assert.Equal(FrameOutcome.Broken, EventStreamFrame.Read([.. bent, .. new byte[64]], out _, out _));
        }

        Assert.NotNull(payload + header + text);
    }

    [Theory]
    // No name, a name that is not all there, no type, an unknown type, a text that is not all there.
    [InlineData("0000")]
    [InlineData("056162")]
    [InlineData("026162")]
    [InlineData("0261620a00")]
    [InlineData("02616207000578")]
    public void Headers_that_are_malformed_break_a_frame_whose_sums_are_right(string headers)
    {
        Assert.Equal(
            FrameOutcome.Broken,
            EventStreamFrame.Read(EventStreamFrames.Raw(Bytes(headers), []), out _, out _)
        );
    }

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    [InlineData(EventStreamFrame.MaxBytes + 1, 0)]
    [InlineData(-1, 0)]
    [InlineData(200 * 1024, (128 * 1024) + 1)]
    public void A_length_that_cannot_be_is_not_waited_for(int total, int headers)
    {
        Assert.Equal(
            FrameOutcome.Broken,
            EventStreamFrame.Read(EventStreamFrames.Prelude(total, headers), out _, out _)
        );
    }

    [Fact]
    public void The_frames_that_the_stand_in_writes_are_the_published_ones()
    {
        Assert.Equal(
            Bytes(
                "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1"
            ),
            EventStreamFrames.Frame(Payload, ("content-type", "application/json"))
        );
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
