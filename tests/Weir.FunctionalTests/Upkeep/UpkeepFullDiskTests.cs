using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>
/// The disk ends under a backup, a restore, a compaction and a repair: here by a limit on the size of files, which a process without
/// rights can set for itself. They say so, leave nothing behind and harm nothing.
/// </summary>
public sealed class UpkeepFullDiskTests : IDisposable
{
    private readonly FilledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_the_disk_has_no_room_for_is_not_begun_anew_and_harms_nothing()
    {
        var count = await folder.FillAsync(days: 15);
        var file = folder.At("one.weirbackup");
        var before = new FileInfo(folder.Database).Length;
        Assert.True(before > 1024 * 1024, $"{before} bytes");

        await FailsAsync("backup", "-o", folder.At("two.weirbackup"));
        Assert.Equal(["data"], Names());

        Assert.Equal(0, (await folder.RunAsync("backup", "-o", file)).ExitCode);
        await FailsAsync("restore", file);
        Assert.Equal(["data", "one.weirbackup"], Names());

        await FailsAsync("ledger", "compact");
        Assert.Empty(Directory.GetFiles(folder.Data, "*.partial*"));

        folder.Execute("DELETE FROM rollup_page");
        await FailsAsync("doctor", "--ledger", "--repair");
        var repaired = await folder.RunAsync("doctor", "--ledger", "--repair");
        Assert.True(repaired.ExitCode == 0, repaired.ToString());

        Assert.Equal(count, await folder.CountAsync());
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
    }

    private async Task FailsAsync(params string[] arguments)
    {
        // 512 blocks are 256 or 512 KiB, as the shell counts them.
        var told = await ProgramRun.RunAsync(
            "sh",
            ["-c", "trap '' XFSZ; ulimit -f 512; exec \"$@\"", "sh", WeirProcess.Executable, .. arguments],
            // Without it the runtime makes its code in a file of its own, which would be too large.
            new Dictionary<string, string>(folder.Environment()) { ["DOTNET_EnableWriteXorExecute"] = "0" }
        );
        Assert.True(told.ExitCode == 1, told.ToString());
        Assert.NotEmpty(told.Errors);
        Assert.DoesNotContain("   at ", told.Errors, StringComparison.Ordinal);
    }

    private IEnumerable<string?> Names() =>
        Directory.GetFileSystemEntries(folder.At()).Select(Path.GetFileName).Where(name => name![0] != '.').Order();
}
