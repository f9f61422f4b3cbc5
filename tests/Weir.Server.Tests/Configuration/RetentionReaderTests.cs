using Weir.Foundation.Network;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class RetentionReaderTests
{
    [Theory]
    [InlineData("", null, null, null, null)]
    [InlineData("retention: {}", null, null, null, null)]
    [InlineData("retention: { sessions: 90d, content: 2w, audit: 400d, activity: 30d }", 90, 14, 400, 30)]
    [InlineData(
        "retention: { sessions: forever, content: 24h, audit: forever, activity: forever }",
        null,
        1,
        null,
        null
    )]
    public void Days_are_read(string text, int? sessions, int? content, int? audit, int? activity)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Empty(result.Faults);
        var read = result.Config!.Retention;
        Assert.Equal(
            (sessions, content, audit, activity),
            (read.SessionDays, read.ContentDays, read.AuditDays, read.ActivityDays)
        );
    }

    [Theory]
    [InlineData("sessions: 0d", "retention.sessions")]
    [InlineData("sessions: 23h", "retention.sessions")]
    [InlineData("sessions: 90", "retention.sessions")]
    [InlineData("content: -1d", "retention.content")]
    [InlineData("content: 99999999999d", "retention.content")]
    [InlineData("audit: 29d", "retention.audit")]
    [InlineData("activity: 0d", "retention.activity")]
    [InlineData("archive: 31d", "retention.archive")]
    [InlineData("requests: 31d", "retention.requests")]
    [InlineData("usage: soon", "retention.usage")]
    [InlineData("sesions: 90d", "retention.sesions")]
    public void What_is_no_time_to_keep_things_is_refused(string text, string path)
    {
        var result = ConfigReader.Read($"version: 1\nretention: {{ {text} }}", _ => null);

        Assert.Equal(path, Assert.Single(result.Faults).Key);
    }

    [Theory]
    [InlineData("retention: {}", null, null, null)]
    [InlineData("retention: { archive: 400d, requests: 730d, usage: 1825d }", 400, 730, 1825)]
    [InlineData("retention: { archive: forever, requests: 32d, usage: forever }", null, 32, null)]
    public void How_long_requests_and_sums_are_kept_is_read_in_both_documents(
        string text,
        int? archive,
        int? requests,
        int? usage
    )
    {
        var servers = ConfigReader.Read("version: 1\n" + text, _ => null).Config!.Retention;
        var terms = new WorkspaceTerms([], AddressPolicy.PublicOnly);
        var own = WorkspaceReader.Read("version: 1\n" + text, terms).Config!.Retention;
        foreach (var read in new[] { servers, own })
        {
            Assert.Equal((archive, requests, usage), (read.ArchiveDays, read.RequestDays, read.UsageDays));
        }
    }

    [Fact]
    public void A_workspace_speaks_for_itself_and_not_for_the_trails()
    {
        var terms = new WorkspaceTerms([], AddressPolicy.PublicOnly);

        var own = WorkspaceReader.Read("version: 1\nretention: { sessions: 7d, content: 1d, activity: 3d }", terms);
        var trails = WorkspaceReader.Read("version: 1\nretention: { audit: 400d }", terms);

        var kept = own.Config!.Retention;
        Assert.Equal((7, 1, 3), (kept.SessionDays, kept.ContentDays, kept.ActivityDays));
        Assert.Equal("retention.audit", Assert.Single(trails.Faults).Key);
    }
}
