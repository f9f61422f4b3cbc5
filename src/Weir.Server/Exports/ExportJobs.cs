using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Weir.Exports;
using Weir.Foundation;

namespace Weir.Server.Exports;

/// <summary>
/// Exports that are made as files: one after another in a few turns at once, kept for a day, removed with everything they left
/// when they are cancelled or fail. One that the server's end interrupts begins anew at the next start: a format that has a
/// tail (a zip, a database) cannot go on in its middle, and what was written meanwhile belongs in it too. Thread-safe.
/// </summary>
internal sealed partial class ExportJobs : IAsyncDisposable
{
    /// <summary>The most exports of a workspace, whatever their state.</summary>
    public const int MostJobs = 20;

    /// <summary>The most bytes of all files of a workspace.</summary>
    public const long MostBytes = 20L << 30;

    /// <summary>How long an export stays after it ended.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int AtOnce = 2;
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(5);

    private readonly ExportStore store;
    private readonly ExportMaker maker;
    private readonly TimeProvider clock;
    private readonly ILogger<ExportJobs> log;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, ExportJob> jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turns = new(AtOnce);
    private readonly CancellationTokenSource stopping = new();
    private ITimer? timer;
    private bool loaded;

    public ExportJobs(ExportStore store, ExportMaker maker, TimeProvider clock, ILogger<ExportJobs> log)
    {
        this.store = store;
        this.maker = maker;
        this.clock = clock;
        this.log = log;
    }

    /// <summary>Goes on with what an earlier run left, and lets go of what is too old from now on. To be called once.</summary>
    public void Start()
    {
        Load();
        timer = clock.CreateTimer(_ => Sweep(), null, Pace, Pace);
    }

