using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Exports;
using Weir.Exports.Parquet;
using Weir.Foundation;
using Weir.Server.Exports;
using Weir.Testing;

namespace Weir.FunctionalTests.Exports;

/// <summary>What becomes of exports with time, with a server that ends, and with a disk that is full.</summary>
public sealed class ExportLifeTests(ExportHouse house) : IClassFixture<ExportHouse>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_whole_file_is_kept_over_a_restart_and_goes_after_a_day()
    {
        var id = "";
        await using (var jobs = Jobs())
        {
            id = Add(jobs, "csv").Id;
            Assert.Equal(ExportState.Done, (await EndedAsync(jobs, id)).State);
        }

        await using var again = Jobs();
        again.Start();
        var kept = again.Find(WorkspaceId.Default, id)!;
        Assert.Equal(ExportState.Done, kept.State);
        Assert.Equal(kept.Bytes, new FileInfo(again.FileOf(kept)).Length);
        clock.Advance(ExportJobs.Kept - TimeSpan.FromMinutes(1));
        Assert.NotNull(again.Find(WorkspaceId.Default, id));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(again.Find(WorkspaceId.Default, id));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task One_that_the_servers_end_interrupted_is_made_anew()
    {
        var store = new ExportStore(folder.Path);
        string id;
        await using (var jobs = Jobs())
        {
            id = Add(jobs, "csv").Id;
            await EndedAsync(jobs, id);
            // As an end in its middle leaves it: the entry says that it is made, and there is a part.
            store.Write(jobs.Find(WorkspaceId.Default, id)! with { State = ExportState.Running, EndedAt = null });
        }

        File.Move(folder.At($"{id}.data"), folder.At($"{id}.part"));
        await File.WriteAllTextAsync(folder.At("exp_stray.part"), "of nothing");
        await File.WriteAllTextAsync(folder.At("exp_broken.json"), "{");
        Directory.CreateDirectory(folder.At("parquet-stray"));

        await using var again = Jobs();
        again.Start();
        var made = await EndedAsync(again, id);
        Assert.Equal(ExportState.Done, made.State);
        Assert.Equal(made.RowsInAll, made.Rows);
        Assert.Equal(
            [$"{id}.data", $"{id}.json"],
            Directory
                .GetFileSystemEntries(folder.Path)
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_disk_that_is_full_fails_the_export_in_a_clear_word_and_leaves_no_file()
    {
        // The device that is always full takes the place of the file.
        await using var jobs = new ExportJobs(
            new ExportStore(folder.Path) { PartOf = _ => "/dev/full" },
            Maker(),
            clock,
            NullLogger<ExportJobs>.Instance
        );

        var failed = await EndedAsync(jobs, Add(jobs, "csv").Id);

        Assert.Equal((ExportState.Failed, "the disk of the data folder is full"), (failed.State, failed.Error));
        Assert.DoesNotContain(
            Directory.GetFiles(folder.Path),
            path => path.EndsWith(".data", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_workspace_has_so_many_exports_and_no_more()
    {
        await using var jobs = Jobs();
        for (var i = 0; i < ExportJobs.MostJobs; i++)
        {
            Add(jobs, "ndjson");
        }

        Assert.Null(TryAdd(jobs, "csv", WorkspaceId.Default));
        Assert.NotNull(TryAdd(jobs, "csv", new WorkspaceId(2)));
        Assert.Equal(ExportJobs.MostJobs, jobs.List(WorkspaceId.Default).Length);
        Assert.True(await jobs.RemoveAsync(WorkspaceId.Default, jobs.List(WorkspaceId.Default)[0].Id));
        Assert.NotNull(TryAdd(jobs, "csv", WorkspaceId.Default));
    }

    [Fact]
    public async Task More_bytes_than_there_is_room_for_are_refused()
    {
        using var taken = new MemoryStream();
        await using var bounded = new BoundedStream(taken, 10, _ => { });

        await bounded.WriteAsync(new byte[10]);
        await Assert.ThrowsAsync<ExportException>(() => bounded.WriteAsync(new byte[1]).AsTask());

        Assert.Equal(10, taken.Length);
    }

    [Fact]
    public async Task Without_its_library_parquet_is_refused_with_what_to_do()
    {
        var (status, text) = await new Func<Task<(HttpStatusCode, string)>>(async () =>
        {
            await using var other = new Access.AccessHouse();
            var key = await other.PersonAsync(WorkspaceId.Default, "admin", "admin");
            await other.StartAsync();
            return await other.SendAsync("POST", "/api/v1/exports", key, """{"format":"parquet"}""");
        })();

        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.Contains("npm install --prefix", text, StringComparison.Ordinal);
    }

    private static ExportEntry Add(ExportJobs jobs, string format) => TryAdd(jobs, format, WorkspaceId.Default)!;

    private static ExportEntry? TryAdd(ExportJobs jobs, string format, WorkspaceId workspace) =>
        jobs.Add(
            (id, now) =>
                new ExportEntry
                {
                    Id = id,
                    Workspace = workspace.Value,
                    Format = format,
                    From = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero),
                    To = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
                    Filters = System.Collections.Immutable.ImmutableSortedDictionary.Create<
                        string,
                        System.Collections.Immutable.ImmutableArray<string>
                    >(StringComparer.Ordinal),
                    GroupBy = [],
                    State = ExportState.Queued,
                    CreatedAt = now,
                }
        );

    private static async Task<ExportEntry> EndedAsync(ExportJobs jobs, string id)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (jobs.Find(WorkspaceId.Default, id) is { IsOver: true } entry)
            {
                return entry;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"the export {id} does not end");
    }

    private ExportJobs Jobs() => new(new ExportStore(folder.Path), Maker(), clock, NullLogger<ExportJobs>.Instance);

    private ExportMaker Maker() =>
        new(
            house.House.Host.Modules.Ledger.Queries,
            new RequestExporter(new LibraryPlaces { ProgramFolder = "/none", DataFolder = "/none" }),
            house.House.Host.Modules.Identity.Workspaces,
            folder.Path,
            clock
        );
}
