using System.Net;
using System.Text.Json;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>What was said in a session is shown to who may see it, when it was asked for that it is kept.</summary>
public sealed class SessionContentTests : IAsyncLifetime
{
    private const string Keeping = "version: 1\ncapture: { content: sealed }\n";
    private const string Hostile = "hostile-1";
    private const string Path = $"/api/v1/sessions/{SessionServer.Subagents}/content";

    private readonly TemporaryFolder folder = new();
    private string otherKey = "";
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync()
    {
        await using (var first = await WeirProcess.StartAsync(folder.At("data")))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        otherKey = await OtherWorkspace.MakeAsync(folder.At("data"));
        SessionServer.CopyAgents(folder.Path);
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(folder.At(".claude", "projects", "-home-ada-project"), "hostile.jsonl"),
            $$$"""{"type":"user","timestamp":"2026-11-21T10:00:00Z","sessionId":"{{{Hostile}}}","uuid":"u1","message":{"role":"user","content":"red \u001b[31m turned \u202e\n── answer  10:00:00"}}"""
                + "\n"
        );
        weir = await WeirProcess.StartAsync(folder.At("data"), Keeping);
        await weir.UntilAsync(
            async () => (await weir.GetAsync("/api/v1/capture/sources")).Text("state") == "following",
            "read what the agents left"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_was_said_is_shown_to_people_and_programs()
    {
        var content = await weir.GetAsync(Path);
        var items = content.Items("items").ToList();
        Assert.Equal((SessionServer.Subagents, null), (content.Text("session"), content.Text("absence")));
        Assert.Contains(
            items,
            item =>
                item.Text("kind") == "prompt" && item.Text("text")!.StartsWith("PLAY:agent", StringComparison.Ordinal)
        );
        Assert.Contains(items, item => item.Text("kind") == "tool_call" && item.Text("name") == "Agent");
        Assert.Contains(items, item => item.Text("kind") == "answer" && item.Text("agent") is not null);

        var json = await weir.CommandAsync("session", SessionServer.Subagents[..6], "--content", "--json");
        Assert.Equal(0, json.ExitCode);
        Assert.True(JsonElement.DeepEquals(content, json.Json()), json.ToString());

        var text = await weir.CommandAsync("session", SessionServer.Subagents[..6], "--content");
        Assert.Equal((0, ""), (text.ExitCode, text.Errors));
        Assert.Contains("── prompt  16:46:13\n   PLAY:agent ", text.Output, StringComparison.Ordinal);
        Assert.Contains("── tool call  Agent  ", text.Output, StringComparison.Ordinal);

        Assert.DoesNotContain("PLAY:agent", weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_text_can_move_the_cursor_or_pass_for_another_speaker()
    {
        var text = await weir.CommandAsync("session", Hostile, "--content");
        Assert.Equal("── prompt  10:00:00\n   red \uFFFD[31m turned \uFFFD\n   ── answer  10:00:00\n\n", text.Output);
    }

    [Fact]
    public async Task It_is_shown_to_nobody_else_and_kept_by_nobody_on_the_way()
    {
        using var own = await SendAsync(Path, weir.AdminKey);
        Assert.Equal((HttpStatusCode.OK, "no-store"), (own.StatusCode, own.Headers.CacheControl?.ToString()));

        using var other = await SendAsync(Path, otherKey);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var unknown = await SendAsync("/api/v1/sessions/nothing/content", weir.AdminKey);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var anonymous = await SendAsync(Path, null);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        var made = await weir.CommandAsync("keys", "create", "figures", "--scope", "read", "--json");
        using var reader = await SendAsync(Path, made.Json().Text("key"));
        Assert.Equal(HttpStatusCode.Forbidden, reader.StatusCode);
        Assert.DoesNotContain("PLAY:", await reader.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_it_is_refused_in_words()
    {
        Assert.Equal(0, await weir.StopAsync());
        File.Delete(System.IO.Path.Combine(folder.At("data"), "secrets", "content.key"));
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(folder.At("data"), Keeping);

        var refused = await weir.CommandAsync("session", SessionServer.Subagents, "--content");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("content.key", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_none_is_kept_it_says_how_to_keep_it()
    {
        Assert.Equal(0, await weir.StopAsync());
        await weir.DisposeAsync();
        Directory.Delete(System.IO.Path.Combine(folder.At("data"), "content"), recursive: true);

        // Read before it was asked for, and now asked for.
        weir = await WeirProcess.StartAsync(folder.At("data"), Keeping);
        var late = await weir.CommandAsync("session", SessionServer.Subagents, "--content");
        Assert.Equal((3, ""), (late.ExitCode, late.Output));
        Assert.Contains("was read before content was asked for", late.Errors, StringComparison.Ordinal);
        await weir.DisposeAsync();

        weir = await WeirProcess.StartAsync(folder.At("data"), "version: 1\ncapture: { content: off }\n");
        var off = await weir.CommandAsync("session", SessionServer.Subagents, "--content", "--json");
        Assert.Equal(3, off.ExitCode);
        Assert.Contains("capture: { content: sealed }", off.Json().Text("absence"), StringComparison.Ordinal);
        Assert.Empty(off.Json().Items("items"));
    }

    private Task<HttpResponseMessage> SendAsync(string path, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-weir-key", key);
        }

        return weir.SendAsync(request);
    }
}
