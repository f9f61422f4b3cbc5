using System.Security.Cryptography;
using System.Text;
using Weir.Capture.Sources;
using Weir.Capture.Tests.Agents;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Sources;

/// <summary>Codex compresses what is old where it lies: a thread is the same in either form, and is counted once.</summary>
public sealed class CompressedFilesTests : CaptureTest
{
    private const string Thread = "019b5e0a-0000-7000-8000-000000000001";

    private string Threads => Path.Combine(Home, ".codex", "sessions", "2026", "05", "13");

    private string Plain => Path.Combine(Threads, $"rollout-2026-05-13T09-00-00-{Thread}.jsonl");

    private string Packed => Plain + ".zst";

    [Fact]
    public async Task Compressed_sessions_of_the_real_program_are_read_as_they_were_before()
    {
        var fixture = Path.Combine(AgentFiles.Fixtures(), "codex-real");
        foreach (var path in Directory.EnumerateFiles(fixture, "*.jsonl", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Home, ".codex", Path.GetRelativePath(fixture, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        await CatchUpAsync();
        var plain = await RecordsAsync();
        Assert.NotEmpty(plain);

        Directory.Delete(Data, recursive: true);
        foreach (var path in Directory.GetFiles(Path.Combine(Home, ".codex"), "*.jsonl", SearchOption.AllDirectories))
        {
            Compress(path);
        }

        await CatchUpAsync();
        Assert.Equal(plain.Select(Told), (await RecordsAsync()).Select(Told));
        Assert.Equal(0, (await CatchUpAsync()).Files);

        static (string?, string?, string?, TokenUsage, Money?) Told(UsageRecord record) =>
            (record.MessageId, record.Session, record.Model, record.Usage, record.Cost);
    }

    [Fact]
    public async Task A_file_that_is_compressed_after_it_was_read_is_looked_at_once_and_counted_once()
    {
        WriteThread(1, 2, 3);
        Assert.Equal((1, 3), await FilesAndRequestsAsync());
        Compress(Plain);
        Assert.Equal((1, 0), await FilesAndRequestsAsync());
        Assert.Equal((0, 0), await FilesAndRequestsAsync());
        Assert.Equal([1, 2, 3], await OutputsAsync());

        await using var open = await OpenAsync();
        var source = open.Capture.Sources().Single(s => s.Agent == "codex");
        Assert.Equal((1, new FileInfo(Packed).Length), (source.Files, source.Bytes));
        Assert.Empty(source.Problems);
    }

    [Fact]
    public async Task What_was_added_before_it_was_compressed_is_read()
    {
        WriteThread(1, 2);
        await CatchUpAsync();
        WriteThread(1, 2, 3, 4);
        Compress(Plain);
        Assert.Equal((1, 2), await FilesAndRequestsAsync());

        // The program makes a file of it again when the thread goes on, and deletes the other afterwards.
        WriteThread(1, 2, 3, 4, 5);
        Assert.Equal((1, 1), await FilesAndRequestsAsync());
        File.Delete(Packed);
        Assert.Equal((0, 0), await FilesAndRequestsAsync());
        Assert.Equal([1, 2, 3, 4, 5], await OutputsAsync());
    }

    [Fact]
    public async Task Where_both_are_there_the_file_that_can_grow_counts()
    {
        WriteThread(1, 2);
        Compress(Plain);
        WriteThread(1, 2, 3);
        Assert.Equal((1, 3), await FilesAndRequestsAsync());
    }

    [Fact]
    public async Task Another_file_under_the_same_name_is_read_from_its_beginning()
    {
        WriteThread(1, 2);
        await CatchUpAsync();
        WriteThread(7, 8, 9);
        Compress(Plain);
        Assert.Equal((1, 3), await FilesAndRequestsAsync());
        Assert.Equal([1, 2, 7, 8, 9], await OutputsAsync());
    }

    [Fact]
    public async Task A_damaged_one_is_read_as_far_as_it_goes_and_told()
    {
        WriteThread([.. Enumerable.Range(1, 4000)]);
        Compress(Plain);
        var bytes = await File.ReadAllBytesAsync(Packed, Cancel);
        await File.WriteAllBytesAsync(Packed, bytes[..(bytes.Length / 2)], Cancel);
        var (files, requests) = await FilesAndRequestsAsync();
        Assert.Equal(1, files);
        Assert.InRange(requests, 1, 3999);
        Assert.Equal(["damaged=1"], await SkippedAsync());
        Assert.Equal((0, 0), await FilesAndRequestsAsync());

        await File.WriteAllBytesAsync(Packed, bytes, Cancel);
        Assert.Equal((1, 4000 - requests), await FilesAndRequestsAsync());
    }

    [Fact]
    public async Task What_is_no_zstd_at_all_is_told()
    {
        WriteThread(1);
        File.Move(Plain, Packed);
        Assert.Equal((1, 0), await FilesAndRequestsAsync());
        Assert.Equal(["damaged=1"], await SkippedAsync());
    }

    [Fact]
    public async Task One_line_that_unpacks_to_hundreds_of_megabytes_is_passed_over()
    {
        WriteThread(1);
        var first = await File.ReadAllBytesAsync(Plain, Cancel);
        WriteThread(2);
        var last = await File.ReadAllBytesAsync(Plain, Cancel);
        File.Delete(Plain);
        var zeros = Enumerable.Repeat(new byte[16 * 1024 * 1024], 12);
        var pieces = ContentCoding.Zstd.Compress([first, .. zeros, "\n"u8.ToArray(), last]);
        await File.WriteAllBytesAsync(Packed, [.. pieces.SelectMany(piece => piece)], Cancel);
        Assert.InRange(new FileInfo(Packed).Length, 1, 100_000);
        Assert.Equal((1, 2), await FilesAndRequestsAsync());
        Assert.Equal(["line too long=1"], await SkippedAsync());
    }

    [Fact]
    public void A_file_that_unpacks_to_more_than_anybody_wrote_ends()
    {
        var path = At("bomb.zst");
        File.WriteAllBytes(path, ContentCoding.Zstd.Compress(new byte[16 * 1024 * 1024]));
        using var file = new UnpackedFile(path, 1024 * 1024);
        var (room, read) = (new byte[64 * 1024], 0);
        while (file.Read(room) is > 0 and var added)
        {
            read += added;
        }

        Assert.InRange(read, 1024 * 1024, (1024 * 1024) + room.Length);
        Assert.Equal("too large", file.Fault);
    }

    [Fact]
    public async Task Content_of_a_compressed_file_is_sealed_once()
    {
        WriteThread(1, 2);
        var archive = new ArchiveOptions { KeepDays = null, SealsContent = true };
        await SealAsync();
        Compress(Plain);
        await SealAsync();
        Assert.Equal(
            3,
            Weir.Capture.Content.SealedContent.Of(Data, TimeProvider.System)
                .Read(WorkspaceId.Default, Thread)
                .Lines.Length
        );

        async Task SealAsync()
        {
            await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, archive);
            await open.Capture.CatchUpAsync(null, Cancel);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public void Marks_gathered_on_the_way_are_those_of_the_file(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var path = At("marked");
        File.WriteAllBytes(path, [.. bytes, .. "more"u8]);
        using var handle = File.OpenHandle(path);
        var known = FileMarks.Put(
            handle,
            new FileCursor
            {
                Path = path,
                Agent = "codex",
                Offset = length,
            }
        );
        foreach (var step in new[] { 1, 7, 1000, 1024, 5000, 200_000 })
        {
            var marks = new FileMarks();
            foreach (var piece in bytes.Chunk(step))
            {
                marks.Pass(piece);
            }

            Assert.True(marks.Are(known), $"{step}");
        }
    }

    private void WriteThread(params int[] outputs)
    {
        Directory.CreateDirectory(Threads);
        var text = new StringBuilder(
            $$$"""{"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"{{{Thread}}}","cwd":"/home/ada","model_provider":"openai"}}"""
        ).Append('\n');
        foreach (var output in outputs)
        {
            text.Append(
                    $$$"""{"timestamp":"2026-05-13T09:01:00.000Z","type":"token_usage_record","payload":{"response_id":"resp_{{{output}}}","thread_id":"{{{Thread}}}","usage":{"input_tokens":10,"output_tokens":{{{output}}},"total_tokens":{{{10 + output}}}} } }"""
                )
                .Append('\n');
        }

        File.WriteAllText(Plain, text.ToString());
    }

    /// <summary>As the program does: beside it, with the same time, and then the other is deleted.</summary>
    private static void Compress(string path)
    {
        File.WriteAllBytes(path + ".zst", ContentCoding.Zstd.Compress(File.ReadAllBytes(path)));
        File.SetLastWriteTimeUtc(path + ".zst", File.GetLastWriteTimeUtc(path));
        File.Delete(path);
    }

    private async Task<(int, long)> FilesAndRequestsAsync()
    {
        var progress = await CatchUpAsync();
        return (progress.Files, progress.Requests);
    }

    private async Task<IEnumerable<long?>> OutputsAsync() => (await RecordsAsync()).Select(r => r.Usage.Output).Order();

    private async Task<IEnumerable<string>> SkippedAsync()
    {
        await using var open = await OpenAsync();
        return open.Capture.Sources().SelectMany(s => s.Skipped).Select(s => $"{s.Key}={s.Value}");
    }
}
