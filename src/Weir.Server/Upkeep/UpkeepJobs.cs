using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Client;
using Weir.Ledger;

namespace Weir.Server.Upkeep;

/// <summary>
/// Work on the whole ledger in a running server, one at a time: compaction and repair. What the last one came to is remembered until the
/// next begins or the process ends. Thread-safe.
/// </summary>
internal sealed partial class UpkeepJobs(UsageLedger ledger, TimeProvider clock, ILogger<UpkeepJobs> log)
    : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private UpkeepItem? current;
    private Task work = Task.CompletedTask;

    /// <summary>The one that is at work, or the last; null when there was none.</summary>
    public UpkeepItem? Current
    {
        get
        {
            lock (gate)
            {
                return current;
            }
        }
    }

    /// <summary>Begins one; null while another is at work.</summary>
    public UpkeepItem? Begin(UpkeepKind kind)
    {
        lock (gate)
        {
            if (current is { State: "running" } || stopping.IsCancellationRequested)
            {
                return null;
            }

            var now = clock.GetUtcNow();
            var begun = new UpkeepItem
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"upkeep-{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}"),
                Kind = kind == UpkeepKind.Compact ? "compact" : "repair",
                State = "running",
                CreatedAt = now,
            };
            current = begun;
            work = Task.Run(() => RunAsync(kind, begun), CancellationToken.None);
            return begun;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await work;
        stopping.Dispose();
    }

    private async Task RunAsync(UpkeepKind kind, UpkeepItem begun)
    {
        UpkeepItem ended;
        try
        {
            ended = kind == UpkeepKind.Compact ? await CompactAsync(begun) : await RepairAsync(begun);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            ended = begun with { Error = "the server was stopped" };
        }
        catch (Exception bug)
        {
            LogBroke(bug);
            ended = begun with { Error = "it broke off; the server's log says more" };
        }

        ended = ended with
        {
            State = ended.Error is null ? "done" : "failed",
            Part = null,
            Progress = ended.Error is null ? 1 : Current!.Progress,
            EndedAt = clock.GetUtcNow(),
        };
        if (ended.Error is { } reason)
        {
            LogFailed(ended.Kind, reason);
        }
        else
        {
            LogDone(ended.Kind);
        }

        Set(ended);
    }

    private async Task<UpkeepItem> CompactAsync(UpkeepItem begun)
    {
        var outcome = await ledger.CompactAsync(stopping.Token);
        return begun with { BytesBefore = outcome.Before, BytesAfter = outcome.After, Error = outcome.Refusal };
    }

    private async Task<UpkeepItem> RepairAsync(UpkeepItem begun)
    {
        var (found, outcome) = await ledger.RepairAsync(
            (part, done) => Set(begun with { Part = part, Progress = done }),
            stopping.Token
        );
        return begun with
        {
            Findings =
            [
                .. found.Findings.Select(finding => new CheckItem(
                    finding.Check,
                    finding.IsFault ? "failed" : "ok",
                    finding.Detail
                )),
            ],
            Days = outcome.Days,
            Aside = outcome.Aside,
            Error = outcome.Refusal,
        };
    }

    private void Set(UpkeepItem item)
    {
        lock (gate)
        {
            current = item;
        }
    }

    [LoggerMessage(LogLevel.Information, "The ledger's {Kind} is done")]
    private partial void LogDone(string kind);

    [LoggerMessage(LogLevel.Error, "The ledger's {Kind} failed: {Reason}")]
    private partial void LogFailed(string kind, string reason);

    [LoggerMessage(LogLevel.Error, "Work on the ledger broke off")]
    private partial void LogBroke(Exception bug);
}

/// <summary>What is done with the whole ledger.</summary>
internal enum UpkeepKind
{
    /// <summary>Room that is no longer used goes back.</summary>
    Compact,

    /// <summary>Sums that differ from their records are made anew.</summary>
    Repair,
}
