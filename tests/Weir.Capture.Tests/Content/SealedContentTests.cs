using System.Text;
using Weir.Capture.Content;
using Weir.Foundation;

namespace Weir.Capture.Tests.Content;

/// <summary>What people write to an agent is nowhere unless they ask for it, and then only under a key.</summary>
public sealed class SealedContentTests : CaptureTest
{
    private const string Words = "the-quokka-sings-at-dawn";

    private static readonly ArchiveOptions Sealing = new() { KeepDays = null, SealsContent = true };

    [Fact]
    public async Task With_content_off_a_prompts_words_are_in_no_file_of_the_data_folder()
    {
        WritePrompt("a.jsonl", "s1");
        await using (var open = await OpenAsync())
        {
            await open.Capture.CatchUpAsync(null, Cancel);
            Assert.Empty(Holding(Words));
        }

        Assert.Empty(Holding(Words));
        Assert.NotEmpty(Holding("m-s1"));
        Assert.False(Directory.Exists(Path.Combine(Data, "secrets")));
        Assert.Empty(SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1").Lines);
    }

    [Fact]
    public async Task Sealed_they_are_in_no_file_either_and_are_there_for_the_key()
    {
        WritePrompt("a.jsonl", "s1");
        WritePrompt("b.jsonl", "s2");
        await SealAsync();

        Assert.Empty(Holding(Words));
        var reading = SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1");
        Assert.Null(reading.Refusal);
        Assert.Equal(
            await File.ReadAllLinesAsync(Path.Combine(Projects, "a.jsonl"), Cancel),
            reading.Lines.Select(line => Encoding.UTF8.GetString(line.Span))
        );
        Assert.Empty(SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s3").Lines);
    }

    [Fact]
    public async Task What_is_added_is_sealed_once()
    {
        WritePrompt("a.jsonl", "s1");
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, Sealing);
        await open.Capture.CatchUpAsync(null, Cancel);
        await File.AppendAllTextAsync(Path.Combine(Projects, "a.jsonl"), Answer("more", 4) + "\n", Cancel);
        await open.Capture.CatchUpAsync(null, Cancel);
        await open.Capture.CatchUpAsync(null, Cancel);

        Assert.Null(open.Capture.SealFailure);
        Assert.True(open.Capture.SealedBytes > 0, "Nothing was sealed.");
        Assert.Equal(3, SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1").Lines.Length);
    }

    [Fact]
    public async Task Of_more_than_is_read_at_once_the_newest_is_shown()
    {
        WritePrompt("a.jsonl", "s1");
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, Sealing);
        await open.Capture.CatchUpAsync(null, Cancel);
        await File.AppendAllTextAsync(Path.Combine(Projects, "a.jsonl"), Answer("more", 4) + "\n", Cancel);
        // A stretch that names no session, of a file of another one: it takes no room.
        WritePrompt("b.jsonl", "s2");
        await open.Capture.CatchUpAsync(null, Cancel);
        await File.AppendAllTextAsync(
            Path.Combine(Projects, "b.jsonl"),
            $"{{\"x\":\"{new string('x', 2000)}\"}}\n",
            Cancel
        );
        await open.Capture.CatchUpAsync(null, Cancel);

        var content = SealedContent.Of(Data, TimeProvider.System);
        Assert.Equal((3, false), Counted(content.Read(WorkspaceId.Default, "s1", 2000)));
        Assert.Equal((1, true), Counted(content.Read(WorkspaceId.Default, "s1", 700)));
        Assert.Contains(
            "more",
            Encoding.UTF8.GetString(content.Read(WorkspaceId.Default, "s1", 700).Lines[0].Span),
            StringComparison.Ordinal
        );

        static (int, bool) Counted(ContentReading reading) => (reading.Lines.Length, reading.IsCut);
    }

    [Fact]
    public async Task Files_read_again_after_a_loss_are_told_once()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        File.Delete(Path.Combine(Data, "capture.db"));
        await SealAsync();

        Assert.Equal(2, SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1").Lines.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_key_or_with_another_it_is_refused_in_words(bool another)
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var key = Path.Combine(Data, "secrets", "content.key");
        File.Delete(key);
        if (another)
        {
            await File.WriteAllBytesAsync(key, new byte[32], Cancel);
        }

        var reading = SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1");

        Assert.Empty(reading.Lines);
        Assert.Contains("content.key", reading.Refusal, StringComparison.Ordinal);

        // Nor is anything sealed under a new key that the old content would not know.
        WritePrompt("b.jsonl", "s2");
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, Sealing);
        await open.Capture.CatchUpAsync(null, Cancel);
        Assert.Contains("content.key", open.Capture.SealFailure, StringComparison.Ordinal);
        Assert.Equal(2, (await OpenCapture.RecordsAsync(open.Ledger, Cancel)).Length);
    }

    [Fact]
    public async Task The_key_of_another_workspace_opens_nothing()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var secrets = Path.Combine(Data, "secrets");
        File.Copy(Path.Combine(secrets, "content-1.wrapped"), Path.Combine(secrets, "content-2.wrapped"));
        Directory.CreateDirectory(Path.Combine(Data, "content", "2"));

