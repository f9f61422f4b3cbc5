using System.Collections.Immutable;
using System.IO.Compression;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Backups;
using Weir.Server.DataFolder;
using Weir.Testing;

namespace Weir.Server.Tests.Backups;

/// <summary>Backups of a ledger at work, and what comes back of them.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();

    private string Data => folder.At("data");

    private string File => folder.At("one.weirbackup");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_under_load_is_in_it()
    {
        await using var ledger = Open();
        using var stop = new CancellationTokenSource();
        long acknowledged = 0;
        var writing = Task.Run(
            async () =>
            {
                for (var id = 1L; !stop.IsCancellationRequested; id++)
                {
                    Append(ledger, id);
                    Volatile.Write(ref acknowledged, id);
                    if (id % 500 == 0)
                    {
                        await ledger.FlushAsync(Cancel);
                    }
                }
            },
            Cancel
        );
        while (Volatile.Read(ref acknowledged) < 2_000)
        {
            await Task.Yield();
        }

        for (var round = 0; round < 5; round++)
        {
            var before = Volatile.Read(ref acknowledged);
            Assert.Null(Back().Failure);
            var target = folder.At($"restored-{round}");
            Assert.Null(DataRestore.Run(File, target, null, false, clock, Cancel).Failure);
            var ids = await IdsAsync(target);

            Assert.True(ids.Length >= before);
            Assert.Equal(Enumerable.Range(1, ids.Length).Select(id => (long)id), ids);
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_folder_that_is_only_linked_to_is_not_gone_into()
    {
        await using (var ledger = Open())
        {
            Append(ledger, 1);
        }

        Directory.CreateDirectory(folder.At("elsewhere"));
        System.IO.File.WriteAllText(folder.At("elsewhere/secret"), "not Weir's");
        Directory.CreateSymbolicLink(Path.Combine(Data, "linked"), folder.At("elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(Data, "again"), Data);

        Assert.Null(Back().Failure);

        using var archive = ZipFile.OpenRead(File);
        Assert.Contains(archive.Entries, entry => entry.FullName == "ledger.db");
        Assert.DoesNotContain(
            archive.Entries,
            entry =>
                entry.FullName.StartsWith("linked", StringComparison.Ordinal)
                || entry.FullName.StartsWith("again", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_restore_to_any_moment_holds_what_was_accepted_by_then_and_no_more(int seed)
    {
        var random = new Random(seed);
        var accepted = new List<(long Id, DateTimeOffset At)>();
        long id = 0;
        for (var run = 0; run < 4; run++)
        {
            await using var ledger = Open();
            for (var i = 0; i < 700; i++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
                Append(ledger, ++id);
                accepted.Add((id, clock.GetUtcNow()));
            }

            if (run == 1)
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                Assert.Null(Back().Failure);
                clock.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        var from = accepted[1_400].At;
        var span = clock.GetUtcNow() - from;
        for (var round = 0; round < 8; round++)
        {
            var moment = from + (span * random.NextDouble());
            var copy = folder.At($"at-{seed}-{round}");
            CopyAll(Data, copy);
            var outcome = DataRestore.Run(File, copy, moment, false, clock, Cancel);

            Assert.Null(outcome.Failure);
            Assert.Equal(accepted.Where(one => one.At <= moment).Select(one => one.Id), await IdsAsync(copy));
            Assert.Equal(accepted.Count, (await IdsAsync(outcome.Aside!)).Length); // to undo
        }
    }

    [Fact]
    public async Task A_folder_that_was_restored_does_not_take_its_old_future_for_its_own()
    {
        await FillAsync(1, 300);
        Assert.Null(Back().Failure);
        clock.Advance(TimeSpan.FromSeconds(1));
        await FillAsync(301, 600);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(DataBackup.Write(Data, folder.At("later"), clock, null, Cancel).Failure);
        Assert.Null(DataRestore.Run(File, Data, null, false, clock, Cancel).Failure);
        await FillAsync(1_001, 1_500);
        clock.Advance(TimeSpan.FromSeconds(1));

        var refused = DataRestore.Run(folder.At("later"), Data, clock.GetUtcNow(), false, clock, Cancel);

        Assert.Contains("journal", refused.Failure);
        Assert.Equal(800, (await IdsAsync(Data)).Length);
    }

    [Fact]
    public async Task A_moment_whose_journal_is_gone_or_that_is_before_the_backup_is_refused()
    {
        await FillAsync(1, 1_500);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Back().Failure);
        var early = DataRestore.Run(File, Data, clock.GetUtcNow().AddSeconds(-1), false, clock, Cancel);
        Assert.Contains("older", early.Failure);

        clock.Advance(TimeSpan.FromDays(8));
        await FillAsync(1_501, 3_000);

        Assert.Contains(
            "not kept any more",
            DataRestore.Run(File, Data, clock.GetUtcNow(), false, clock, Cancel).Failure
        );
        Assert.Equal(3_000, (await IdsAsync(Data)).Length);
    }

    [Fact]
    public async Task A_dry_run_and_a_folder_that_is_held_change_nothing()
    {
        await FillAsync(1, 10);
        Assert.Null(Back().Failure);
        await FillAsync(11, 20);

        Assert.Null(DataRestore.Run(File, Data, null, true, clock, Cancel).Failure);
        using (DataFolderLock.TryTake(Data))
        {
            Assert.Contains("held by", DataRestore.Run(File, Data, null, false, clock, Cancel).Failure);
        }

        Assert.Equal(20, (await IdsAsync(Data)).Length);
        Assert.Equal([Data], Directory.GetDirectories(folder.At(".")).Select(Path.GetFullPath));
    }

    [Theory]
    [InlineData("ledger.db")]
    [InlineData("manifest.json")]
    [InlineData("../outside")]
    public async Task A_backup_that_was_tampered_with_restores_nothing(string name)
    {
        await FillAsync(1, 10);
        Directory.CreateDirectory(folder.At("data/weir.d"));
        await System.IO.File.WriteAllTextAsync(folder.At("data/weir.d/a.yaml"), "workspace: a", Cancel);
        Assert.Null(Back().Failure);
        using (var archive = ZipFile.Open(File, ZipArchiveMode.Update))
        {
            if (name.StartsWith("..", StringComparison.Ordinal))
            {
                var manifest = archive.GetEntry("manifest.json")!;
                string text;
                using (var reader = new StreamReader(manifest.Open()))
                {
                    text = await reader.ReadToEndAsync(Cancel);
                }

                manifest.Delete();
                await using var writer = new StreamWriter(archive.CreateEntry("manifest.json").Open());
                await writer.WriteAsync(text.Replace("weir.d/a.yaml", name, StringComparison.Ordinal));
            }
            else
            {
                archive.GetEntry(name)!.Delete();
                await using var content = archive.CreateEntry(name).Open();
                await content.WriteAsync("{}"u8.ToArray(), Cancel);
            }
        }

        Assert.NotNull(DataRestore.Run(File, Data, null, false, clock, Cancel).Failure);
        Assert.Equal(10, (await IdsAsync(Data)).Length);
        Assert.Equal([Data], Directory.GetDirectories(folder.At(".")).Select(Path.GetFullPath));
    }

    [Fact]
    public async Task A_backup_is_its_owners_alone_and_holds_the_folders_other_files()
    {
        await FillAsync(1, 10);
        Directory.CreateDirectory(folder.At("data/weir.d"));
        await System.IO.File.WriteAllTextAsync(folder.At("data/weir.d/a.yaml"), "workspace: a", Cancel);
        Assert.Null(Back().Failure);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }

        Assert.Null(DataRestore.Run(File, folder.At("new"), null, false, clock, Cancel).Failure);

        Assert.Equal("workspace: a", await System.IO.File.ReadAllTextAsync(folder.At("new/weir.d/a.yaml"), Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(folder.At("."), ".*"));
    }

    private (BackupManifest? Manifest, string? Failure) Back() => DataBackup.Write(Data, File, clock, null, Cancel);

    private UsageLedger Open(string? at = null)
    {
        Directory.CreateDirectory(at ?? Data);
        var options = new LedgerOptions
        {
            DataFolder = at ?? Data,
            SegmentBytes = 64 * 1024,
            KeepJournal = TimeSpan.FromDays(7),
        };
        var (ledger, refusal) = UsageLedger.Open(options, clock);
        Assert.Null(refusal);
        return ledger!;
    }

    private async Task FillAsync(long first, long last)
    {
        await using var ledger = Open();
        for (var id = first; id <= last; id++)
        {
            Append(ledger, id);
        }
    }

    private async Task<ImmutableArray<long>> IdsAsync(string at)
    {
        await using var ledger = Open(at);
        await ledger.FlushAsync(Cancel);
        Assert.Null(ledger.Status.ReplayWarning);
        var entries = await ledger.Feed.ReadAsync(0, 1_000_000, Cancel);
        return [.. entries.Select(entry => entry.After!.Id.Value)];
    }

    private static void Append(UsageLedger ledger, long id)
    {
        while (!ledger.Journal.TryReserve())
        {
            Thread.Yield();
        }

        ledger.Journal.Append(
            new UsageRecord
            {
                Id = new RecordId(id),
                Workspace = WorkspaceId.Default,
                StartedAt = new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(id),
                Duration = TimeSpan.FromMilliseconds(5),
                Source = UsageSource.Gateway,
                Status = RequestStatus.Ok,
                Provider = "anthropic",
                Model = "claude-sonnet-5",
                Usage = new TokenUsage { Input = 10, Output = 20 },
            }
        );
        ledger.Journal.Release();
    }

    private static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            System.IO.File.Copy(file, target);
        }
    }
}
