using System.IO.Compression;
using System.Text;
using Weir.Capture.Archive;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Archive;

/// <summary>What agents delete can be had again from the archive alone: all of it, and nothing twice.</summary>
public sealed class ArchiveTests : CaptureTest
{
    private string Folder => Path.Combine(Data, "archive");

    [Fact]
    public async Task All_that_real_agents_left_is_had_again_from_the_archive_alone()
    {
        CopyRealLogs();
        var (before, inFolder) = await CatchUpAndShowAsync();
        Assert.True(inFolder > 5, "There are too few days.");
        Directory.Delete(Home, recursive: true);

        var again = At("again");
        await using var open = await OpenCapture.OpenAsync(again, Home, Cancel);
        var first = await Rebuild.ImportAsync(open, Folder, cancellationToken: Cancel);

        Assert.Empty(first.Refused);
        Assert.Equal(before, await Rebuild.ShowAsync(open, again, Cancel));

        var newest = open.Ledger.Feed.Newest;
        var second = await Rebuild.ImportAsync(open, Folder, cancellationToken: Cancel);
        Assert.Equal((first.Records, 0), (second.Records, second.Requests));
        Assert.Equal(newest, open.Ledger.Feed.Newest);
        Assert.Equal(before, await Rebuild.ShowAsync(open, again, Cancel));
    }

    [Fact]
    public async Task An_archive_that_was_rebuilt_holds_as_much_as_the_first()
    {
        CopyRealLogs();
        var (before, _) = await CatchUpAndShowAsync();
        var (second, third) = (At("second"), At("third"));
        await using (var open = await OpenCapture.OpenAsync(second, At("none"), Cancel))
        {
            await Rebuild.ImportAsync(open, Folder, cancellationToken: Cancel);
        }

        await using var last = await OpenCapture.OpenAsync(third, At("none"), Cancel);
        await Rebuild.ImportAsync(last, Path.Combine(second, "archive"), cancellationToken: Cancel);

        Assert.Equal(before, await Rebuild.ShowAsync(last, third, Cancel));
    }

    [Fact]
    public async Task Importing_into_the_folder_it_comes_from_changes_nothing()
    {
        Write("a.jsonl", Answer("m1", 1), Answer("m1", 30), Answer("m2", 9, minute: 60 * 30));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        await open.Ledger.FlushAsync(Cancel);
        var (newest, bytes) = (open.Ledger.Feed.Newest, open.Capture.Archive!.Bytes);

        var told = await Rebuild.ImportAsync(open, Folder, cancellationToken: Cancel);

        Assert.Equal((0L, newest, bytes), (told.Requests, open.Ledger.Feed.Newest, open.Capture.Archive.Bytes));
        Assert.Equal("m1:30 m2:9", Show(await OpenCapture.RecordsAsync(open.Ledger, Cancel)));
    }

