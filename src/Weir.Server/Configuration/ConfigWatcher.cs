namespace Weir.Server.Configuration;

/// <summary>
/// Has the documents look again when a file may have changed. The file system's own notices make it quick; a look every two
/// seconds makes it certain, for editors replace files, links are re-pointed, and network drives tell nothing.
/// </summary>
internal sealed class ConfigWatcher : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // Editors write in several steps: a text that is read half-written would be refused aloud.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly Documents documents;
    private readonly FileSystemWatcher? notices;
    private readonly FileSystemWatcher? workspaces;
    private readonly ITimer timer;
    private int looking;

    public ConfigWatcher(Documents documents, TimeProvider clock)
    {
        this.documents = documents;
        timer = clock.CreateTimer(_ => Look(), null, Period, Period);
        var path = documents.Server.WatchedPath;
        notices = Watch(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        workspaces = Watch(WorkspaceFiles.FolderOf(path), "*.yaml");
    }

    public void Dispose()
    {
        notices?.Dispose();
        workspaces?.Dispose();
        timer.Dispose();
    }

    private FileSystemWatcher? Watch(string folder, string file)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder, file)
            {
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName,
            };
            watcher.Changed += Soon;
            watcher.Created += Soon;
            watcher.Renamed += Soon;
            watcher.Deleted += Soon;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception unavailable) when (unavailable is IOException or ArgumentException)
        {
            return null; // no notices to be had (their number is bounded by the system): the timer alone then
        }
    }

    private void Soon(object sender, FileSystemEventArgs change) => timer.Change(Settle, Period);

    private void Look()
    {
        if (Interlocked.Exchange(ref looking, 1) == 1)
        {
            return;
        }

        try
        {
            documents.Look();
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }
}
