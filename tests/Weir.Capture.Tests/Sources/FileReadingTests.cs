using System.Diagnostics;
using Weir.Capture.Sources;
using Weir.Foundation.Storage;

namespace Weir.Capture.Tests.Sources;

/// <summary>Files that grow, shrink, change places, and worse: everything readable is counted, and nothing twice.</summary>
public sealed class FileReadingTests : CaptureTest
{
    [Fact]
    public async Task A_file_that_grows_is_read_from_where_it_was_left()
    {
        var path = Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        Assert.Equal((1, 2), await FilesAndRequestsAsync());
        Assert.Equal((0, 0), await FilesAndRequestsAsync());

        await File.AppendAllTextAsync(path, Answer("m3", 7) + "\n" + Answer("m4", 8)[..100], Cancel);
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
        Assert.Equal("m1:5 m2:6 m3:7", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task The_last_line_counts_without_its_end_when_it_is_whole_and_once_when_the_end_comes()
    {
        var path = Write("a.jsonl", Answer("m1", 5));
        await File.AppendAllTextAsync(path, Answer("m2", 6), Cancel);
        Assert.Equal((1, 2), await FilesAndRequestsAsync());

        await File.AppendAllTextAsync(path, "\r\n" + Answer("m3", 7) + "\r\n", Cancel);
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
        Assert.Equal("m1:5 m2:6 m3:7", Show(await RecordsAsync()));
        Assert.Empty(await SkippedAsync());
    }

    [Fact]
    public async Task A_truncated_file_is_read_anew_and_nothing_is_counted_twice()
    {
        var path = Write("a.jsonl", Answer("m1", 5), Answer("m2", 6), Answer("m3", 7));
        await CatchUpAsync();
        Write("a.jsonl", Answer("m1", 5), Answer("m4", 8));
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
        Assert.Equal("m1:5 m2:6 m3:7 m4:8", Show(await RecordsAsync()));

        File.Delete(path);
        Write("b.jsonl", Answer("m1", 5), Answer("m5", 9));
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
    }

    [Fact]
    public async Task Another_file_in_the_same_place_is_read_from_its_beginning()
    {
        var path = Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await CatchUpAsync();
        // As long as the old one and longer, with other content.
        Write("a.jsonl", Answer("n1", 5), Answer("n2", 6));
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal((1, 2), await FilesAndRequestsAsync());
        Write("a.jsonl", Answer("n1", 5), Answer("n3", 6), Answer("n4", 7));
        Assert.Equal((1, 2), await FilesAndRequestsAsync());
        Assert.Equal("m1:5 m2:6 n1:5 n2:6 n3:6 n4:7", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_and_hinders_nothing_else()
    {
        Write("good.jsonl", Answer("m1", 5));
        var locked = Write("locked.jsonl", Answer("m2", 6));
        File.CreateSymbolicLink(Path.Combine(Projects, "dangling.jsonl"), Path.Combine(Home, "nowhere"));
        File.CreateSymbolicLink(Path.Combine(Projects, "linked.jsonl"), Path.Combine(Projects, "good.jsonl"));
        Directory.CreateSymbolicLink(Path.Combine(Projects, "again"), Path.Combine(Home, ".claude"));
        Directory.CreateDirectory(Path.Combine(Projects, "folder.jsonl"));
        await (await MakePipe(Path.Combine(Projects, "pipe.jsonl"))).WaitForExitAsync(Cancel);
        await File.WriteAllBytesAsync(
            Path.Combine(Projects, "bytes.jsonl"),
            [0xFF, 0xFE, 0x00, 0x0A, 0x80, 0x0A],
            Cancel
        );
        Write("deep.jsonl", new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        Write(
            "other.jsonl",
            "[1,2]",
            "\"text\"",
            "null",
            "{}",
            Answer("m3", 7),
            "{\"type\":\"assistant\",\"timestamp\":5}"
        );

        await using (new FileStream(locked, FileMode.Open, FileAccess.Read, FileShare.None))
        {
            await using var open = await OpenAsync();
            await open.Capture.CatchUpAsync(null, Cancel);
            var source = open.Capture.Sources().Single(s => s.Files > 0);
            Assert.Equal(locked, string.Join(' ', source.Problems.Select(p => p.File == locked ? locked : $"{p}")));
            Assert.NotEmpty(source.Skipped);
        }

        Assert.Equal("m1:5 m3:7", Show(await RecordsAsync()));
        File.SetLastWriteTimeUtc(locked, DateTime.UnixEpoch.AddYears(56));
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
        Assert.Equal("m1:5 m2:6 m3:7", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task What_a_fork_replays_is_no_damage()
    {
        var fork = Path.Combine(
            Home,
            ".codex",
            "sessions",
            "rollout-2026-05-13T09-00-00-019b5e0a-0000-7000-8000-000000000001.jsonl"
        );
        Directory.CreateDirectory(Path.GetDirectoryName(fork)!);
        await File.WriteAllLinesAsync(
            fork,
            [
                """{"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"019b5e0a-0000-7000-8000-000000000001","forked_from_id":"019b5e09-0000-7000-8000-000000000001"}}""",
                """{"timestamp":"2026-05-13T09:00:00.000Z","type":"token_usage_record","payload":{"response_id":"resp_1","thread_id":"019b5e09-0000-7000-8000-000000000001","usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15} } }""",
                """{"timestamp":"2026-05-13T09:00:01.000Z","type":"of tomorrow","payload":{} }""",
                "{ damaged",
            ],
            Cancel
        );
        await CatchUpAsync();
        await using var open = await OpenAsync();
        var source = open.Capture.Sources().Single(s => s.Agent == "codex");
        Assert.Equal(["replayed=1", "unknown type=1"], source.Ignored.Select(s => $"{s.Key}={s.Value}"));
        Assert.Equal(["not json=1"], source.Skipped.Select(s => $"{s.Key}={s.Value}"));
    }

    [Fact]
    public async Task A_line_of_many_megabytes_is_read_and_one_of_too_many_is_passed_over()
    {
        var big = new string('x', 9_000_000);
        var path = Path.Combine(Projects, "big.jsonl");
        await using (var writer = new StreamWriter(path))
        {
            await writer.WriteLineAsync(Answer("m1", 5, extra: $",\"pad\":\"{big}\""));
            await writer.WriteAsync("{\"pad\":\"");
            for (var i = 0; i < 9; i++)
            {
                await writer.WriteAsync(big);
            }

            await writer.WriteLineAsync("\"}");
            await writer.WriteLineAsync(Answer("m2", 6));
        }

        await CatchUpAsync();
        Assert.Equal("m1:5 m2:6", Show(await RecordsAsync()));
        Assert.Equal(["line too long=1"], await SkippedAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task The_rest_of_a_line_that_was_too_long_while_it_was_written_is_passed_over_as_well(int beyond)
    {
        var path = Write("big.jsonl", Answer("m1", 5));
        var start = new FileInfo(path).Length;
        await using (var stream = new FileStream(path, FileMode.Append))
        {
            var part = new byte[1 << 20];
            part.AsSpan().Fill((byte)'x');
            for (var left = FileReading.Longest + beyond; left > 0; left -= part.Length)
            {
                await stream.WriteAsync(part.AsMemory(0, Math.Min(left, part.Length)), Cancel);
            }
        }

        await CatchUpAsync();
        Assert.Equal(start + FileReading.Longest, await OffsetAsync());

        // What comes next looks like a line of its own, and is the end of the other.
        await File.AppendAllTextAsync(path, Answer("rest", 7), Cancel);
        await CatchUpAsync();
        await File.AppendAllTextAsync(path, "\n" + Answer("m2", 6) + "\n", Cancel);
        await CatchUpAsync();

        Assert.Equal("m1:5 m2:6", Show(await RecordsAsync()));
        Assert.Equal(["line too long=1"], await SkippedAsync());
    }

    private async Task<long> OffsetAsync()
    {
        await using var reader = new SqliteDatabase(Path.Combine(Data, "capture.db")).OpenReader();
        await using var command = reader.CreateCommand();
        command.CommandText = "SELECT max(offset) FROM file";
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private async Task<(int, long)> FilesAndRequestsAsync()
    {
        var progress = await CatchUpAsync();
        return (progress.Files, progress.Requests);
    }

    private async Task<IEnumerable<string>> SkippedAsync()
    {
        await using var open = await OpenAsync();
        return open.Capture.Sources().SelectMany(s => s.Skipped).Select(s => $"{s.Key}={s.Value}");
    }

    private static Task<Process> MakePipe(string path) => Task.FromResult(Process.Start("mkfifo", [path]));
}
