using Weir.Foundation.Network;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class RetentionReaderTests
{
    [Theory]
    [InlineData("", null, null, null)]
    [InlineData("retention: {}", null, null, null)]
    [InlineData("retention: { sessions: 90d, content: 2w, audit: 400d }", 90, 14, 400)]
    [InlineData("retention: { sessions: forever, content: 24h, audit: forever }", null, 1, null)]
    public void Days_are_read(string text, int? sessions, int? content, int? audit)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Empty(result.Faults);
        var read = result.Config!.Retention;
        Assert.Equal((sessions, content, audit), (read.SessionDays, read.ContentDays, read.AuditDays));
    }

    [Theory]
    [InlineData("sessions: 0d", "retention.sessions")]
    [InlineData("sessions: 23h", "retention.sessions")]
    [InlineData("sessions: 90", "retention.sessions")]
    [InlineData("content: -1d", "retention.content")]
    [InlineData("content: 99999999999d", "retention.content")]
    [InlineData("audit: 29d", "retention.audit")]
    [InlineData("sesions: 90d", "retention.sesions")]
    public void What_is_no_time_to_keep_things_is_refused(string text, string path)
    {
        var result = ConfigReader.Read($"version: 1\nretention: {{ {text} }}", _ => null);

        Assert.Equal(path, Assert.Single(result.Faults).Key);
    }

    [Fact]
    public void A_workspace_speaks_for_itself_and_not_for_the_trails()
    {
        var terms = new WorkspaceTerms([], AddressPolicy.PublicOnly);

        var own = WorkspaceReader.Read("version: 1\nretention: { sessions: 7d, content: 1d }", terms);
        var trails = WorkspaceReader.Read("version: 1\nretention: { audit: 400d }", terms);

        Assert.Equal((7, 1), (own.Config!.Retention.SessionDays, own.Config.Retention.ContentDays));
        Assert.Equal("retention.audit", Assert.Single(trails.Faults).Key);
    }
}
