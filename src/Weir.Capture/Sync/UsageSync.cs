using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Joining;
using Weir.Capture.Sources;
using Weir.Capture.Storage;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Sync;

/// <summary>
/// Reads the files of this machine's agents and sends what they tell to a server. How far each file was sent is noted once the
/// server has stored it: whatever is broken off goes on where it stood. Needs no ledger. Used by one thread.
/// </summary>
internal sealed class UsageSync : IDisposable
{
    private readonly ImmutableArray<AgentHome> homes;
    private readonly CaptureOptions options;
    private readonly CaptureStore store;
    private readonly FileStream held;
    private readonly ProjectNames projects = new();
    private readonly string host;
    private readonly TimeProvider clock;
    private Dictionary<string, FileCursor> cursors;

    private UsageSync(
        ImmutableArray<AgentHome> homes,
        CaptureOptions options,
        string host,
        CaptureStore store,
        FileStream held,
        TimeProvider clock
    )
    {
        this.homes = homes;
        this.options = options;
        this.host = host;
        this.store = store;
        this.held = held;
        this.clock = clock;
        cursors = store.Cursors();
    }

    /// <summary>Opens what is known of a server in the data folder.</summary>
    /// <param name="options">What to read, and the data folder.</param>
    /// <param name="agents">Whose files.</param>
    /// <param name="places">The machine.</param>
    /// <param name="server">The server.</param>
    /// <param name="host">The machine's name.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <returns>The sync; or null and why there is none.</returns>
    public static (UsageSync? Sync, string? Refusal) Open(
        CaptureOptions options,
        ImmutableArray<CodingAgent> agents,
        Places places,
        Uri server,
        string host,
        TimeProvider clock
    )
    {
        var folder = Path.Combine(options.DataFolder, "sync");
        var name = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(server.GetLeftPart(UriPartial.Authority)))
        )[..16];
        FileStream? hold = null;
        try
        {
            Directory.CreateDirectory(folder);
            hold = Hold(Path.Combine(folder, name + ".lock"));
            if (hold is null)
            {
                return (null, $"another weir is sending to {server} already");
            }

            var database = new SqliteDatabase(Path.Combine(folder, name + ".db"));
            var migration = SqliteMigrator.Migrate(database, CaptureSchema.Migrations, clock);
            if (!migration.IsUsable)
            {
                return (null, $"{database.Path}: {migration.Reason}");
            }

            var sync = new UsageSync(
                AgentHomes.Of(options, agents, places),
                options,
                host,
                new CaptureStore(database),
                hold,
                clock
            );
            hold = null;
            return (sync, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            return (null, $"{folder} cannot be used: {e.Message}");
        }
        finally
        {
            hold?.Dispose();
        }
    }

    /// <summary>Sends what is new.</summary>
    /// <exception cref="SyncRefusedException">The server does not take it.</exception>
    /// <exception cref="SqliteException">It cannot be noted how far it is.</exception>
    public async Task CatchUpAsync(BatchSender sender, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var hauls = Channel.CreateBounded<Haul>(new BoundedChannelOptions(8) { SingleReader = true });
        var scan = new SourceScan(
            cursors,
            hauls.Writer,
            home => new Origin(
                options.Workspace,
                IsHere: true,
                Billing: home.Agent.BillingOf(home.Path) ?? options.Billing
            )
        );
        var files = scan.Changed(FileFinder.Find(homes));
        sender.Begin(files.Count);
        var reading = Task.Run(
            async () =>
            {
                try
                {
                    await scan.ReadAsync(files, null, stop.Token);
                }
                finally
                {
                    hauls.Writer.Complete();
                }
            },
            CancellationToken.None
        );
        try
        {
            await SendAsync(hauls.Reader, sender, cancellationToken);
        }
        finally
        {
            // Only what was stored at the server counts as read.
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cursors = store.Cursors();
        }
    }

    /// <summary>Sends what is new, now and whenever there is more, until it is cancelled.</summary>
    public async Task FollowAsync(BatchSender sender, CancellationToken cancellationToken)
    {
        using var watch = new FileWatch();
        while (true)
        {
            watch.Watch(homes);
            watch.Take();
            await CatchUpAsync(sender, cancellationToken);
            await watch.WaitAsync(
                watch.IsWhole ? options.PollInterval : options.PollInterval / 10,
                clock,
                cancellationToken
            );
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        store.Dispose();
        held.Dispose();
    }

    private async Task SendAsync(ChannelReader<Haul> from, BatchSender sender, CancellationToken cancellationToken)
    {
        using var lines = new ReducedWriter();
        var done = new List<FileCursor>();
        Billing? billing = null;
        await foreach (var haul in from.ReadAllAsync(cancellationToken))
        {
            var caught = haul.Caught;
            if (caught.Sessions.Count + caught.Sightings.Count + caught.Events.Count + caught.Limits.Count > 0)
            {
                Begin(haul.Origin.Billing);
            }

            foreach (var facts in caught.Sessions.Values)
            {
                lines.Write(facts);
            }

            foreach (var seen in caught.Sightings)
            {
                lines.Write(seen with { Project = projects.Of(seen.Folder, isHere: true) });
                await FlushWhenFullAsync();
            }

            foreach (var seen in caught.Events)
            {
                lines.Write(seen);
                await FlushWhenFullAsync();
            }

            foreach (var word in caught.Limits)
            {
                lines.Write(word);
                await FlushWhenFullAsync();
            }

            done.Add(haul.Cursor!);
            haul.Done?.Invoke(haul);
            sender.FileRead();
        }

        await FlushAsync();

        void Begin(Billing of)
        {
            if (billing != of)
            {
                lines.From(null, null, of);
                billing = of;
            }
        }

        async Task FlushWhenFullAsync()
        {
            if (lines.Lines.Length >= CaptureBatch.UsualBytes && billing is { } of)
            {
                await FlushAsync();
                Begin(of);
            }
        }

        async Task FlushAsync()
        {
            if (lines.Lines.Length > 0)
            {
                await sender.SendAsync(new BatchOrigin(host, options.User), lines.LinesInMemory, cancellationToken);
                lines.Clear();
                billing = null;
            }

            store.Begin();
            foreach (var cursor in done)
            {
                store.Put(cursor);
            }

            store.Commit(null);
            done.Clear();
        }
    }

    private static FileStream? Hold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
