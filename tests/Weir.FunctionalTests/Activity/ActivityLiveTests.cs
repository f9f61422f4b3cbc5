using System.Net.WebSockets;
using Weir.Foundation;
using Weir.FunctionalTests.Live;
using Weir.Gateway.Activities;
using static Weir.FunctionalTests.Activities.ActivityHouse;

namespace Weir.FunctionalTests.Activities;

/// <summary>The activity feed over <c>/live</c>.</summary>
public sealed class ActivityLiveTests(ActivityHouse house) : IClassFixture<ActivityHouse>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cut_off_again_and_again_nothing_is_missed_and_nothing_comes_twice(bool asBrowsersDo)
    {
        const int Many = 600;
        var provider = $"cut-{asBrowsersDo}";
        var told = new List<long>();
        var place = "";
        var first = await house.ListenAsync("/live?topics=activity");
        await first.NextAsync();
        place = first.LastId;
        first.Dispose();
        var publishing = Task.Run(
            async () =>
            {
                for (var i = 0; i < Many; i++)
                {
                    house.Publish(WorkspaceId.Default, provider, i);
                    house.Publish(house.Other, provider, -i);
                    if (i % 20 == 0)
                    {
                        await Task.Delay(2, Cancel);
                    }
                }
            },
            Cancel
        );
        var connections = 0;
        while (told.Count < Many)
        {
            connections++;
            using var events = asBrowsersDo
                ? await house.ListenAsync("/live?topics=activity&after=0.0", headers: ("Last-Event-ID", place))
                : await house.ListenAsync($"/live?topics=activity&after={place}");
            for (var messages = 0; messages < 3 && told.Count < Many; messages++)
            {
                var message = (await events.NextAsync())!;
                if (message.Type == "activity")
                {
                    Assert.False(message.Body.GetProperty("missed").GetBoolean());
                    Assert.Equal(place = events.LastId, $"{message.Cursor}.{message.Body.GetProperty("activity")}");
                    told.AddRange(Numbers(message.Body.GetProperty("events"), provider));
                }
            }
        }

        await publishing;
        Assert.True(connections > 2);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => (long)i), told);
    }

    [Fact]
    public async Task Beside_requests_a_listener_is_told_of_both_and_comes_back_to_both()
    {
        string place;
        using (var events = await house.ListenAsync("/live?topics=requests,activity"))
        {
            Assert.Equal("snapshot", (await events.NextAsync())!.Type);
            place = events.LastId;
            Assert.Matches(@"^\d+\.\d+$", place);
        }

        house.Publish(WorkspaceId.Default, "both", 1);
        await AskAsync();
        using var again = await house.ListenAsync("/live?topics=requests,activity", headers: ("Last-Event-ID", place));
        var types = new HashSet<string>(StringComparer.Ordinal);
        while (!types.IsSupersetOf(["activity", "changes"]))
        {
            types.Add((await again.NextAsync())!.Type);
        }

        Assert.DoesNotContain("snapshot", types);
    }

    [Fact]
    public async Task Who_does_not_ask_for_it_is_not_told()
    {
        using var events = await house.ListenAsync("/live");
        Assert.Equal("snapshot", (await events.NextAsync())!.Type);

        house.Publish(WorkspaceId.Default, "unasked", 1);
        await house.Feed.FlushAsync(Cancel);
        await AskAsync();

        Assert.Equal("changes", (await events.NextWithRequestsAsync()).Type);
        Assert.DoesNotContain('.', events.LastId);
    }

    [Fact]
    public async Task Another_workspace_hears_nothing_but_its_own()
    {
        using var events = await house.ListenAsync("/live?topics=activity", house.Foreign);
        await events.NextAsync();

        house.Publish(WorkspaceId.Default, "theirs", 1);
        house.Feed.Publish(null, ActivitySubject.None, new JournalFullDetails("a reason of the instance"));
        house.Publish(house.Other, "own", 7);

        var message = await events.NextWithRequestsAsync();
        Assert.Equal([7], Numbers(message.Body.GetProperty("events"), "own"));
        Assert.Equal(1, message.Body.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task What_asks_for_a_permission_is_not_told_without_it()
    {
        using var events = await house.ListenAsync("/live?topics=activity", house.Viewer);
        await events.NextAsync();

        house.Feed.Publish(null, ActivitySubject.None, new JournalFullDetails("a reason of the instance"));
        house.Feed.Publish(WorkspaceId.Default, ActivitySubject.None, new ConfigAppliedDetails(9, "api"));
        house.Feed.Publish(WorkspaceId.Default, ActivitySubject.None, new StageReachedDetails(80, "warn"));
        house.Publish(WorkspaceId.Default, "seen", 1);

        var message = await events.NextWithRequestsAsync();
        Assert.Equal(1, message.Body.GetProperty("events").GetArrayLength());
        Assert.Equal([1], Numbers(message.Body.GetProperty("events"), "seen"));
    }

    [Fact]
    public async Task A_place_of_another_data_folder_is_a_gap()
    {
        using var events = await house.ListenAsync("/live?topics=activity&after=.900000000000");
        await events.NextAsync();

        var message = await events.NextWithRequestsAsync();

        Assert.True(message.Body.GetProperty("missed").GetBoolean());
        Assert.Equal(house.Feed.Newest, message.Body.GetProperty("activity").GetInt64());
    }

    [Theory]
    [InlineData("1.")]
    [InlineData(".")]
    [InlineData("1.x")]
    [InlineData("1.2.3")]
    [InlineData("-1.2")]
    [InlineData("1.99999999999999999999")]
    public async Task What_is_no_place_is_refused(string place)
    {
        var (status, text) = await house.House.SendAsync(
            "GET",
            $"/live?topics=activity&after={place}",
            house.Admin,
            headers: ("Accept", "text/event-stream")
        );

        Assert.True((int)status == 400, text);
    }

    [Fact]
    public async Task A_web_socket_is_told_too()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("x-weir-key", house.Admin);
        var address = new UriBuilder(house.House.Address)
        {
            Scheme = "ws",
            Path = "/live",
            Query = $"topics=activity&after=.{house.Feed.Newest}",
        };
        await socket.ConnectAsync(address.Uri, Cancel);
        house.Publish(WorkspaceId.Default, "socket", 5);

        LiveEvent message;
        do
        {
            message = await LiveSocketReader.NextAsync(socket);
        } while (!Numbers(message.Body.GetProperty("events"), "socket").Any());

        Assert.Equal("activity", message.Type);
    }

    private async Task AskAsync()
    {
        var (status, text) = await house.House.SendAsync(
            "POST",
            "/v1/messages",
            house.Admin,
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}"""
        );
        Assert.True((int)status == 200, text);
    }
}
