using System.Net;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.FunctionalTests.Access;

/// <summary>Dashboards: whose they are, who sees them, what they may be, and that nobody writes over what he has not seen.</summary>
public sealed class DashboardsTests : IAsyncLifetime
{
    private const string Path = "/api/v1/dashboards";

    private readonly AccessHouse house = new();
    private string admin = "";
    private string ada = "";
    private string bo = "";
    private string viewer = "";
    private string stranger = "";

    public async ValueTask InitializeAsync()
    {
        WorkspaceId other = default;
        await house.PrepareAsync(async identity =>
        {
            var made = await identity.Workspaces.CreateAsync(
                Weir.Identity.Actor.LocalCommand,
                new Weir.Identity.NewWorkspace("other"),
                CancellationToken.None
            );
            other = made.Value!.Workspace.Id;
        });
        admin = await house.PersonAsync(WorkspaceId.Default, "chief", "admin");
        ada = await house.PersonAsync(WorkspaceId.Default, "ada", "analyst");
        bo = await house.PersonAsync(WorkspaceId.Default, "bo", "analyst");
        viewer = await house.PersonAsync(WorkspaceId.Default, "vi", "viewer");
        stranger = await house.PersonAsync(other, "cy", "admin");
        await house.StartAsync();
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_private_one_is_its_owners_and_a_shared_one_everybodys_who_sees_figures()
    {
        var one = await MakeAsync(ada, Text("Mine"));
        Assert.Equal(("private", true, "ada"), Of(one));
        foreach (var key in new[] { bo, viewer, admin, stranger })
        {
            await ExpectAsync(HttpStatusCode.NotFound, "GET", $"{Path}/{Id(one)}", key);
            Assert.DoesNotContain(Id(one), (await house.SendAsync("GET", Path, key)).Text, StringComparison.Ordinal);
        }

        await ExpectAsync(HttpStatusCode.NotFound, "DELETE", $"{Path}/{Id(one)}", bo);
        await ChangeAsync(HttpStatusCode.NotFound, bo, one, Text("Taken"), 1);
        one = await ChangeAsync(HttpStatusCode.OK, ada, one, Text("Ours", "shared"), 1);
        var seen = await ExpectAsync(HttpStatusCode.OK, "GET", $"{Path}/{Id(one)}", viewer);
        Assert.Equal(("shared", false, "ada"), Of(seen));
        await ExpectAsync(HttpStatusCode.NotFound, "GET", $"{Path}/{Id(one)}", stranger);
        await ChangeAsync(HttpStatusCode.NotFound, stranger, one, Text("Theirs", "shared"), 2);

        // Others change what is shared, and cannot take it away from those who see it.
        await ChangeAsync(HttpStatusCode.Conflict, bo, one, Text("Ours"), 2);
        await ChangeAsync(HttpStatusCode.OK, bo, one, Text("Ours too", "shared"), 2);
        await ChangeAsync(HttpStatusCode.Forbidden, viewer, one, Text("Ours", "shared"), 3);
        await ExpectAsync(HttpStatusCode.Forbidden, "POST", Path, viewer, Text("Mine"));
        await ExpectAsync(HttpStatusCode.OK, "DELETE", $"{Path}/{Id(one)}", bo);
        await ExpectAsync(HttpStatusCode.NotFound, "GET", $"{Path}/{Id(one)}", ada);

        var (_, trail) = await house.SendAsync("GET", "/api/v1/audit", admin);
        foreach (var action in new[] { "dashboard.create", "dashboard.change", "dashboard.remove" })
        {
            Assert.Contains(action, trail, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("\"Mine\"", trail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_the_newest_is_not_written_over()
    {
        var one = await MakeAsync(ada, Text("One"));
        await ExpectAsync(HttpStatusCode.PreconditionRequired, "PUT", $"{Path}/{Id(one)}", ada, Text("Two"));
        await ChangeAsync(HttpStatusCode.PreconditionFailed, ada, one, Text("Two"), 2);
        var two = await ChangeAsync(HttpStatusCode.OK, ada, one, Text("Two"), 1);
        Assert.Equal(2, two.GetProperty("version").GetInt64());
        await ChangeAsync(HttpStatusCode.PreconditionFailed, ada, one, Text("Three"), 1);
        var now = await ExpectAsync(HttpStatusCode.OK, "GET", $"{Path}/{Id(one)}", ada);
        Assert.Equal(two.GetRawText(), now.GetRawText());
    }

    [Theory]
    [InlineData("""{"widgets":[]}""", "/title")]
    [InlineData("""{"title":"a","visibility":"public"}""", "/visibility")]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a b","kind":"text","x":0,"y":0,"w":1,"h":1,"text":"a"}]}""",
        "/widgets/0/id"
    )]
    [InlineData("""{"title":"a","widgets":[{"id":"a","kind":"cube","x":0,"y":0,"w":1,"h":1}]}""", "/widgets/0/kind")]
    [InlineData("""{"title":"a","widgets":[{"id":"a","kind":"line","x":0,"y":0,"w":1,"h":1}]}""", "/widgets/0/metric")]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a","kind":"pie","metric":"costUsd","by":["colour"],"x":0,"y":0,"w":1,"h":1}]}""",
        "/widgets/0/by"
    )]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a","kind":"line","metric":"costUsd","filters":{"modle":"a"},"x":0,"y":0,"w":1,"h":1}]}""",
        "/widgets/0/filters"
    )]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a","kind":"gauge","metric":"costUsd","threshold":"-1","x":0,"y":0,"w":1,"h":1}]}""",
        "/widgets/0/threshold"
    )]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a","kind":"text","x":9,"y":0,"w":4,"h":1,"text":"a"}]}""",
        "/widgets/0/x"
    )]
    [InlineData(
        """{"title":"a","widgets":[{"id":"a","kind":"text","x":0,"y":0,"w":2,"h":2,"text":"a"},{"id":"b","kind":"text","x":1,"y":1,"w":2,"h":2,"text":"a"}]}""",
        "/widgets/1/x"
    )]
    public async Task What_is_wrong_is_said_where_it_stands(string json, string pointer)
    {
        var problem = await ExpectAsync(HttpStatusCode.BadRequest, "POST", Path, ada, json);
        Assert.Equal(pointer, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task There_are_bounds_on_how_much_and_how_many()
    {
        var widget = (int at) =>
            $$"""{"id":"w{{at}}","kind":"text","x":0,"y":{{at}},"w":1,"h":1,"text":"{{new string('a', 1300)}}"}""";
        var many = string.Join(',', Enumerable.Range(0, 51).Select(widget));
        var large = string.Join(',', Enumerable.Range(0, 50).Select(widget));
        var fitting = string.Join(',', Enumerable.Range(0, 40).Select(widget));
        foreach (var widgets in new[] { many, large })
        {
            var text = $$"""{"title":"a","widgets":[{{widgets}}]}""";
            var problem = await ExpectAsync(HttpStatusCode.BadRequest, "POST", Path, ada, text);
            Assert.True(problem.GetProperty("errors").TryGetProperty("/widgets", out _));
        }

        await MakeAsync(ada, $$"""{"title":"a","widgets":[{{fitting}}]}""");
        for (var i = 1; i < 200; i++)
        {
            await MakeAsync(i % 2 == 0 ? ada : bo, Text("a"));
        }

        await ExpectAsync(HttpStatusCode.Conflict, "POST", Path, ada, Text("a"));
        await MakeAsync(stranger, Text("a"));
    }

    [Fact]
    public async Task Who_goes_leaves_what_he_shared()
    {
        var own = await MakeAsync(bo, Text("Own"));
        var shared = await MakeAsync(bo, Text("Left", "shared"));
        await ExpectAsync(HttpStatusCode.OK, "DELETE", "/api/v1/users/bo", admin);

        var left = await ExpectAsync(HttpStatusCode.OK, "GET", $"{Path}/{Id(shared)}", ada);
        Assert.Equal(JsonValueKind.Null, left.GetProperty("owner").ValueKind);
        await ChangeAsync(HttpStatusCode.Conflict, ada, left, Text("Left"), 1);
        await ExpectAsync(HttpStatusCode.NotFound, "GET", $"{Path}/{Id(own)}", admin);
    }

    [Fact]
    public async Task Live_tells_of_what_the_listener_may_see_alone()
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(house.Address, "/live?topics=dashboards"));
        request.Headers.Add("x-weir-key", viewer);
        request.Headers.Add("accept", "text/event-stream");
        var cancel = TestContext.Current.CancellationToken;
        using var answer = await client.SendAsync(request, cancel);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        await NextAsync(reader, "beat");

        await MakeAsync(ada, Text("Own"));
        await MakeAsync(stranger, Text("Theirs", "shared"));
        var shared = await MakeAsync(ada, Text("Ours", "shared"));
        var told = await NextAsync(reader, "dashboards");
        Assert.Equal([Id(shared)], told.GetProperty("dashboards").EnumerateArray().Select(id => id.GetString()!));
    }

    private static async Task<JsonElement> NextAsync(StreamReader reader, string type)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using var message = JsonDocument.Parse(line["data: ".Length..]);
                if (message.RootElement.GetProperty("type").GetString() == type)
                {
                    return message.RootElement.Clone();
                }
            }
        }

        throw new InvalidOperationException($"No message {type} came.");
    }

    private static string Text(string title, string visibility = "private") =>
        $$"""{"title":"{{title}}","visibility":"{{visibility}}","widgets":[{"id":"w1","kind":"number","metric":"costUsd","x":0,"y":0,"w":3,"h":3}]}""";

    private static string Id(JsonElement one) => one.GetProperty("id").GetString()!;

    private static (string? Visibility, bool Own, string? Owner) Of(JsonElement one) =>
        (
            one.GetProperty("visibility").GetString(),
            one.GetProperty("own").GetBoolean(),
            one.GetProperty("owner").GetString()
        );

    private Task<JsonElement> MakeAsync(string key, string json) =>
        ExpectAsync(HttpStatusCode.Created, "POST", Path, key, json);

    private Task<JsonElement> ChangeAsync(
        HttpStatusCode expected,
        string key,
        JsonElement one,
        string json,
        int version
    ) => ExpectAsync(expected, "PUT", $"{Path}/{Id(one)}", key, json, ("If-Match", $"\"{version}\""));

    private async Task<JsonElement> ExpectAsync(
        HttpStatusCode expected,
        string method,
        string path,
        string key,
        string? json = null,
        params (string Name, string Value)[] headers
    )
    {
        var (status, text) = await house.SendAsync(method, path, key, json, headers: headers);
        Assert.True(status == expected, $"{method} {path}: {status} {text}");
        using var answer = JsonDocument.Parse(text);
        return answer.RootElement.Clone();
    }
}
