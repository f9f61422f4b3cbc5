using System.Diagnostics;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>Full and broken disks: new work is refused, what was begun is kept.</summary>
public sealed class JournalRoomTests : LedgerTest
{
    [Fact]
    public async Task A_full_journal_refuses_and_says_why_until_the_writer_has_stored()
    {
        await using var ledger = Open(options: Folder.Options with { MaxSegments = 2 });
        var appended = new List<UsageRecord>();
        while (ledger.Journal.TryReserve())
        {
            appended.Add(TestRecords.Largest(appended.Count + 1));
            ledger.Journal.Append(appended[^1]);
            ledger.Journal.Release();
            Assert.True(appended.Count < 100);
        }

        Assert.True(appended.Count > 4);
        Assert.Contains("2 segments", ledger.Status.RefusesBecause, StringComparison.Ordinal);
        await AssertHoldsAsync(ledger, [.. appended]);
        await Eventually.True(() => ledger.Status.RefusesBecause is null, "there is room again");
        AppendReserved(ledger, TestRecords.Plain(500));
        await ledger.FlushAsync(Cancel);
        Assert.Equal(appended.Count + 1, ledger.Status.Written);
    }

    [Fact]
    public async Task Every_reservation_holds_two_records_of_the_largest_size_when_the_disk_fills_meanwhile()
    {
        await using var ledger = Open();
        var reserved = 0;
        Assert.True(ledger.Journal.TryReserve());
        await Eventually.True(() => Folder.Segments().Length >= 2, "a spare segment is made");
        Disk.Full = true;
        do
        {
            reserved++;
        } while (ledger.Journal.TryReserve());

        Assert.True(reserved is >= 3 and <= 7, $"{reserved} reservations in two segments of 64 KiB");
        Assert.Contains("No space left", ledger.Status.RefusesBecause, StringComparison.Ordinal);
        for (var i = 0; i < 2 * reserved; i++)
        {
            ledger.Journal.Append(TestRecords.Largest(i + 1));
        }

        Assert.Null(ledger.Status.WriteFailure);
        for (var i = 0; i < reserved; i++)
        {
            ledger.Journal.Release();
        }

        using var left = Folder.Copy();
        await using var next = UsageLedger.Open(left.Options, Clock).Ledger!;
        await AssertHoldsAsync(next, [.. Enumerable.Range(1, 2 * reserved).Select(i => TestRecords.Largest(i))]);
    }

