using System.Net;
using System.Text.Json;

namespace Weir.FunctionalTests.Live;

/// <summary><c>/live</c> as server-sent events.</summary>
public sealed class EventStreamTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task A_snapshot_comes_first_and_then_each_change_once()
    {
        var before = await server.AskAsync();
        await server.Weir.SettleAsync();
        using var answer = await server.GetAsync();
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", answer.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        using var events = new LiveEventReader(answer);

        var snapshot = (await events.NextAsync())!;
        string[] asked = [await server.AskAsync(), await server.AskAsync(), await server.AskAsync()];
        var told = new List<string>();
        var cursor = snapshot.Cursor;
        while (!asked.All(told.Contains))
        {
            var changes = await events.NextWithRequestsAsync();
            Assert.Equal("changes", changes.Type);
            foreach (var sequence in changes.Body.GetProperty("changes").EnumerateArray().Select(Sequence))
            {
                Assert.True(sequence > cursor);
                cursor = sequence;
            }

            Assert.Equal(cursor, changes.Cursor);
            told.AddRange(changes.Ids);
        }

        Assert.Equal("snapshot", snapshot.Type);
        Assert.Contains(before, snapshot.Ids);
        Assert.DoesNotContain(before, told);
        Assert.Equal(told.Distinct(StringComparer.Ordinal), told);
        Assert.Equal(asked, told.Where(asked.Contains).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_request_is_told_as_the_management_api_shows_it()
    {
        using var events = new LiveEventReader(await server.GetAsync());
        await events.NextAsync();
        var id = await server.AskAsync();

        LiveEvent changes;
        do
        {
            changes = await events.NextWithRequestsAsync();
        } while (!changes.Ids.Contains(id));
        var told = changes
            .Body.GetProperty("changes")
            .EnumerateArray()
            .Select(change => change.GetProperty("request"))
            .Single(request => request.GetProperty("id").GetString() == id);
        var shown = await server.Weir.GetAsync($"/api/v1/usage/requests/{id}");

        foreach (var property in told.EnumerateObject())
        {
            Assert.Equal(property.Value.GetRawText(), shown.GetProperty(property.Name).GetRawText());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_comes_back_is_told_what_it_missed(bool asBrowsersDo)
    {
        long cursor;
        using (var first = new LiveEventReader(await server.GetAsync()))
        {
            cursor = (await first.NextAsync())!.Cursor;
        }

        string[] asked = [await server.AskAsync(), await server.AskAsync()];
        await server.Weir.SettleAsync();
        // A browser repeats the address of its first time, and what it has heard since stands in the header.
        using var again = asBrowsersDo
            ? await server.GetAsync("/live?after=0", headers: ("Last-Event-ID", $"{cursor}"))
            : await server.GetAsync($"/live?after={cursor}");
        using var events = new LiveEventReader(again);

        var beat = (await events.NextAsync())!;
        var told = new List<string>();
        while (told.Count < asked.Length)
        {
            told.AddRange((await events.NextWithRequestsAsync()).Ids);
        }

        Assert.Equal(("beat", cursor), (beat.Type, beat.Cursor));
        Assert.Equal(asked, told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_cursor_of_another_ledger_is_a_gap_and_a_snapshot()
    {
        using var events = new LiveEventReader(await server.GetAsync("/live?after=900000000000"));

        var gap = (await events.NextAsync())!;

        Assert.Equal("gap", gap.Type);
        Assert.Equal(JsonValueKind.Null, gap.Body.GetProperty("missed").ValueKind);
        Assert.Equal("snapshot", (await events.NextAsync())!.Type);
    }

    [Fact]
    public async Task Sums_say_up_to_which_change_they_are()
    {
        await server.AskAsync();
        await server.Weir.SettleAsync();
        var asOf = (await server.Weir.GetAsync("/api/v1/usage/summary")).GetProperty("asOf").GetInt64();
        using var events = new LiveEventReader(await server.GetAsync($"/live?after={asOf}"));
        Assert.Equal("beat", (await events.NextAsync())!.Type);

        var next = await server.AskAsync();
        var changes = await events.NextWithRequestsAsync();

        Assert.Contains(next, changes.Ids);
        Assert.All(
            changes.Body.GetProperty("changes").EnumerateArray().Select(Sequence),
            sequence => Assert.True(sequence > asOf)
        );
    }

    [Fact]
    public async Task Another_workspaces_requests_are_never_told()
    {
        using var events = new LiveEventReader(await server.GetAsync(key: server.OtherKey));
        using var own = new LiveEventReader(await server.GetAsync());
        await own.NextAsync();
        var seen = new List<string>((await events.NextAsync())!.Ids);

        var foreign = await server.AskAsync();
        // The foreign one is stored before the other is asked for: it would have been told first.
        while (!(await own.NextWithRequestsAsync()).Ids.Contains(foreign)) { }
        var mine = await server.AskAsync(server.OtherKey);
        do
        {
            seen.AddRange((await events.NextWithRequestsAsync()).Ids);
        } while (!seen.Contains(mine));

        Assert.DoesNotContain(foreign, seen);
        using var again = new LiveEventReader(await server.GetAsync("/live?after=0", server.OtherKey));
        Assert.Equal("beat", (await again.NextAsync())!.Type);
        var read = new List<string>();
        while (!read.Contains(mine))
        {
            read.AddRange((await again.NextWithRequestsAsync()).Ids);
        }

        Assert.DoesNotContain(foreign, read);
    }

    [Fact]
    public async Task A_revoked_key_hears_nothing_more()
    {
        var key = await server.CreateKeyAsync("listener", "read");
        using var events = new LiveEventReader(await server.GetAsync(key: key));
        Assert.Equal("snapshot", (await events.NextAsync())!.Type);

        var request = new HttpRequestMessage(HttpMethod.Delete, new Uri("/api/v1/keys/listener", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-weir-key", server.Weir.AdminKey);
        using var revoked = await server.Weir.SendAsync(request);
        Assert.True(revoked.IsSuccessStatusCode);
        var secret = await server.AskAsync();
        var heard = new List<string>();
        while (await events.NextAsync() is { } more)
        {
            heard.AddRange(more.Ids);
        }

        Assert.DoesNotContain(secret, heard);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.NotAcceptable)]
    [InlineData("application/json", HttpStatusCode.NotAcceptable)]
    [InlineData("text/event-stream;q=0", HttpStatusCode.NotAcceptable)]
    [InlineData("*/*", HttpStatusCode.NotAcceptable)]
    [InlineData("text/html, text/event-stream;q=0.5", HttpStatusCode.OK)]
    public async Task What_is_asked_for_must_be_named(string? accept, HttpStatusCode status)
    {
        using var answer = await server.GetAsync(accept: accept);

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("/live?after=x")]
    [InlineData("/live?after=-1")]
    [InlineData("/live?after=99999999999999999999")]
    [InlineData("/live?since=1")]
    public async Task A_faulty_cursor_is_refused(string path)
    {
        using var answer = await server.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wk_nobody")]
    [InlineData("sk-ant-x")]
    public async Task Without_a_key_nothing_is_told(string key)
    {
        using var answer = await server.GetAsync(key: key);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_key_for_models_alone_may_not_listen()
    {
        using var answer = await server.GetAsync(key: await server.CreateKeyAsync("models", "gateway"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static long Sequence(JsonElement change) => change.GetProperty("sequence").GetInt64();
}
