using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Sync;
using Weir.Foundation;

namespace Weir.Capture.Tests.Privacy;

/// <summary>What capture keeps of a person goes when he does; the others lose nothing.</summary>
public sealed class ErasureTests : CaptureTest
{
    private const string Ada = "ada.lovelace@example.org";
    private const string Folder = "/home/ada.lovelace/letters";
    private const string Account = "acc-lovelace";

    private static readonly string[] Traces = [Ada, Folder, Account];

    private static readonly CapturedPerson Person = new()
    {
        Workspace = WorkspaceId.Default,
        Sessions = new[] { "hers-1", "hers-2", "never-met" }.ToFrozenSet(StringComparer.Ordinal),
        Names = ImmutableDictionary<string, string>.Empty.Add(Ada, "erased-1"),
    };

    [Fact]
    public async Task Sessions_and_all_that_is_said_of_them_go()
    {
        await using var open = await FilledAsync();
        Assert.All(Traces, text => Assert.NotEmpty(Holding(text)));

        var outcome = await open.Capture.EraseAsync(Person, Cancel);

        Assert.Equal((2, null), (outcome.Sessions, outcome.Residue));
        Assert.All(Traces, text => Assert.Empty(Holding(text)));
        Assert.False(await open.Capture.Sessions.HasLogAsync(WorkspaceId.Default, "hers-1"));
        Assert.True(await open.Capture.Sessions.HasLogAsync(WorkspaceId.Default, "his"));
        Assert.NotEmpty(Holding("/home/grace"));
        // The word on the limit stays, said to nobody.
        var word = Assert.Single(
            open.Capture.LimitWords(WorkspaceId.Default, Noon.AddDays(-1), 10),
            w => w.Scope == "hers"
        );
        Assert.Equal((null, null, 42.0), (word.Session, word.Account, word.UsedPercent));
    }

