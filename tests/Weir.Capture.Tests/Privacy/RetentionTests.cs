using System.IO.Compression;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Privacy;

/// <summary>What is older than a workspace keeps goes, of that workspace alone.</summary>
public sealed class RetentionTests : CaptureTest
{
    private static readonly WorkspaceId Other = new(2);

    [Fact]
    public async Task Old_sessions_go_with_their_events_words_and_archive()
    {
        await using var open = await FilledAsync();

        var outcome = await open.Capture.RetainAsync(WorkspaceId.Default, new CaptureRetention(30, null), Cancel);

        Assert.Equal((1, null), (outcome.Sessions, outcome.Residue));
        Assert.False(await open.Capture.Sessions.HasLogAsync(WorkspaceId.Default, "old"));
        Assert.True(await open.Capture.Sessions.HasLogAsync(WorkspaceId.Default, "new"));
        Assert.True(await open.Capture.Sessions.HasLogAsync(Other, "old"));
        Assert.Single(open.Capture.LimitWords(WorkspaceId.Default, DateTimeOffset.UnixEpoch, 10));
        Assert.Equal(2, open.Capture.LimitWords(Other, DateTimeOffset.UnixEpoch, 10).Length);
        Assert.Equal([(1, "new"), (2, "new"), (2, "old")], ArchivedSessions().Order());
        Assert.Equal(0, ArchiveContents.Of(Path.Combine(Data, "archive")).DamagedBytes);
        // Figures are the ledger's.
        Assert.Equal(2, (await OpenCapture.RecordsAsync(open.Ledger, Cancel)).Length);
    }

    [Fact]
    public async Task A_file_that_nothing_is_left_of_goes()
    {
        await using var open = await FilledAsync();
        var before = UsageArchive.Files(Path.Combine(Data, "archive")).Count();

        await open.Capture.RetainAsync(WorkspaceId.Default, new CaptureRetention(30, null), Cancel);
        await open.Capture.RetainAsync(Other, new CaptureRetention(30, null), Cancel);

        Assert.Equal(before - 1, UsageArchive.Files(Path.Combine(Data, "archive")).Count());
    }

    [Fact]
    public async Task Without_a_limit_nothing_goes()
    {
        await using var open = await FilledAsync();

        var outcome = await open.Capture.RetainAsync(WorkspaceId.Default, default, Cancel);

        Assert.Equal(
            (0, 0L, 0, null),
            (outcome.Sessions, outcome.ArchiveLines, outcome.ContentStretches, outcome.Residue)
        );
        Assert.True(await open.Capture.Sessions.HasLogAsync(WorkspaceId.Default, "old"));
    }

    [Fact]
    public async Task Sealed_content_is_kept_as_long_as_the_workspace_says()
    {
        Write("a.jsonl", Answer("m1", 5));
        var clock = new FakeClock(Noon);
        await using var open = await OpenCapture.OpenAsync(
            Data,
            Home,
            Cancel,
            new ArchiveOptions { KeepDays = null, SealsContent = true },
            clock
        );
        await open.Capture.CatchUpAsync(null, Cancel);
        clock.Advance(TimeSpan.FromDays(7));
        await open.Capture.RetainAsync(WorkspaceId.Default, new CaptureRetention(null, 7), Cancel);
        Assert.Single(open.Capture.ContentOf(WorkspaceId.Default, "s1").Lines);

        clock.Advance(TimeSpan.FromDays(1));
        var outcome = await open.Capture.RetainAsync(WorkspaceId.Default, new CaptureRetention(null, 7), Cancel);

        Assert.Equal(1, outcome.ContentStretches);
        Assert.Empty(open.Capture.ContentOf(WorkspaceId.Default, "s1").Lines);
    }

    // In both workspaces one session of forty days ago and one of today.
    private async Task<OpenCapture> FilledAsync()
    {
        var open = await OpenCapture.OpenAsync(Data, Home, Cancel, clock: new FakeClock(Noon));
        foreach (var workspace in new[] { WorkspaceId.Default, Other })
        {
            foreach (var (session, at) in new[] { ("old", Noon.AddDays(-40)), ("new", Noon) })
            {
                var caught = new Catch();
                caught.Session(
                    new SessionFacts
                    {
                        Session = session,
                        Client = "claude-code",
                        FirstAt = at,
                        LastAt = at,
                    }
                );
                caught.Sightings.Add(
                    new Sighting
                    {
                        Source = UsageSource.Transcript,
                        Client = "claude-code",
                        At = at,
                        MessageId = $"m-{session}-{workspace}",
                        Model = "claude-sonnet-5",
                        Usage = new TokenUsage { Input = 1, Output = 2 },
                        Session = session,
                    }
                );
                caught.Limits.Add(new LimitWord(at, "claude-code", session, LimitWordKind.Quota, UsedPercent: 42));
                Assert.True(open.Capture.TryTake(workspace, caught, out var stored));
                await stored;
            }
        }

        return open;
    }

    private List<(int Workspace, string Session)> ArchivedSessions()
    {
        var sessions = new List<(int, string)>();
        foreach (var (path, _) in UsageArchive.Files(Path.Combine(Data, "archive")))
        {
            using var unpacked = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            var workspace = 0;
            while (unpacked.ReadLine() is { } line)
            {
                if (line.StartsWith("""{"kind":"from","workspace":""", StringComparison.Ordinal))
                {
                    workspace = line[27] - '0';
                }
                else if (line.StartsWith("""{"kind":"session","session":""", StringComparison.Ordinal))
                {
                    sessions.Add((workspace, line.Contains("\"old\"", StringComparison.Ordinal) ? "old" : "new"));
                }
            }
        }

        return sessions;
    }
}
