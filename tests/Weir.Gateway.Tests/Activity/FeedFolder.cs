using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Gateway.Activities;
using Weir.Testing;

namespace Weir.Gateway.Tests.Activities;

/// <summary>A folder with a feed in it, and short ways to fill and read it.</summary>
internal sealed class FeedFolder : IAsyncDisposable
{
    public static readonly WorkspaceId Other = new(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("weir-activity-");

    public FeedFolder() => Feed = Opened();

    public FakeClock Clock { get; } = new();

    public ActivityFeed Feed { get; private set; }

    public string File => Path.Combine(folder.FullName, ActivityFeed.FileName);

    public static ImmutableArray<string> AllKinds { get; } = [.. ActivityKinds.All.Select(kind => kind.Name)];

    public async Task RestartAsync()
    {
        await Feed.DisposeAsync();
        Feed = Opened();
    }

    /// <summary>The same file under smaller bounds.</summary>
    public async Task RestartAsync(int room, int mostKept)
    {
        await Feed.DisposeAsync();
        var database = new SqliteDatabase(File);
        Feed = new ActivityFeed(database, new ActivityStore(database), Clock, NullLogger.Instance, room, mostKept);
    }

    /// <summary>Events that can be told apart: a target came back after so many milliseconds.</summary>
    public void Publish(WorkspaceId? workspace, params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            Feed.Publish(workspace, new ActivitySubject { Provider = "p" }, new TargetReturnedDetails(number));
        }
    }

    public async Task<ActivityReading> ReadAsync(
        long? after = null,
        WorkspaceId? workspace = null,
        bool withInstance = true,
        int limit = 1000
    )
    {
        await Feed.FlushAsync(TestContext.Current.CancellationToken);
        return Feed.Read(
            new ActivityQuery
            {
                Workspace = workspace ?? WorkspaceId.Default,
                WithInstance = withInstance,
                Kinds = AllKinds,
                After = after,
                Limit = limit,
            }
        );
    }

    /// <summary>What <see cref="Publish"/> numbered.</summary>
    public static IEnumerable<long> Numbers(ActivityReading reading) =>
        reading.Items.Select(item => item.Event.Details).OfType<TargetReturnedDetails>().Select(told => told.AfterMs);

    public static IEnumerable<string> Lines(ActivityReading reading) =>
        reading.Items.Select(item => $"{item.Event.Kind.Name}: {item.Event.Text}");

    public async ValueTask DisposeAsync()
    {
        await Feed.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private ActivityFeed Opened()
    {
        var (feed, refusal) = ActivityFeed.Open(folder.FullName, Clock, NullLogger.Instance);
        Assert.Null(refusal);
        return feed!;
    }
}
