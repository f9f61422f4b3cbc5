using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Client;
using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Ledger;

namespace Weir.Server.StatusLine;

/// <summary>
/// What status lines show, kept ready: the first question of a session reads the ledger, every later one is answered from
/// memory. While somebody asks, what is kept follows the ledger at a distance of some tenths of a second. Thread-safe.
/// </summary>
internal sealed partial class StatusBoard(
    StatusReader reader,
    UsageFeed feed,
    string dataFolder,
    TimeProvider clock,
    ILogger log
) : IAsyncDisposable
{
    private const int MostKept = 64;

    // Every message of an agent's is some changes of the ledger, and twenty agents may write at once.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FilePace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Wakes = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Forgets = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly Dictionary<(WorkspaceId Workspace, string? Session), Kept> kept = [];
    private readonly CancellationTokenSource stopping = new();
    private Task following = Task.CompletedTask;
    private int disposed;

    /// <summary>How often it could answer from memory.</summary>
    public CacheCounts Counts { get; } = new() { TimeToLive = Forgets };

    /// <summary>Begins to follow the ledger, and to keep <c>statusline.json</c>. To be called once.</summary>
    public void Start() => following = Task.Run(FollowAsync, CancellationToken.None);

    /// <summary>Writes <c>statusline.json</c> once, for a command that has read the agents' files.</summary>
    public async Task WriteFileAsync(CancellationToken cancellationToken) =>
        StatusFile.Write(dataFolder, await reader.ReadAsync(WorkspaceId.Default, null, cancellationToken));

    /// <summary>What a session's status line shows.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="session">The session; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting, for a first question.</param>
    public async Task<StatusLineResult> AskAsync(
        WorkspaceId workspace,
        string? session,
        CancellationToken cancellationToken
    )
    {
        lock (gate)
        {
            // In a process without a follower everything is read anew.
            if (!following.IsCompleted && kept.TryGetValue((workspace, session), out var known))
            {
                known.AskedAt = clock.GetTimestamp();
                known.IsUsed = true;
                Counts.Hit();
                return known.Result;
            }
        }

        Counts.Miss();
        var result = await reader.ReadAsync(workspace, session, cancellationToken);
        lock (gate)
        {
            if (kept.Count >= MostKept)
            {
                kept.Remove(kept.MinBy(entry => entry.Value.AskedAt).Key);
                Counts.Evict();
            }

            kept[(workspace, session)] = new Kept { Result = result, AskedAt = clock.GetTimestamp() };
            Counts.Hold(kept.Count);
        }

        return result;
    }

    /// <summary>Reads anew what a workspace is shown next: something became known that is not in the ledger.</summary>
    public void Forget(WorkspaceId workspace)
    {
        lock (gate)
        {
            foreach (var key in kept.Keys.Where(key => key.Workspace == workspace).ToArray())
            {
                kept.Remove(key);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stopping.CancelAsync();
            await following;
            stopping.Dispose();
        }
    }

    private async Task FollowAsync()
    {
        var written = 0L;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var newest = feed.Newest;
                if (written == 0 || clock.GetElapsedTime(written) >= FilePace)
                {
                    written = clock.GetTimestamp();
                    await WriteFileAsync(stopping.Token);
                }

                foreach (var (workspace, session) in Living())
                {
                    var result = await reader.ReadAsync(workspace, session, stopping.Token);
                    lock (gate)
                    {
                        if (kept.TryGetValue((workspace, session), out var known))
                        {
                            known.Result = result;
                        }
                    }
                }

                await Task.Delay(AnyAsked() ? Pace : FilePace, clock, stopping.Token);
                await feed.WaitAsync(newest, stopping.Token)
                    .WaitAsync(Wakes, clock, stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException)
            {
                // The ledger says so itself.
                await Task.Delay(Wakes, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is SqliteException or IOException)
            {
                LogUnreadable(log, e);
                await Task.Delay(Wakes, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private List<(WorkspaceId Workspace, string? Session)> Living()
    {
        lock (gate)
        {
            foreach (var (key, entry) in kept)
            {
                if (clock.GetElapsedTime(entry.AskedAt) > Forgets)
                {
                    kept.Remove(key);
                    Counts.Expire(entry.IsUsed);
                }
            }

            Counts.Hold(kept.Count);
            return [.. kept.Keys];
        }
    }

    private bool AnyAsked()
    {
        lock (gate)
        {
            return kept.Count > 0;
        }
    }

    [LoggerMessage(LogLevel.Warning, "What status lines show cannot be read; trying again")]
    private static partial void LogUnreadable(ILogger log, Exception failure);

    private sealed class Kept
    {
        public required StatusLineResult Result { get; set; }

        public required long AskedAt { get; set; }

        public bool IsUsed { get; set; }
    }
}
