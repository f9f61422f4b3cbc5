using System.Net;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>Two workspaces on one server: each sees its own, and no word of the other's.</summary>
public sealed class WorkspaceTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private string key = "";
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync()
    {
        await using (var first = await WeirProcess.StartAsync(folder.At("data")))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        key = await OtherWorkspace.MakeAsync(folder.At("data"));
        weir = await WeirProcess.StartAsync(folder.At("data"));
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Usage_and_keys_of_another_workspace_are_never_seen()
    {
        var own = await UseAsync(weir.AdminKey, "own-session");
        var others = await UseAsync(key, "other-session");
        await weir.SettleAsync();

        foreach (
            var (asking, mine, theirs, session) in new[]
            {
                (weir.AdminKey, own, others, "other-session"),
                (key, others, own, "own-session"),
            }
        )
        {
            var total = await GetAsync("/api/v1/usage/summary?groupBy=key,session", asking);
            Assert.Contains("\"requests\":1,", total, StringComparison.Ordinal);
            Assert.DoesNotContain(session, total, StringComparison.Ordinal);
            Assert.Contains(mine, await GetAsync("/api/v1/usage/requests", asking), StringComparison.Ordinal);
            Assert.DoesNotContain(theirs, await GetAsync("/api/v1/usage/requests", asking), StringComparison.Ordinal);
            Assert.DoesNotContain(theirs, await GetAsync("/api/v1/usage/export", asking), StringComparison.Ordinal);
            Assert.DoesNotContain(
                session,
                await GetAsync("/api/v1/usage/series?groupBy=session", asking),
                StringComparison.Ordinal
            );
            Assert.Contains(
                "\"requests\":0,",
                await GetAsync($"/api/v1/usage/summary?session={session}", asking),
                StringComparison.Ordinal
            );
            await GetAsync($"/api/v1/usage/requests/{mine}", asking);
            await GetAsync($"/api/v1/usage/requests/{theirs}", asking, HttpStatusCode.NotFound);
        }

        Assert.DoesNotContain(
            OtherWorkspace.KeyName,
            await GetAsync("/api/v1/keys", weir.AdminKey),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            weir.AdminKey[..7],
            await GetAsync("/api/v1/keys?includeRevoked=true", key),
            StringComparison.Ordinal
        );
        await GetAsync("/api/v1/system/status", key, HttpStatusCode.Forbidden);
        Assert.Contains("\"source\":\"none\"", await GetAsync("/api/v1/config", key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_told_its_workspace_and_the_live_view_shows_it()
    {
        Assert.StartsWith(
            """{"name":"default",""",
            await GetAsync("/api/v1/workspaces/current", weir.AdminKey),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            """{"name":"other",""",
            await GetAsync("/api/v1/workspaces/current", key),
            StringComparison.Ordinal
        );
        await UseAsync(key, "other-session");
        await weir.SettleAsync();
        string[] other = ["--server", weir.BaseUrl.ToString(), "--key", key];

        var own = await weir.CommandAsync("top", "--once");
        var text = await weir.CommandAsync(["top", "--once", .. other]);
        var json = await weir.CommandAsync(["top", "--once", "--json", .. other]);

        Assert.Matches("^weir top  [^ ]+  default  ", own.Output);
        Assert.True(text.ExitCode == 0, text.ToString());
        Assert.Matches("^weir top  127.0.0.1:[0-9]+  other  ", text.Output);
        Assert.Equal("other", json.Json().GetProperty("workspace").GetString());
        Assert.Equal(1, json.Json().GetProperty("today").GetProperty("requests").GetInt32());
    }

    private async Task<string> UseAsync(string with, string session)
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            with,
            [("x-claude-code-session-id", session)]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.GetValues("x-weir-request-id").Single();
    }

    private async Task<string> GetAsync(string path, string with, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("x-weir-key", with);
        using var answer = await weir.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
