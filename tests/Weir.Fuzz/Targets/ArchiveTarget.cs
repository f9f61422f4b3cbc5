using Weir.Capture.Archive;
using Weir.Fuzz.Engine;

namespace Weir.Fuzz.Targets;

/// <summary>A block of an archive file: opened or refused, never more, and one that is made of what it held opens to the same.</summary>
internal sealed class ArchiveTarget : FuzzTarget
{
    public override string Name => "archive-frame";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Binary;

    public override IEnumerable<byte[]> Seeds() =>
        [
            ArchiveFrame.Make("{\"kind\":\"from\"}\n"u8, 1),
            .. Fixtures.In("archive").Where(f => f.Length <= LongestInput),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var isFrame = ArchiveFrame.TryReadHeader(input, out var length, out var written);
        var lines = ArchiveFrame.TryOpen(input.ToArray());
        Must(isFrame || lines is null, "what has no header is no frame");
        if (lines is not null)
        {
            MustEqual(input.Length, length, "a frame is as long as it says");
            var again = ArchiveFrame.TryOpen(ArchiveFrame.Make(lines, written));
            Must(again is not null, "what is made can be opened");
            MustMatch(lines, again, "and holds the same");
        }

        return $"{isFrame} {lines is null} {Bucket(lines?.Length)}";
    }
}
