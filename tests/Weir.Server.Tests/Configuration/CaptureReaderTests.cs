using Weir.Capture;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

/// <summary>The map <c>capture</c>: what is kept of what agents delete.</summary>
public class CaptureReaderTests
{
    [Theory]
    [InlineData("", true, 400, false)]
    [InlineData("capture: {}", true, 400, false)]
    [InlineData("capture: { archive: {} }", true, 400, false)]
    [InlineData("capture: { archive: { keep: 30d } }", true, 30, false)]
    [InlineData("capture: { archive: { keep: 2w } }", true, 14, false)]
    [InlineData("capture: { archive: { keep: forever } }", true, null, false)]
    [InlineData("capture: { archive: { keep: off } }", false, 400, false)]
    [InlineData("capture: { content: off }", true, 400, false)]
    [InlineData("capture: { content: sealed, archive: { keep: 7d } }", true, 7, true)]
    public void What_is_kept(string text, bool isOn, int? days, bool seals)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Empty(result.Faults);
        Assert.Equal(
            new ArchiveOptions
            {
                IsOn = isOn,
                KeepDays = days,
                SealsContent = seals,
            },
            result.Config!.Capture.Archive
        );
    }

    [Theory]
    [InlineData("{ archive: { keep: soon } }", "capture.archive.keep: days, \"forever\" or \"off\" were expected")]
    [InlineData("{ archive: { keep: 12h } }", "capture.archive.keep: days, \"forever\" or \"off\" were expected")]
    [InlineData("{ archive: { keep: 0d } }", "capture.archive.keep: days, \"forever\" or \"off\" were expected")]
    [InlineData("{ archive: { kepe: 1d } }", "capture.archive.kepe: there is no such key")]
    [InlineData("{ content: clear }", "capture.content: unknown content \"clear\"")]
    [InlineData(
        "{ content: sealed, archive: { keep: off } }",
        "capture.content: content is kept as long as the archive"
    )]
    public void A_fault_is_named(string text, string fault)
    {
        var faults = ConfigReader.Read("version: 1\ncapture: " + text, _ => null).Faults;

        Assert.StartsWith(fault, $"{Assert.Single(faults).Key}: {faults[0].Message}", StringComparison.Ordinal);
    }
}
