using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Content;
using Weir.Capture.Sessions;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Configuration;
using Weir.Server.Limits;

namespace Weir.Server.Capture;

/// <summary>How far the reading of agents' files is.</summary>
internal enum CaptureState
{
    /// <summary>Not begun: only commands that ask for it read.</summary>
    Idle,

    /// <summary>What had been left is being read.</summary>
    Reading,

    /// <summary>Everything is read, and what comes is followed.</summary>
    Following,

    /// <summary>It cannot be read.</summary>
    Failed,
}

/// <summary>
/// Capture in a running server: opened beside the start, which does not wait for it, reads what was left behind and follows what
/// comes. Thread-safe.
/// </summary>
internal sealed partial class CaptureModule(
    WeirHostOptions options,
    UsageLedger ledger,
    PriceBook prices,
    LimitNews limits,
    ILogger<UsageCapture> log
) : ICaptureIntake, IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private Task<CaptureOpenResult>? opening;
    private Task following = Task.CompletedTask;
    private Task? disposing;
    private volatile UsageCapture? opened;
    private volatile string? failure;
    private CaptureState state;
    private CaptureProgress progress;

    /// <summary>What is being done.</summary>
    public CaptureState State => Failure is null ? state : CaptureState.Failed;

    /// <summary>How far the reading at hand, or the last one, is.</summary>
    public CaptureProgress Progress
    {
        get
        {
            lock (gate)
            {
                return progress;
            }
        }
    }

    /// <summary>Why nothing is read; null when it is.</summary>
    public string? Failure => failure ?? opened?.Failure;

    /// <summary>Begins to read and to follow.</summary>
    public void Start(CaptureConfig config) => following = Task.Run(() => FollowAsync(config), CancellationToken.None);

    /// <summary>Reads what is new, once; what hinders it is told and no failure, for what the ledger has can still be asked for.</summary>
    /// <param name="config">What to read.</param>
    /// <param name="told">Told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task CatchUpAsync(
        CaptureConfig config,
        IProgress<CaptureProgress>? told,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (await OpenAsync(config) is { } capture)
            {
                Note(await capture.CatchUpAsync(told, cancellationToken));
            }
        }
        catch (IOException e)
        {
            failure = e.Message;
        }
    }

    /// <summary>The sessions that were met, as far as has been read; null, and <see cref="Failure"/>, when nothing can be.</summary>
    public async Task<SessionQueries?> SessionsAsync(CaptureConfig config) => (await OpenAsync(config))?.Sessions;

    /// <summary>The lines of a session; null, and <see cref="Failure"/>, when nothing can be read.</summary>
    public async Task<ContentReading?> ContentAsync(WorkspaceId workspace, string session, CaptureConfig config) =>
        await OpenAsync(config) is { } capture ? await Task.Run(() => capture.ContentOf(workspace, session)) : null;

    /// <summary>Forgets a person; null, and <see cref="Failure"/>, when nothing can be read.</summary>
    public async Task<CapturedErasure?> EraseAsync(
        CapturedPerson person,
        CaptureConfig config,
        CancellationToken cancellationToken
    ) => await OpenAsync(config) is { } capture ? await capture.EraseAsync(person, cancellationToken) : null;

    /// <summary>The day that ages are counted from; null, and <see cref="Failure"/>, when nothing can be read.</summary>
    public async Task<DateTimeOffset?> TodayAsync(CaptureConfig config) => (await OpenAsync(config))?.Today;

    /// <summary>Lets go of what a workspace keeps no longer; null when nothing can be read.</summary>
    public async Task<CapturedErasure?> RetainAsync(
        WorkspaceId workspace,
        CaptureRetention retention,
        CaptureConfig config,
        CancellationToken cancellationToken
    ) =>
        await OpenAsync(config) is { } capture
            ? await capture.RetainAsync(workspace, retention, cancellationToken)
            : null;

    /// <summary>Which sessions there was news of; null until something is read.</summary>
    public SessionChanges? SessionChanges => opened?.Sessions.Changes;

    /// <inheritdoc />
    public bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored)
    {
        stored = null;
        return opened is { } capture && capture.TryTake(workspace, caught, out stored);
    }

    /// <inheritdoc />
    public Task NextFailure => opened?.NextFailure ?? Task.CompletedTask;

    /// <summary>
    /// Takes in what another machine sent; see <see cref="UsageCapture.IngestAsync"/>. A process that serves one command opens for it.
    /// </summary>
    public async Task<IngestOutcome> IngestAsync(
        WorkspaceId workspace,
        string? user,
        CaptureBatch batch,
        CaptureConfig config,
        CancellationToken cancellationToken
    ) =>
        await OpenAsync(config) is { } capture
            ? await capture.IngestAsync(workspace, user, batch, cancellationToken)
            : new IngestOutcome(IngestState.NotStored, 0, failure);

    /// <summary>What is kept of what agents delete; null when nothing is, or nothing was read yet.</summary>
    public (ArchiveStatus? Archive, long? SealedBytes, string? SealFailure) Kept() =>
        opened is { } capture ? (capture.Archive, capture.SealedBytes, capture.SealFailure) : default;

    /// <summary>The newest words on limits of a workspace, the latest first; none before capture's file is open.</summary>
    public ImmutableArray<LimitWord> LimitWords(WorkspaceId workspace, DateTimeOffset since, int most) =>
        opened?.LimitWords(workspace, since, most) ?? [];

    /// <summary>The folders that are read; none before the first reading.</summary>
    public ImmutableArray<CaptureSource> Sources() => opened?.Sources() ?? [];

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // The container of services has it too, once a delivery has asked for it, and disposes it first.
        lock (gate)
        {
            return new ValueTask(disposing ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        await stopping.CancelAsync();
        await following;
        if (opening is not null)
        {
            // It may have been broken off while it opened.
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully && (await opening).Capture is { } capture)
            {
                await capture.DisposeAsync();
            }
        }

        stopping.Dispose();
    }

    /// <summary>Opens as soon as the ledger can be read: what was caught before stands there.</summary>
    private async Task<UsageCapture?> OpenInTimeAsync(CaptureConfig config)
    {
        while (true)
        {
            try
            {
                return await OpenAsync(config);
            }
            catch (LedgerUnavailableException shut)
            {
                if (failure is null)
                {
                    LogRefused(log, shut.Message);
                }

                failure = shut.Message;
            }

            await Task.Delay(Again, options.Clock, stopping.Token);
        }
    }

    private async Task FollowAsync(CaptureConfig config)
    {
        try
        {
            if (await OpenInTimeAsync(config) is not { } capture)
            {
                LogRefused(log, failure!);
                return;
            }

            state = CaptureState.Reading;
            try
            {
                Note(await capture.CatchUpAsync(new Told(this), stopping.Token));
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogFailed(log, e);
            }

            state = CaptureState.Following;
            capture.Follow(e => LogFailed(log, e));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Read on at the next start.
        }
        catch (Exception e)
        {
            failure = e.Message;
            LogFailed(log, e);
        }
    }

    private async Task<UsageCapture?> OpenAsync(CaptureConfig config)
    {
        lock (gate)
        {
            if (ledger.Status.Unavailable is { } shut)
            {
                throw new LedgerUnavailableException(shut);
            }

            // The ledger may have become so while it opened.
            opening = opening is { IsFaulted: true } ? null : opening;
            opening ??= UsageCapture.OpenAsync(
                new CaptureOptions
                {
                    DataFolder = options.DataFolder,
                    ReadsHomes = config.ReadsHomes,
                    Homes = config.Homes,
                    User = config.User,
                    Billing = config.Billing,
                    Archive = config.Archive,
                    Variable = options.Variable,
                    LimitsTold = limits.Stored,
                },
                ledger,
                prices,
                options.Clock,
                stopping.Token
            );
        }

        var result = await opening;
        (opened, failure) = (result.Capture, result.Refusal);
        return opened;
    }

    private void Note(CaptureProgress next)
    {
        lock (gate)
        {
            progress = next;
        }
    }

    [LoggerMessage(LogLevel.Error, "The files of coding agents cannot be followed: {Reason}")]
    private static partial void LogRefused(ILogger log, string reason);

    [LoggerMessage(LogLevel.Error, "Reading the files of coding agents broke off; it goes on with the next look")]
    private static partial void LogFailed(ILogger log, Exception failure);

    private sealed class Told(CaptureModule module) : IProgress<CaptureProgress>
    {
        public void Report(CaptureProgress value) => module.Note(value);
    }
}