    [Fact]
    public async Task What_says_nothing_new_is_not_kept_again()
    {
        var path = Write("a.jsonl", Answer("m1", 5), Answer("m1", 5));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        var bytes = open.Capture.Archive!.Bytes;

        File.Copy(path, Path.Combine(Projects, "b.jsonl"));
        await open.Capture.CatchUpAsync(null, Cancel);

        Assert.Equal(bytes, open.Capture.Archive.Bytes);
        Assert.Single(
            LinesOf(Files().Single()),
            line => line.Contains("\"kind\":\"request\"", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_day_is_a_file_that_every_tool_reads()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6, minute: 60 * 13));
        await CatchUpAsync();

        Assert.Equal(["2026-05-13.jsonl.gz", "2026-05-14.jsonl.gz"], Files().Select(Path.GetFileName));
        await using var gzip = new GZipStream(File.OpenRead(Files()[0]), CompressionMode.Decompress);
        using var text = new StreamReader(gzip);
        var lines = (await text.ReadToEndAsync(Cancel)).Split('\n');
        Assert.Equal("""{"kind":"from","workspace":1,"billing":0}""", lines[0]);
        Assert.Contains(lines, line => line.Contains("\"messageId\":\"m1\"", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files()[0]));
        }
    }

    [Fact]
    public async Task A_torn_end_is_cut_off_at_every_byte_and_what_stood_before_is_kept()
    {
        Write("a.jsonl", Answer("m1", 5));
        await CatchUpAsync();
        var path = Files().Single();
        var whole = await File.ReadAllBytesAsync(path, Cancel);
        var before = ArchiveFile.Index(path).Frames.Count;
        var other = ArchiveFrame.Make("{\"kind\":\"from\"}\n"u8, 7);
        for (var cut = 0; cut <= other.Length; cut++)
        {
            await File.WriteAllBytesAsync(path, [.. whole, .. other[..cut]], Cancel);
            var (frames, damaged) = ArchiveFile.Index(path);
            var isWhole = cut == other.Length;
            Assert.Equal((before + (isWhole ? 1 : 0), isWhole ? 0 : cut), (frames.Count, damaged));

            ArchiveFile.CutTornTail(path);
            Assert.Equal(whole.Length + (isWhole ? cut : 0), new FileInfo(path).Length);
        }
    }

    [Fact]
    public async Task After_a_torn_end_the_next_words_are_read()
    {
        Write("a.jsonl", Answer("m1", 5));
        await CatchUpAsync();
        await using (var file = File.Open(Files().Single(), FileMode.Append))
        {
            await file.WriteAsync(ArchiveFrame.Make("{}\n"u8, 7).AsMemory(0, 40), Cancel);
        }

        Write("b.jsonl", Answer("m2", 6));
        await CatchUpAsync();

        Assert.Equal(0, ArchiveContents.Of(Folder).DamagedBytes);
        Assert.Equal("m1:5 m2:6", await ImportedAsync());
    }

    [Fact]
    public async Task Damage_costs_its_own_block_and_no_other()
    {
        for (var i = 1; i <= 3; i++)
        {
            Write($"{i}.jsonl", Answer($"m{i}", i, session: $"s{i}"));
            await CatchUpAsync();
        }

        var path = Files().Single();
        var frames = ArchiveFile.Index(path).Frames;
        var second = frames.Single(f =>
            Encoding.UTF8.GetString(ArchiveFile.Read(f)!).Contains("\"m2\"", StringComparison.Ordinal)
        );
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[second.Offset + (second.Length / 2)] ^= 0x40;
        await File.WriteAllBytesAsync(path, bytes, Cancel);

        Assert.Equal(second.Length, ArchiveContents.Of(path).DamagedBytes);
        Assert.Equal("m1:1 m3:3", await ImportedAsync());

        // It is not at the end, so nothing is cut off.
        Write("4.jsonl", Answer("m4", 4));
        await CatchUpAsync();
        Assert.Equal(second.Length, ArchiveContents.Of(path).DamagedBytes);
    }

    [Fact]
    public async Task Days_that_are_too_old_are_deleted_and_not_begun_anew()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6, minute: 3 * 24 * 60));
        var clock = new FakeClock(Noon.AddDays(3));
        var keep = new ArchiveOptions { KeepDays = 2 };
        await using (var open = await OpenCapture.OpenAsync(Data, Home, Cancel, keep, clock))
        {
            await open.Capture.CatchUpAsync(null, Cancel);
            Assert.Equal(["2026-05-16.jsonl.gz"], Files().Select(Path.GetFileName));

            clock.Advance(TimeSpan.FromDays(2));
            await open.Capture.CatchUpAsync(null, Cancel);
            Assert.Single(Files());

            clock.Advance(TimeSpan.FromDays(1));
            await open.Capture.CatchUpAsync(null, Cancel);
            Assert.Empty(Files());
        }

        Assert.Equal("m1:5 m2:6", Show(await RecordsAsync()));
    }

    /// <summary>A small machine without a battery begins in 1970, and is told the time later.</summary>
    [Fact]
    public async Task A_clock_that_begins_in_1970_hinders_nothing()
    {
        Write("a.jsonl", Answer("m1", 5));
        var clock = new FakeClock(DateTimeOffset.UnixEpoch);
        var keep = new ArchiveOptions { KeepDays = 2 };
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, keep, clock);
        await open.Capture.CatchUpAsync(null, Cancel);

        Assert.Equal("m1:5", Show(await OpenCapture.RecordsAsync(open.Ledger, Cancel)));
        Assert.Equal(["2026-05-13.jsonl.gz"], Files().Select(Path.GetFileName));
    }

    [Fact]
    public async Task Off_keeps_nothing()
    {
        Write("a.jsonl", Answer("m1", 5));
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, new ArchiveOptions { IsOn = false });
        await open.Capture.CatchUpAsync(null, Cancel);

        Assert.Null(open.Capture.Archive);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Workspaces_are_told_apart()
    {
        await using var open = await OpenAsync();
        foreach (var workspace in new[] { 2, 3 })
        {
            var (batch, _) = CaptureBatch.Read(
                Encoding.UTF8.GetBytes(
                    $$"""
                    {"kind":"batch","version":1,"id":"b{{workspace}}"}
                    {"kind":"from","workspace":1}
                    {"kind":"request","source":2,"client":"claude-code","at":1778673600000000,"messageId":"m{{workspace}}","output":3}
                    """
                ),
                TimeProvider.System.GetUtcNow()
            );
            await open.Capture.IngestAsync(new WorkspaceId(workspace), null, batch!, Cancel);
        }

        var contents = ArchiveContents.Of(Folder);
        Assert.Equal([2, 3], contents.Workspaces().Select(w => w.Value).Order());
        var again = At("again");
        await using var other = await OpenCapture.OpenAsync(again, At("none"), Cancel);
        await Rebuild.ImportAsync(other, Folder, new WorkspaceId(3), Cancel);
        Assert.Equal("m3:3", Show(await OpenCapture.RecordsAsync(other.Ledger, Cancel)));
    }

    [Fact]
    public async Task The_format_is_frozen()
    {
        var golden = Path.Combine(Fixtures(), "archive", "claude-code", "2026-05-13.jsonl.gz");
        var expected = await File.ReadAllTextAsync(Path.ChangeExtension(golden, ".txt"), Cancel);

        Assert.Equal(0, ArchiveContents.Of(golden).DamagedBytes);
        Assert.Equal(expected, string.Concat(LinesOf(golden).Select(line => line + "\n")));
        await using var open = await OpenAsync();
        var told = await Rebuild.ImportAsync(open, golden, cancellationToken: Cancel);
        Assert.Empty(told.Refused);
        Assert.Equal("m1:30 m2:6", Show(await OpenCapture.RecordsAsync(open.Ledger, Cancel)));

        // And what is written today is the same, line for line.
        Write(
            "a.jsonl",
            Answer("m1", 1),
            Answer("m1", 30),
            Answer("m2", 6, minute: 5, extra: ",\"isSidechain\":true,\"agentId\":\"x1\"")
        );
        var fresh = At("fresh");
        await using var today = await OpenCapture.OpenAsync(fresh, Home, Cancel);
        await today.Capture.CatchUpAsync(null, Cancel);
        var written = Directory.EnumerateFiles(fresh, "*.jsonl.gz", SearchOption.AllDirectories).Single();
        Assert.Equal(expected, string.Concat(LinesOf(written).Select(line => line + "\n")));
    }

    private async Task<(string Shown, int Files)> CatchUpAndShowAsync()
    {
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        return (await Rebuild.ShowAsync(open, Data, Cancel), Files().Length);
    }

    private async Task<string> ImportedAsync()
    {
        var again = At("again");
        await using var open = await OpenCapture.OpenAsync(again, At("none"), Cancel);
        await Rebuild.ImportAsync(open, Folder, cancellationToken: Cancel);
        return Show(await OpenCapture.RecordsAsync(open.Ledger, Cancel));
    }

    private string[] Files() =>
        Directory.Exists(Folder)
            ? [.. Directory.GetFiles(Folder, "*.jsonl.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [];

    private static string[] LinesOf(string path) =>
        [
            .. ArchiveFile
                .Index(path)
                .Frames.SelectMany(frame =>
                    Encoding.UTF8.GetString(ArchiveFile.Read(frame)!).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                ),
        ];

    private void CopyRealLogs()
    {
        var logs = Path.Combine(Fixtures(), "agent-logs");
        Copy(Path.Combine(logs, "claude-code-real", "config"), Path.Combine(Home, ".claude"));
        Copy(Path.Combine(logs, "ccusage", "projects"), Path.Combine(Home, ".claude", "projects"));
        Copy(Path.Combine(logs, "codex-real"), Path.Combine(Home, ".codex"));
        Copy(Path.Combine(logs, "ccusage-codex"), Path.Combine(Home, ".codex"));
        Copy(Path.Combine(logs, "gemini-real", "tmp"), Path.Combine(Home, ".gemini", "tmp"));
    }

    private static string Fixtures()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Weir.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return Path.Combine(folder, "tests", "fixtures");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path, overwrite: true);
        }
    }
}
