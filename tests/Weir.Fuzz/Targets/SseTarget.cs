using System.Text;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Server-sent events, against <see cref="PlainEvents"/>; and where a ping may be put in, one put in changes no event.
/// </summary>
internal sealed class SseTarget : FuzzTarget
{
    private const int LongestName = 64;

    public override string Name => "sse";

    public override string Group => "response";

    public override IEnumerable<byte[]> Seeds() => [.. Fixtures.In("wire"), "\uFEFFdata:a\r\rdata\n\n"u8.ToArray()];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        var expected = Expected(bytes);
        var whole = new Collector();
        whole.Feed(input);
        whole.Complete();
        MustEqual(expected, whole.Text, "the events");
        for (var way = 0; way < Cuts.Count; way++)
        {
            var cut = new Collector();
            Cuts.Apply(input, way, cut.Feed);
            cut.Complete();
            MustEqual(expected, cut.Text, "the events, however the stream is cut");
        }

        var boundaries = CheckPings(bytes, expected);
        return $"{whole.Count} {whole.Names} {boundaries} {input.Contains((byte)'\r')} {Bucket(whole.Text.Length)}";
    }

    private static int CheckPings(byte[] bytes, string expected)
    {
        var boundary = default(SseBoundary);
        var count = 0;
        for (var at = 1; at < bytes.Length; at++)
        {
            boundary.Feed(bytes.AsSpan(at - 1, 1));
            if (boundary.AtBoundary && count++ < 4)
            {
                var alone = default(SseBoundary);
                alone.Feed(bytes.AsSpan(0, at));
                Must(alone.AtBoundary, "where a ping may stand, however the stream is cut");
                MustEqual(
                    expected,
                    Expected([.. bytes[..at], .. ": ping\n\n"u8, .. bytes[at..]]),
                    "a ping between events changes none"
                );
            }
        }

        return Math.Min(count, 8);
    }

    private static string Expected(byte[] stream)
    {
        var text = new StringBuilder();
        foreach (var one in PlainEvents.Read(stream).Where(e => e.HasData))
        {
            text.Append(one.Name.AsSpan(0, Math.Min(one.Name.Length, LongestName)));
            text.Append('\0').Append(one.Data).Append("\0\0");
        }

        return text.ToString();
    }

    private sealed class Collector : SseReader
    {
        private readonly StringBuilder text = new();

        public int Count { get; private set; }

        public int Names { get; private set; }

        public string Text => text.ToString();

        protected override void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData)
        {
            Count = Math.Min(Count + 1, 20);
            Names = Math.Min(Names + (eventName.IsEmpty ? 0 : 1), 20);
            text.Append(Encoding.Latin1.GetString(eventName)).Append('\0');
            text.Append(Encoding.Latin1.GetString(eventData)).Append("\0\0");
        }
    }
}