    [Fact]
    public async Task It_opens_on_a_full_disk_refuses_and_recovers_by_itself()
    {
        Disk.Full = true;
        await using var ledger = Open();
        Assert.False(ledger.Journal.TryReserve());
        Assert.Contains("No space left", ledger.Status.RefusesBecause, StringComparison.Ordinal);
        Disk.Full = false;
        await Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return ledger.Status.RefusesBecause is null;
            },
            "room is found without a request"
        );
        AppendReserved(ledger, TestRecords.Plain(1));
        await AssertHoldsAsync(ledger, TestRecords.Plain(1));
    }

    [Fact]
    public async Task A_disk_that_fails_to_write_loses_nothing_and_refuses_until_it_is_well()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        Assert.True(ledger.Journal.TryReserve());
        Disk.Broken = true;
        ledger.Journal.Append(TestRecords.Plain(2));
        ledger.Journal.Append(TestRecords.Plain(3));
        Assert.False(ledger.Journal.TryReserve());
        Assert.Contains("Input/output error", ledger.Status.RefusesBecause, StringComparison.Ordinal);
        Assert.Contains("Input/output error", ledger.Status.WriteFailure, StringComparison.Ordinal);
        Assert.Equal((3, 3), (ledger.Status.Journalled, ledger.Status.Written + ledger.Status.Pending));
        Disk.Broken = false;
        await Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return ledger.Status.RefusesBecause is null;
            },
            "it is written after all"
        );
        ledger.Journal.Release();
        await AssertHoldsAsync(ledger, TestRecords.Plain(1), TestRecords.Plain(2), TestRecords.Plain(3));
        Assert.Null(ledger.Status.WriteFailure);
    }

    [Fact]
    public async Task What_the_journal_never_took_goes_into_the_ledger_when_it_closes()
    {
        var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        Assert.True(ledger.Journal.TryReserve());
        Disk.Broken = true;
        ledger.Journal.Append(TestRecords.Plain(2));
        await ledger.DisposeAsync();
        Disk.Broken = false;
        await using var next = Open();
        await AssertHoldsAsync(next, TestRecords.Plain(1), TestRecords.Plain(2));
        Assert.Equal((2, 2), (next.Status.Journalled, next.Status.Written));
    }

    [Fact]
    public async Task What_was_appended_is_synchronised_after_a_second_and_a_failure_shows()
    {
        await using var ledger = Open();
        Disk.FlushFails = true;
        AppendReserved(ledger, TestRecords.Plain(1));
        await Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return ledger.Status.WriteFailure is not null;
            },
            "the failure shows"
        );
        Disk.FlushFails = false;
        await Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return ledger.Status.WriteFailure is null;
            },
            "it is tried again"
        );
        Assert.True(Disk.Flushes >= 2);
        AppendReserved(ledger, TestRecords.Plain(2));
        await AssertHoldsAsync(ledger, TestRecords.Plain(1), TestRecords.Plain(2));
    }

    [Fact]
    public async Task Each_release_answers_one_reservation()
    {
        await using var ledger = Open();
        Assert.Throws<InvalidOperationException>(ledger.Journal.Release);
    }

    [Fact]
    public async Task A_closed_ledger_takes_nothing()
    {
        var ledger = Open();
        await ledger.DisposeAsync();
        Assert.False(ledger.Journal.TryReserve());
        Assert.Throws<ObjectDisposedException>(() => ledger.Journal.Append(TestRecords.Plain(1)));
    }

    /// <summary>
    /// The whole story on a file system of one megabyte: it fills up with somebody else's file, the journal refuses, what was
    /// reserved still fits, nothing is corrupt, and room that comes back is used. Where the tests may not mount one, the
    /// fake disk stands in for it.
    /// </summary>
    [Fact]
    public async Task A_full_file_system_is_survived()
    {
        using var folder = new TestFolder();
        using var mounted = TinyFileSystem.TryMount(folder.Path);
        var expected = new List<UsageRecord>();
        await using (var ledger = Open(folder))
        {
            Assert.True(ledger.Journal.TryReserve());
            await Eventually.True(() => folder.Segments().Length >= 2, "a spare segment is made");
            var filler = Path.Combine(folder.Path, "filler");
            if (mounted is null)
            {
                Disk.Full = true;
            }
            else
            {
                Fill(filler);
            }

            var reserved = 1;
            while (ledger.Journal.TryReserve())
            {
                reserved++;
            }

            Assert.Contains("No space left", ledger.Status.RefusesBecause, StringComparison.Ordinal);
            for (var i = 0; i < 2 * reserved; i++)
            {
                expected.Add(TestRecords.Largest(i + 1));
                ledger.Journal.Append(expected[^1]);
            }

            for (var i = 0; i < reserved; i++)
            {
                ledger.Journal.Release();
            }

            Assert.Equal(expected.Count, ledger.Status.Journalled);
            if (mounted is not null)
            {
                var flush = ledger.FlushAsync(Cancel);
                await Eventually.True(() => ledger.Status.WriteFailure is not null, "the ledger's file is full, too");
                Assert.Contains("full", ledger.Status.WriteFailure, StringComparison.Ordinal);
                Assert.False(flush.IsCompleted);
            }

            File.Delete(filler);
            Disk.Full = false;
            await AssertHoldsAsync(ledger, [.. expected]);
            await Eventually.True(
                () =>
                {
                    Clock.Advance(TimeSpan.FromSeconds(1));
                    return ledger.Status is { RefusesBecause: null, WriteFailure: null };
                },
                "all is well again"
            );
        }

        await using var next = Open(folder);
        await AssertHoldsAsync(next, [.. expected]);
    }

    private static void Fill(string path)
    {
        var block = new byte[4096];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as it shall be.
        }
    }

    private sealed class TinyFileSystem(string path) : IDisposable
    {
        public static TinyFileSystem? TryMount(string path) =>
            OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "weir-test", path)
                ? new TinyFileSystem(path)
                : null;

        public void Dispose() => Assert.True(Run("umount", "--lazy", path));

        private static bool Run(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(
                    new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }
                )!;
                process.StandardError.ReadToEnd();
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
