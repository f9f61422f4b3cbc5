using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.FunctionalTests.Access;
using Weir.Identity;
using Weir.Testing;

namespace Weir.FunctionalTests.Privacy;

/// <summary>A running server lets go of what its documents say is too old, and of nothing else.</summary>
public sealed class RetentionTests : IAsyncDisposable
{
    private const string Limits = "retention: { sessions: 30d, audit: 30d }\n";

    private readonly AccessHouse house = new();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task Old_sessions_and_old_entries_of_the_trail_go_and_figures_stay()
    {
        var admin = await house.PersonAsync(WorkspaceId.Default, "grace", "admin");
        using (
            var then = IdentityStore
                .Open(house.Data, new FakeClock(TimeProvider.System.GetUtcNow().AddDays(-60)))
                .Store!
        )
        {
            await then.Teams.CreateAsync(Actor.LocalCommand, "long-ago", null, TestContext.Current.CancellationToken);
        }

        await house.StartAsync();
        await TellAsync(admin, "old", TimeProvider.System.GetUtcNow().AddDays(-40));
        await TellAsync(admin, "new", TimeProvider.System.GetUtcNow().AddHours(-1));
        Assert.True(await HasLogAsync(admin, "old"));
        await house.StopAsync();

        await house.StartAsync(Limits);
        await UntilAsync(async () => !await HasLogAsync(admin, "old"));

        Assert.True(await HasLogAsync(admin, "new"));
        await UntilAsync(async () => !(await TrailAsync(admin)).Contains("long-ago", StringComparison.Ordinal));
        Assert.Contains("key-of-grace", await TrailAsync(admin), StringComparison.Ordinal);
        var (_, verdict) = await house.SendAsync("GET", "/api/v1/audit/verify", admin);
        using var sound = JsonDocument.Parse(verdict);
        Assert.True(sound.RootElement.GetProperty("sound").GetBoolean(), verdict);
        var (_, sums) = await house.SendAsync("GET", "/api/v1/usage/summary?from=60d", admin);
        using var total = JsonDocument.Parse(sums);
        Assert.Equal(2, total.RootElement.GetProperty("total").GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task Another_workspace_keeps_what_its_own_document_says()
    {
        await house.PersonAsync(WorkspaceId.Default, "grace", "admin");
        var foreign = "";
        await house.PrepareAsync(async identity =>
        {
            var made = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            foreign = made.Value!.KeyText;
        });
        await house.StartAsync(Limits);
        await TellAsync(foreign, "old", TimeProvider.System.GetUtcNow().AddDays(-40));
        await house.StopAsync();
        await house.StartAsync(Limits);
        var (status, text) = await PutAsync(foreign, "version: 1\nretention: { audit: 30d }\n");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("belongs to the whole server", text, StringComparison.Ordinal);
        Assert.True(await HasLogAsync(foreign, "old"));
        (status, text) = await PutAsync(foreign, "version: 1\nretention: { sessions: 30d }\n");
        Assert.True(status == HttpStatusCode.OK, text);
        await house.StopAsync();

        await house.StartAsync(Limits);

        await UntilAsync(async () => !await HasLogAsync(foreign, "old"));
    }

    private async Task<(HttpStatusCode Status, string Text)> PutAsync(string key, string document)
    {
        var (_, now) = await house.SendAsync("GET", "/api/v1/config", key);
        using var known = JsonDocument.Parse(now);
        return await house.SendAsync(
            "PUT",
            "/api/v1/config",
            key,
            JsonSerializer.Serialize(new { text = document }),
            headers: ("If-Match", $"\"{known.RootElement.GetProperty("etag").GetString()}\"")
        );
    }

    private async Task TellAsync(string key, string session, DateTimeOffset at)
    {
        var time = at.ToUnixTimeMilliseconds() * 1000;
        var (status, text) = await house.SendAsync(
            "POST",
            "/api/v1/capture/batches",
            key,
            $$"""
            {"kind":"batch","version":1,"id":"b-{{session}}","host":"laptop","user":"ada","attributed":true}
            {"kind":"session","session":"{{session}}","client":"claude-code","firstAt":{{time}},"lastAt":{{time}}}
            {"kind":"request","source":2,"client":"claude-code","at":{{time}},"status":1,"model":"claude-sonnet-5","messageId":"m-{{session}}","input":10,"output":5,"session":"{{session}}"}

            """.ReplaceLineEndings("\n"),
            "application/x-ndjson"
        );
        Assert.True(status == HttpStatusCode.OK, text);
    }

    private async Task<bool> HasLogAsync(string key, string session) =>
        (await house.SendAsync("GET", $"/api/v1/sessions/{session}/content", key)).Status == HttpStatusCode.OK;

    private async Task<string> TrailAsync(string key) =>
        (await house.SendAsync("GET", "/api/v1/audit?limit=1000", key)).Text;

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 500; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Fail("It did not happen.");
    }
}
