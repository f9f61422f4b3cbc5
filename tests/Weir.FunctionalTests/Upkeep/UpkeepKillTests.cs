using System.Diagnostics;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>
/// <c>backup</c>, <c>restore</c>, <c>ledger compact</c> and <c>doctor --ledger --repair</c> are killed, each time a little later, until one
/// comes to its end: the data folder is never without its ledger, and what has the name of a backup is one.
/// </summary>
public sealed class UpkeepKillTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(40);
    private const int MostKills = 60;

    private readonly FilledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_killed_backup_leaves_none_and_harms_nothing()
    {
        var count = await folder.FillAsync();
        var file = folder.At("one.weirbackup");
        var killed = await KillAsync(
            async () =>
            {
                // Killed between its last step and its end: the file is whole.
                if (File.Exists(file))
                {
                    Assert.Equal(0, (await folder.RunAsync("restore", file, "--dry-run")).ExitCode);
                    File.Delete(file);
                }
            },
            "backup",
            "-o",
            file
        );

        Assert.True(killed > 0);
        Assert.Equal(0, (await folder.RunAsync("restore", file, "--dry-run")).ExitCode);
        Assert.Equal(count, await folder.CountAsync());
    }

    [Fact]
    public async Task A_killed_restore_leaves_the_old_folder_or_the_new_one()
    {
        var count = await folder.FillAsync();
        var file = folder.At("one.weirbackup");
        Assert.Equal(0, (await folder.RunAsync("backup", "-o", file)).ExitCode);
        var killed = await KillAsync(HasLedgerAsync, "restore", file);

        Assert.True(killed > 0);
        Assert.Equal(count, await folder.CountAsync());
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger")).ExitCode);
    }

    [Fact]
    public async Task A_killed_compaction_leaves_the_ledger_as_it_was_or_compacted()
    {
        var count = await folder.FillAsync();
        var killed = await KillAsync(HasLedgerAsync, "ledger", "compact");

        Assert.True(killed > 0);
        Assert.Equal(count, await folder.CountAsync());
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Data, "*.partial*"));
    }

    [Fact]
    public async Task A_killed_repair_is_taken_up_again()
    {
        var count = await folder.FillAsync();
        folder.Execute("DELETE FROM rollup; DELETE FROM rollup_page");
        var killed = await KillAsync(HasLedgerAsync, "doctor", "--ledger", "--repair");

        Assert.True(killed > 0);
        Assert.Equal(0, (await folder.RunAsync("doctor", "--ledger", "--indexes")).ExitCode);
        Assert.Equal(count, await folder.CountAsync());
    }

    private Task HasLedgerAsync()
    {
        Assert.True(File.Exists(folder.Database));
        return Task.CompletedTask;
    }

    /// <summary>How many were killed before one came to its end.</summary>
    private async Task<int> KillAsync(Func<Task> afterKill, params string[] arguments)
    {
        for (var kill = 1; kill <= MostKills; kill++)
        {
            var start = new ProcessStartInfo(WeirProcess.Executable, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            foreach (var (name, value) in folder.Environment())
            {
                start.Environment[name] = value;
            }

            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            var ended = process.WaitForExitAsync();
            if (await Task.WhenAny(ended, Task.Delay(Step * kill)) == ended)
            {
                Assert.True(process.ExitCode == 0, await errors);
                return kill - 1;
            }

            process.Kill();
            await process.WaitForExitAsync();
            await Task.WhenAll(output, errors);
            if (process.ExitCode == 0)
            {
                return kill;
            }

            await afterKill();
        }

        Assert.Equal(0, (await folder.RunAsync(arguments)).ExitCode);
        return MostKills;
    }
}