    /// <summary>A workspace's exports, newest first.</summary>
    public ImmutableArray<ExportEntry> List(WorkspaceId workspace)
    {
        Load();
        Sweep();
        return
        [
            .. jobs
                .Values.Select(job => job.Entry)
                .Where(entry => entry.Workspace == workspace.Value)
                .OrderByDescending(entry => entry.CreatedAt)
                .ThenBy(entry => entry.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>One export; null when the workspace has none of that id.</summary>
    public ExportEntry? Find(WorkspaceId workspace, string id)
    {
        Load();
        Sweep();
        return jobs.TryGetValue(id, out var job) && job.Entry.Workspace == workspace.Value ? job.Entry : null;
    }

    /// <summary>The path of a finished export's file.</summary>
    public string FileOf(ExportEntry entry) => store.DataPath(entry.Id);

    /// <summary>Begins an export.</summary>
    /// <param name="asked">What it is; its id and state are given here.</param>
    /// <returns>As it stands; null when the workspace has as many as it may.</returns>
    /// <exception cref="IOException">The data folder cannot be written.</exception>
    public ExportEntry? Add(Func<string, DateTimeOffset, ExportEntry> asked)
    {
        Load();
        Sweep();
        ExportJob job;
        lock (gate)
        {
            var entry = asked($"exp_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}", clock.GetUtcNow());
            if (jobs.Values.Count(other => other.Entry.Workspace == entry.Workspace) >= MostJobs)
            {
                return null;
            }

            store.Write(entry);
            job = new ExportJob(entry, stopping.Token);
            jobs[entry.Id] = job;
        }

        job.Work = Task.Run(() => RunAsync(job), CancellationToken.None);
        return job.Entry;
    }

    /// <summary>Cancels an export and removes all that there is of it. False when the workspace has none of that id.</summary>
    public async Task<bool> RemoveAsync(WorkspaceId workspace, string id)
    {
        if (Find(workspace, id) is null || !jobs.TryGetValue(id, out var job))
        {
            return false;
        }

        await job.Stop.CancelAsync();
        await job.Work;
        store.Remove(id);
        if (jobs.TryRemove(id, out _))
        {
            job.Dispose();
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }

        await stopping.CancelAsync();
        foreach (var job in jobs.Values)
        {
            await job.Work;
            job.Dispose();
        }

        stopping.Dispose();
        turns.Dispose();
    }

    private void Load()
    {
        lock (gate)
        {
            if (loaded)
            {
                return;
            }

            loaded = true;
            try
            {
                foreach (var entry in store.Load())
                {
                    var job = new ExportJob(entry, stopping.Token);
                    jobs[entry.Id] = job;
                    if (!entry.IsOver)
                    {
                        job.Work = Task.Run(() => RunAsync(job), CancellationToken.None);
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(failure.Message);
            }
        }
    }

    private async Task RunAsync(ExportJob job)
    {
        var cancellationToken = job.Stop.Token;
        try
        {
            await turns.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            await WriteAsync(job, cancellationToken);
            job.Change(entry => entry with { State = ExportState.Done, EndedAt = clock.GetUtcNow() });
            store.Write(job.Entry);
        }
        catch (OperationCanceledException)
        {
            // Removed: whoever does that takes the rest away. Or the server ends: the entry says that it is to be made.
            Drop(job);
        }
        catch (Exception failure)
        {
            Fail(job, failure);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task WriteAsync(ExportJob job, CancellationToken cancellationToken)
    {
        var question = ExportQuestion.Read(job.Entry, clock);
        if (maker.Missing(question.Format) is { } missing)
        {
            throw new ExportException(missing);
        }

        var rows = await maker.CountAsync(question.Query, cancellationToken);
        job.Change(entry => entry with { State = ExportState.Running, RowsInAll = rows });
        var room =
            MostBytes
            - jobs.Values.Where(other => other != job && other.Entry.Workspace == job.Entry.Workspace)
                .Sum(other => other.Entry.Bytes);
        await using (var file = store.Begin(job.Entry.Id))
        {
            await using var bounded = new BoundedStream(
                file,
                room,
                bytes => job.Change(entry => entry with { Bytes = bytes })
            );
            await maker.WriteAsync(
                question,
                null,
                bounded,
                read => job.Change(entry => entry with { Rows = read }),
                cancellationToken
            );
            await file.FlushAsync(cancellationToken);
            file.Flush(flushToDisk: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
        store.Finish(job.Entry.Id);
    }

    private void Fail(ExportJob job, Exception failure)
    {
        var reason = failure switch
        {
            ExportException known => known.Message,
            IOException io when IsDiskFull(io) => "the disk of the data folder is full",
            IOException or UnauthorizedAccessException => "the data folder cannot be written",
            _ => "this is a fault of Weir's; its log says more",
        };
        if (failure is not ExportException)
        {
            LogFailed(job.Entry.Format, failure);
        }

        Drop(job);
        job.Change(entry =>
            entry with
            {
                State = ExportState.Failed,
                Error = reason,
                Bytes = 0,
                EndedAt = clock.GetUtcNow(),
            }
        );
        try
        {
            store.Write(job.Entry);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            // It is known here until the server ends, and made again then.
            LogUnreadable(full.Message);
        }
    }

    private void Drop(ExportJob job)
    {
        try
        {
            store.RemoveFile(job.Entry.Id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(failure.Message);
        }
    }

    // ENOSPC and EDQUOT, and what Windows says.
    private static bool IsDiskFull(IOException failure) => (failure.HResult & 0xFFFF) is 28 or 122 or 0x70 or 0x27;

    private void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var (id, job) in jobs)
        {
            if (job.Entry.EndedAt is { } ended && ended + Kept <= now && jobs.TryRemove(id, out _))
            {
                Drop(job);
                try
                {
                    store.Remove(id);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    LogUnreadable(failure.Message);
                }

                job.Dispose();
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "An export as {Format} failed")]
    private partial void LogFailed(string format, Exception failure);

    [LoggerMessage(LogLevel.Warning, "The folder of exports cannot be used as it should: {Reason}")]
    private partial void LogUnreadable(string reason);
}

/// <summary>One export at run time. Thread-safe.</summary>
internal sealed class ExportJob(ExportEntry entry, CancellationToken stopping) : IDisposable
{
    private readonly Lock gate = new();
    private volatile ExportEntry entry = entry;

    /// <summary>As it stands.</summary>
    public ExportEntry Entry => entry;

    /// <summary>Ends it.</summary>
    public CancellationTokenSource Stop { get; } = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    /// <summary>The making of it; never throws.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>Puts another state in place.</summary>
    public void Change(Func<ExportEntry, ExportEntry> change)
    {
        lock (gate)
        {
            entry = change(entry);
        }
    }

    public void Dispose() => Stop.Dispose();
}
