using System.Net;
using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.FunctionalTests.Live;
using Weir.Testing;

namespace Weir.FunctionalTests.Limits;

/// <summary>News of limits on <c>/live</c>.</summary>
public sealed class LimitNewsTests : IAsyncLifetime
{
    private readonly AgentHome home = new();
    private WeirProcess weir = null!;
    private string otherKey = "";

    public async ValueTask InitializeAsync()
    {
        home.Request(home.Now.AddMinutes(-30)).Write();
        await using (var first = await WeirProcess.StartAsync(home.Data))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        otherKey = await OtherWorkspace.MakeAsync(home.Data);
        weir = await WeirProcess.StartAsync(home.Data);
        await weir.UntilAsync(
            async () =>
                (await weir.GetAsync("/api/v1/capture/sources")).GetProperty("state").GetString() == "following",
            "read what the agent left"
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (weir is not null)
        {
            await weir.DisposeAsync();
        }

        home.Dispose();
    }

    [Fact]
    public async Task A_message_in_a_transcript_that_is_followed_is_told_to_its_workspace_alone()
    {
        using var own = new LiveEventReader(await ListenAsync("limits", weir.AdminKey));
        using var other = new LiveEventReader(await ListenAsync("requests,limits", otherKey));
        Assert.Equal("beat", (await own.NextAsync())!.Type);
        Assert.Equal("snapshot", (await other.NextAsync())!.Type);

        home.Refusal(home.Now.AddMinutes(-1), "You've hit your session limit · resets 1pm (UTC)").Write();

        var told = await NextNewsAsync(own);
        Assert.Equal(("limits", "told"), (told.Type, told.Body.GetProperty("news").GetString()));
        // What is read because of it holds it.
        var notice = Assert.Single((await weir.GetAsync("/api/v1/limits")).GetProperty("notices").EnumerateArray());
        Assert.Equal("reached", notice.GetProperty("kind").GetString());
        // It was told to all by now: what is told to the other first is what is its own.
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            otherKey
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("changes", (await NextNewsAsync(other)).Type);
    }

    [Fact]
    public async Task What_a_status_line_tells_is_told_on_and_is_in_what_is_read_then()
    {
        var before = await weir.GetAsync("/api/v1/limits");
        using var own = new LiveEventReader(await ListenAsync("limits", weir.AdminKey));
        using var other = new LiveEventReader(await ListenAsync("limits", otherKey));
        Assert.Equal("beat", (await own.NextAsync())!.Type);
        Assert.Equal("beat", (await other.NextAsync())!.Type);
        var resets = home.Now.AddHours(2).ToUnixTimeSeconds();

        using var answer = await weir.PostAsync(
            "/api/v1/statusline",
            $$"""{"rate_limits":{"five_hour":{"used_percentage":41.5,"resets_at":{{resets}}} } }"""
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        Assert.Equal("told", (await NextNewsAsync(own)).Body.GetProperty("news").GetString());
        Assert.DoesNotContain("41.5", before.GetRawText(), StringComparison.Ordinal);
        var limit = Assert.Single((await weir.GetAsync("/api/v1/limits")).GetProperty("limits").EnumerateArray());
        Assert.Equal(41.5, limit.GetProperty("usedPercent").GetDouble());
        Assert.False(limit.GetProperty("estimated").GetBoolean());
    }

    [Fact]
    public async Task What_is_used_moves_estimates()
    {
        using var own = new LiveEventReader(await ListenAsync("limits", weir.AdminKey));
        Assert.Equal("beat", (await own.NextAsync())!.Type);
        var before = UsedUsd(await weir.GetAsync("/api/v1/limits"));

        home.Request(home.Now.AddMinutes(-2)).Write();

        Assert.Equal("estimate", (await NextNewsAsync(own)).Body.GetProperty("news").GetString());
        Assert.Equal(("0.0105", "0.021"), (before, UsedUsd(await weir.GetAsync("/api/v1/limits"))));
    }

    private static string? UsedUsd(JsonElement limits) =>
        limits.GetProperty("limits")[0].GetProperty("running").GetProperty("usedUsd").GetString();

    private static Task<LiveEvent> NextNewsAsync(LiveEventReader events) => events.NextWithRequestsAsync();

    private Task<HttpResponseMessage> ListenAsync(string topics, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/live?topics={topics}", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-weir-key", key);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        return weir.SendAsync(request);
    }
}