        Assert.NotNull(SealedContent.Of(Data, TimeProvider.System).Read(new WorkspaceId(2), "s1").Refusal);
    }

    [Fact]
    public async Task A_bit_that_was_changed_is_noticed_wherever_it_is()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var path = Directory.GetFiles(Path.Combine(Data, "content"), "*", SearchOption.AllDirectories).Single();
        var whole = await File.ReadAllBytesAsync(path, Cancel);
        for (var at = 16; at < whole.Length; at += 7)
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(path, changed, Cancel);
            var reading = SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1");
            Assert.Empty(reading.Lines);
        }
    }

    [Fact]
    public async Task A_torn_end_is_passed_over_and_cut_off()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var path = Directory.GetFiles(Path.Combine(Data, "content"), "*", SearchOption.AllDirectories).Single();
        var whole = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllBytesAsync(path, [.. whole, .. whole[..50]], Cancel);
        Assert.Equal(2, SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1").Lines.Length);

        WritePrompt("b.jsonl", "s2");
        await SealAsync();

        Assert.Equal(2, SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s2").Lines.Length);
    }

    [Theory]
    [InlineData(0)] // what a stretch begins with
    [InlineData(9)] // its length
    public async Task Damage_in_the_middle_of_a_day_costs_its_own_stretch_and_is_kept(int damaged)
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var path = Directory.GetFiles(Path.Combine(Data, "content"), "*", SearchOption.AllDirectories).Single();
        WritePrompt("b.jsonl", "s2");
        await SealAsync();
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[damaged] ^= 0x40;
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        WritePrompt("c.jsonl", "s3");
        await SealAsync();

        Assert.Equal(bytes, (await File.ReadAllBytesAsync(path, Cancel))[..bytes.Length]);
        var content = SealedContent.Of(Data, TimeProvider.System);
        Assert.Equal(1, content.Read(WorkspaceId.Default, "s3").Damages);
        Assert.Equal(
            [0, 2, 2],
            new[] { "s1", "s2", "s3" }.Select(s => content.Read(WorkspaceId.Default, s).Lines.Length)
        );
    }

    [Fact]
    public async Task No_key_is_made_beside_keys_that_another_one_wraps()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var path = Path.Combine(Data, "secrets", "content.key");
        var key = await File.ReadAllBytesAsync(path, Cancel);
        File.Delete(path);

        // It is elsewhere for a while: what a new workspace sealed under one made meanwhile would be lost when it comes back.
        var (made, refusal) = new ContentKeys(Data).Find(new WorkspaceId(2), make: true);

        Assert.Null(made);
        Assert.Contains("content.key", refusal, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        await File.WriteAllBytesAsync(path, key, Cancel);
        Assert.NotNull(new ContentKeys(Data).Find(new WorkspaceId(2), make: true).Key);
        Assert.Equal(2, SealedContent.Of(Data, TimeProvider.System).Read(WorkspaceId.Default, "s1").Lines.Length);
    }

    [Fact]
    public async Task The_keys_are_their_owners_alone()
    {
        WritePrompt("a.jsonl", "s1");
        await SealAsync();
        var secrets = Path.Combine(Data, "secrets");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(secrets)
        );
        foreach (var file in Directory.GetFiles(secrets))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private async Task SealAsync()
    {
        await using var open = await OpenCapture.OpenAsync(Data, Home, Cancel, Sealing);
        await open.Capture.CatchUpAsync(null, Cancel);
        Assert.Null(open.Capture.SealFailure);
    }

    private void WritePrompt(string name, string session) =>
        Write(
            name,
            $$"""{"type":"user","timestamp":"2026-05-13T12:00:00.000Z","sessionId":"{{session}}","cwd":"/home/ada/weir","uuid":"u-{{session}}","message":{"role":"user","content":"Sing: {{Words}}"} }""",
            Answer("m-" + session, 5, session: session)
                .Replace("\"text\":\"x\"", $"\"text\":\"{Words}\"", StringComparison.Ordinal)
        );

    /// <summary>The files of the data folder, whatever they are, that hold a text in clear; compressed ones as they unpack.</summary>
    private List<string> Holding(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories))
        {
            using var copy = new MemoryStream();
            try
            {
                using var file = new FileStream(
                    path,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete
                );
                file.CopyTo(copy);
            }
            catch (IOException) when (Path.GetFileName(path) == "lock")
            {
                continue;
            }

            if (copy.ToArray().AsSpan().IndexOf(bytes) >= 0 || Unpacked(path).IndexOf(bytes) >= 0)
            {
                found.Add(path);
            }
        }

        return found;
    }

    private static ReadOnlySpan<byte> Unpacked(string path) =>
        path.EndsWith(".gz", StringComparison.Ordinal)
            ? Capture
                .Archive.ArchiveFile.Index(path)
                .Frames.SelectMany(f => Capture.Archive.ArchiveFile.Read(f)!)
                .ToArray()
            : default;
}
