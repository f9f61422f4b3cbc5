using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Holding;

/// <summary>
/// Which account of which vendor holds what, for every address that a configuration names. It outlives configurations and, where it has a
/// folder, the process: changes are written a second after they were made, and what stands in the file is read when an address is
/// first named. No request waits for either. Where the file cannot be used everything goes on from memory, and the log says so.
/// Thread-safe.
/// </summary>
internal sealed class HolderBook : IDisposable
{
    /// <summary>How long a change may wait: what a killed process loses.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Changes beyond are kept in memory alone: the disk has been full for long.</summary>
    private const int MostWaiting = 100_000;

    private readonly HolderFile? file;
    private readonly ILogger log;
    private readonly DelayedWork writing;
    private readonly Lock inFile = new();
    private readonly Lock queue = new();
    private readonly Lock gate = new();
    private readonly Dictionary<(int Owner, string Address), HolderTable> tables = [];
    private List<HeldChange> waiting = [];
    private HashSet<int> workspaces = [];
    private bool hasFailed;
    private bool isClosed;

    /// <param name="folder">Where the file is; null for memory alone.</param>
    /// <param name="clock">When changes are written.</param>
    /// <param name="log">Is told when the file cannot be used.</param>
    public HolderBook(string? folder, TimeProvider clock, ILogger log)
    {
        this.log = log;
        writing = new DelayedWork(Write, Pace, clock, log);
        try
        {
            file = folder is null ? null : HolderFile.Open(folder, clock);
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            Log.HeldNotOpened(log, e.Message);
        }
    }

    /// <summary>What is known at an address. Reads the file the first time: never called by a request.</summary>
    /// <param name="owner">In whose document the provider stands.</param>
    /// <param name="address">The provider's.</param>
    public HolderTable TableOf(WorkspaceId owner, string address)
    {
        lock (gate)
        {
            if (tables.TryGetValue((owner.Value, address), out var table))
            {
                return table;
            }

            if (file is null)
            {
                return tables[(owner.Value, address)] = new HolderTable();
            }

            var place = HeldHash.Of(string.Create(CultureInfo.InvariantCulture, $"{owner.Value}\n{address}"));
            table = new HolderTable((id, holder) => Note(new HeldChange(owner, place, id, holder)));
            UseFile(from => table.Restore(from.Read(place)));
            return tables[(owner.Value, address)] = table;
        }
    }

    /// <summary>Forgets what belongs to any workspace but these. Never called by a request.</summary>
    public void Retain(IEnumerable<WorkspaceId> left)
    {
        lock (gate)
        {
            var now = left.Select(w => w.Value).ToHashSet();
            if (now.SetEquals(workspaces))
            {
                return;
            }

            workspaces = now;
            foreach (var table in tables.Values)
            {
                table.Retain(now);
            }

            // What waits may be of one of those that go.
            Write();
            UseFile(of => of.Retain(now));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        writing.Run();
        writing.Dispose();
        lock (inFile)
        {
            isClosed = true;
            file?.Dispose();
        }
    }

    private void Note(in HeldChange change)
    {
        lock (queue)
        {
            if (waiting.Count < MostWaiting)
            {
                waiting.Add(change);
            }
        }

        writing.Ask();
    }

    private void Write()
    {
        lock (inFile)
        {
            List<HeldChange> changes;
            lock (queue)
            {
                (changes, waiting) = (waiting, []);
            }

            if (changes.Count == 0 || UseFile(to => to.Write(changes)))
            {
                return;
            }

            lock (queue)
            {
                changes.AddRange(waiting);
                waiting = changes;
            }
        }

        writing.Ask();
    }

    /// <summary>False when the file could not be used; the log says so once, until it can be used again.</summary>
    private bool UseFile(Action<HolderFile> work)
    {
        lock (inFile)
        {
            if (file is null || isClosed)
            {
                return true;
            }

            try
            {
                work(file);
                hasFailed = false;
                return true;
            }
            catch (Exception e) when (IsOfTheDisk(e))
            {
                if (!hasFailed)
                {
                    Log.HeldNotUsed(log, e.Message);
                }

                hasFailed = true;
                return false;
            }
        }
    }

    private static bool IsOfTheDisk(Exception e) => e is SqliteException or IOException or UnauthorizedAccessException;
}
