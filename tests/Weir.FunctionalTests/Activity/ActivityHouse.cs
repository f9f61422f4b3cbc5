using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.FunctionalTests.Access;
using Weir.FunctionalTests.Live;
using Weir.Gateway.Activities;
using Weir.Identity;

namespace Weir.FunctionalTests.Activities;

/// <summary>A server in this process, with two workspaces, whose feed a test can publish into.</summary>
public sealed class ActivityHouse : IAsyncLifetime
{
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false });

    internal AccessHouse House { get; } = new();

    /// <summary>A key of the workspace default that may everything.</summary>
    internal string Admin { get; private set; } = "";

    /// <summary>A key of the workspace default that may look at figures alone.</summary>
    internal string Viewer { get; private set; } = "";

    /// <summary>An admin's key of another workspace.</summary>
    internal string Foreign { get; private set; } = "";

    /// <summary>The other workspace.</summary>
    internal WorkspaceId Other { get; private set; }

    internal ActivityFeed Feed => House.Host.Modules.Activity;

    public async ValueTask InitializeAsync()
    {
        Admin = await House.PersonAsync(WorkspaceId.Default, "grace", "admin");
        await House.PrepareAsync(async identity =>
        {
            var other = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            (Foreign, Other) = (other.Value!.KeyText, other.Value.Workspace.Id);
            var viewer = await identity.Keys.CreateAsync(
                Actor.LocalCommand,
                new NewApiKey { Name = "viewer", Scopes = ["analytics:view"] },
                CancellationToken.None
            );
            Viewer = viewer.Text!;
        });
        await House.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await House.DisposeAsync();
    }

    /// <summary>Publishes events that can be told apart by their number.</summary>
    internal void Publish(WorkspaceId? workspace, string provider, int number) =>
        Feed.Publish(workspace, new ActivitySubject { Provider = provider }, new TargetReturnedDetails(number));

    internal async Task<JsonElement> GetAsync(string query = "", string? key = null, int status = 200)
    {
        await Feed.FlushAsync(CancellationToken.None);
        var (answered, text) = await House.SendAsync("GET", "/api/v1/activity" + query, key ?? Admin);
        Assert.True((int)answered == status, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    internal static ImmutableArray<string> Kinds(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()!)];

    /// <summary>The numbers of the events that are about a provider.</summary>
    internal static IEnumerable<long> Numbers(JsonElement events, string provider) =>
        events
            .EnumerateArray()
            .Where(item =>
                item.GetProperty("subject").TryGetProperty("provider", out var named) && named.GetString() == provider
            )
            .Select(item => item.GetProperty("details").GetProperty("afterMs").GetInt64());

    internal async Task<LiveEventReader> ListenAsync(
        string path,
        string? key = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(House.Address, path));
        request.Headers.Add("x-weir-key", key ?? Admin);
        request.Headers.Add("Accept", "text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new LiveEventReader(answer);
    }
}
