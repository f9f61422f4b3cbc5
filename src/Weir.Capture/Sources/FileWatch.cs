using System.Collections.Concurrent;

namespace Weir.Capture.Sources;

/// <summary>
/// Tells which files have changed below the homes, as the system says it. It may miss some (events overflow, network folders have
/// none, a home can come later): whoever uses it looks at all files now and then. Thread-safe.
/// </summary>
internal sealed class FileWatch : IDisposable
{
    private readonly ConcurrentDictionary<string, AgentHome> changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim signal = new(0, 1);

    /// <summary>Whether every home that exists is watched.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Begins to watch the homes that exist and are not watched yet.</summary>
    public void Watch(IEnumerable<AgentHome> homes)
    {
        IsWhole = true;
        foreach (var home in homes)
        {
            if (!watchers.ContainsKey(home.Path) && Directory.Exists(home.Path))
            {
                try
                {
                    watchers.Add(home.Path, Start(home));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
                {
                    // The system's watches are used up, or the folder is not ours.
                    IsWhole = false;
                }
            }
        }
    }

    /// <summary>Waits until something has changed, or a time has passed.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await signal.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The paths that have changed since the last call.</summary>
    public List<(AgentHome Home, string Path)> Take()
    {
        var taken = new List<(AgentHome, string)>();
        foreach (var path in changed.Keys)
        {
            if (changed.TryRemove(path, out var home))
            {
                taken.Add((home, path));
            }
        }

        return taken;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var watcher in watchers.Values)
        {
            watcher.Dispose();
        }
    }

    private FileSystemWatcher Start(AgentHome home)
    {
        var watcher = new FileSystemWatcher(home.Path)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
            InternalBufferSize = 64 * 1024,
        };
        watcher.Changed += (_, e) => Note(home, e.FullPath);
        watcher.Created += (_, e) => Note(home, e.FullPath);
        watcher.Renamed += (_, e) => Note(home, e.FullPath);
        watcher.Error += (_, _) => Signal();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Note(AgentHome home, string path)
    {
        const string log = "-wal";
        changed[path.EndsWith(log, StringComparison.Ordinal) ? path[..^log.Length] : path] = home;
        Signal();
    }

    private void Signal()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been told already.
        }
    }
}