    [Fact]
    public async Task Her_requests_are_had_again_from_the_archive_under_the_other_name()
    {
        await using (var open = await FilledAsync())
        {
            await open.Capture.EraseAsync(Person, Cancel);
        }

        var lines = ArchiveLines();
        Assert.Equal(2, lines.Count(line => line.Contains("\"user\":\"erased-1\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            lines,
            line => line.Contains("\"kind\":\"session\",\"session\":\"hers", StringComparison.Ordinal)
        );
        Assert.Contains(
            lines,
            line => line.Contains("\"kind\":\"session\",\"session\":\"his", StringComparison.Ordinal)
        );
        Assert.Equal(0, ArchiveContents.Of(Path.Combine(Data, "archive")).DamagedBytes);
    }

    [Fact]
    public async Task What_comes_after_it_is_archived_behind_what_is_left()
    {
        await using var open = await FilledAsync();
        await open.Capture.EraseAsync(Person, Cancel);

        await TellAsync(open, Life("next", "grace@example.org", "/home/grace/more", WorkspaceId.Default));

        Assert.Contains(ArchiveLines(), line => line.Contains("\"session\":\"next\"", StringComparison.Ordinal));
        Assert.Equal(0, ArchiveContents.Of(Path.Combine(Data, "archive")).DamagedBytes);
    }

    [Fact]
    public async Task Another_workspace_keeps_a_session_and_a_name_of_the_same_text()
    {
        await using var open = await FilledAsync();
        var other = new WorkspaceId(2);
        await TellAsync(open, Life("hers-1", Ada, "/home/namesake", other), other);

        await open.Capture.EraseAsync(Person, Cancel);

        Assert.True(await open.Capture.Sessions.HasLogAsync(other, "hers-1"));
        Assert.Contains(
            ArchiveLines(),
            line =>
                line.Contains(Ada, StringComparison.Ordinal)
                && line.Contains("/home/namesake", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Sealed_content_of_her_sessions_goes_and_of_others_stays()
    {
        Write("a.jsonl", Answer("m1", 5, session: "hers-1"));
        Write("b.jsonl", Answer("m2", 5, session: "his"));
        await using var open = await OpenCapture.OpenAsync(
            Data,
            Home,
            Cancel,
            new ArchiveOptions { KeepDays = null, SealsContent = true }
        );
        await open.Capture.CatchUpAsync(null, Cancel);
        Assert.Single(open.Capture.ContentOf(WorkspaceId.Default, "hers-1").Lines);

        var outcome = await open.Capture.EraseAsync(Person, Cancel);

        Assert.Equal(1, outcome.ContentStretches);
        Assert.Empty(open.Capture.ContentOf(WorkspaceId.Default, "hers-1").Lines);
        Assert.Single(open.Capture.ContentOf(WorkspaceId.Default, "his").Lines);
        await File.AppendAllTextAsync(
            Path.Combine(Projects, "b.jsonl"),
            Answer("m3", 4, session: "his") + "\n",
            Cancel
        );
        await open.Capture.CatchUpAsync(null, Cancel);
        var reading = open.Capture.ContentOf(WorkspaceId.Default, "his");
        Assert.Equal((2, 0), (reading.Lines.Length, reading.Damages));
        if (!OperatingSystem.IsWindows())
        {
            var file = Directory
                .EnumerateFiles(Path.Combine(Data, "content"), "*.sealed", SearchOption.AllDirectories)
                .Single();
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    /// <summary>Whole blocks whose lines are none: of another program, or of a disk that lies.</summary>
    [Theory]
    [InlineData("no json at all hers-1\n")]
    [InlineData("{\"kind\":\"from\",\"workspace\":1}\nhers-1 is no json\n")]
    [InlineData("{\"kind\":\"from\",\"workspace\":\"one\"}\n{\"kind\":\"event\",\"session\":[\"hers-1\"]}\n")]
    [InlineData("\n")]
    public async Task An_archive_that_cannot_be_read_stops_neither_erasure_nor_capture(string lines)
    {
        await using var open = await FilledAsync();
        var path = UsageArchive.Files(Path.Combine(Data, "archive")).First().Path;
        var strange = Path.Combine(Path.GetDirectoryName(path)!, "2026-01-01.jsonl.gz");
        await File.WriteAllBytesAsync(strange, ArchiveFrame.Make(Encoding.UTF8.GetBytes(lines), 7), Cancel);

        var told = await open.Capture.EraseAsync(Person, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await open
            .Capture.RetainAsync(new WorkspaceId(9), new CaptureRetention(1, 1), Cancel)
            .WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        Assert.Null(told.Residue);
        Assert.All(Traces, text => Assert.Empty(Holding(text)));
        await TellAsync(open, Life("next", null, "/home/grace/more", WorkspaceId.Default));
        Assert.Null(open.Capture.Failure);
    }

    [Fact]
    public async Task A_second_time_there_is_nothing_left_to_do()
    {
        await using var open = await FilledAsync();
        await open.Capture.EraseAsync(Person, Cancel);

        var again = await open.Capture.EraseAsync(Person, Cancel);

        Assert.Equal((0, 0L, 0), (again.Sessions, again.ArchiveLines, again.ContentStretches));
    }

    private async Task<OpenCapture> FilledAsync()
    {
        var open = await OpenAsync();
        var hers = Life("hers-1", Ada, Folder, WorkspaceId.Default);
        hers.Limits.Add(
            new LimitWord(
                Noon,
                "claude-code",
                "hers-1",
                LimitWordKind.Quota,
                UsedPercent: 42,
                Scope: "hers",
                Account: Account
            )
        );
        await TellAsync(open, hers);
        await TellAsync(open, Life("hers-2", Ada, Folder, WorkspaceId.Default));
        await TellAsync(open, Life("his", "grace@example.org", "/home/grace", WorkspaceId.Default));
        // Nobody's, in her session.
        await TellAsync(open, Life("hers-2", null, Folder, WorkspaceId.Default));
        return open;
    }

    private static Catch Life(string session, string? user, string folder, WorkspaceId workspace)
    {
        var caught = new Catch();
        var id = $"{session}-{user}-{workspace}";
        caught.Session(
            new SessionFacts
            {
                Session = session,
                Client = "claude-code",
                FirstAt = Noon,
                LastAt = Noon.AddMinutes(5),
                Folder = folder,
            }
        );
        caught.Sightings.Add(
            new Sighting
            {
                Source = UsageSource.Otlp,
                Client = "claude-code",
                At = Noon,
                MessageId = id.Replace(Ada, "her", StringComparison.Ordinal),
                Model = "claude-sonnet-5",
                Usage = new TokenUsage { Input = 1, Output = 2 },
                Session = session,
                Folder = folder,
                User = user,
            }
        );
        return caught;
    }

    private static async Task TellAsync(OpenCapture open, Catch caught, WorkspaceId? workspace = null)
    {
        Assert.True(open.Capture.TryTake(workspace ?? WorkspaceId.Default, caught, out var stored));
        await stored;
    }

    private List<string> ArchiveLines()
    {
        var lines = new List<string>();
        foreach (var (path, _) in UsageArchive.Files(Path.Combine(Data, "archive")))
        {
            using var unpacked = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            while (unpacked.ReadLine() is { } line)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    // What capture keeps; the ledger is another's.
    private List<string> Holding(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        List<string> found =
        [
            .. Directory
                .EnumerateFiles(Data, "capture.db*")
                .Where(path => ReadShared(path).AsSpan().IndexOf(bytes) >= 0),
        ];
        if (ArchiveLines().Exists(line => line.Contains(text, StringComparison.Ordinal)))
        {
            found.Add("archive");
        }

        return found;
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
