using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.FunctionalTests.Access;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.FunctionalTests.Privacy;

/// <summary>What cannot be let go of in one place holds up no other: neither the rest of a workspace nor another workspace.</summary>
public sealed class RetentionFaultTests : IAsyncDisposable
{
    private const string Kept = "retention: { requests: 60d, activity: 30d }\n";

    private readonly AccessHouse house = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_month_whose_file_cannot_be_read_keeps_only_its_own_requests()
    {
        var admin = await house.PersonAsync(WorkspaceId.Default, "grace", "admin");
        var (foreign, other) = ("", WorkspaceId.Default);
        await house.PrepareAsync(async identity =>
        {
            var made = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            foreign = made.Value!.KeyText;
            other = identity.Workspaces.All.Single(one => one.Name == "other").Id;
        });
        await house.StartAsync();
        var (status, text) = await PutAsync(foreign, $"version: 1\n{Kept}");
        Assert.True(status == HttpStatusCode.OK, text);
        await house.StopAsync();
        await FillAsync(other);

        await house.StartAsync(Kept);

        await UntilAsync(async () => await RequestsAsync(foreign) == 1);
        var (failed, lost) = await house.SendAsync("GET", "/api/v1/usage/requests?from=200d", admin);
        Assert.True(failed == HttpStatusCode.ServiceUnavailable, lost);

        // What went is told where it is asked for, and to nobody else.
        foreach (var question in (string[])["requests", "summary", "series"])
        {
            Assert.NotNull(await SinceAsync(foreign, $"usage/{question}?from=200d"));
            Assert.Null(await SinceAsync(foreign, $"usage/{question}?from=30d"));
        }

        Assert.NotNull(await SinceAsync(foreign, "ledger/months"));
        Assert.Equal(0, await MonthsAsync(foreign));
        Assert.Equal(1, await MonthsAsync(admin));
    }

    private async Task<string?> SinceAsync(string key, string path)
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/" + path, key);
        Assert.True(status == HttpStatusCode.OK, text);
        using var answer = JsonDocument.Parse(text);
        return answer.RootElement.TryGetProperty("recordsSince", out var since) ? since.GetString() : null;
    }

    private async Task<int> MonthsAsync(string key)
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/ledger/months", key);
        Assert.True(status == HttpStatusCode.OK, text);
        using var answer = JsonDocument.Parse(text);
        return answer.RootElement.GetProperty("items").GetArrayLength();
    }

    /// <summary>Of both workspaces an old request and a new one; the old one of the first is in a file that is then cut off.</summary>
    private async Task FillAsync(WorkspaceId other)
    {
        var now = TimeProvider.System.GetUtcNow();
        var old = now.AddDays(-100);
        await using var ledger = UsageLedger
            .Open(new LedgerOptions { DataFolder = house.Data }, TimeProvider.System)
            .Ledger!;
        await ledger.ImportAsync(
            [
                Record(1, WorkspaceId.Default, old),
                Record(2, WorkspaceId.Default, now),
                Record(3, other, old),
                Record(4, other, now),
            ],
            Cancel
        );
        var month = new DateTimeOffset(old.Year, old.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var moved = await ledger.Archive.ArchiveAsync(WorkspaceId.Default, month, Cancel);
        Assert.Equal(1, moved.Records);
        var file = (await ledger.Archive.ListAsync(Cancel)).Single().File;
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file, Cancel))[..40], Cancel);
    }

    private static UsageRecord Record(long id, WorkspaceId workspace, DateTimeOffset at) =>
        new()
        {
            Id = new RecordId(id),
            Workspace = workspace,
            StartedAt = at,
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Model = "sim-a",
        };

    private async Task<int> RequestsAsync(string key)
    {
        var (status, text) = await house.SendAsync("GET", "/api/v1/usage/requests?from=200d", key);
        Assert.True(status == HttpStatusCode.OK, text);
        using var page = JsonDocument.Parse(text);
        return page.RootElement.GetProperty("items").GetArrayLength();
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

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 500; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(20, Cancel);
        }

        Assert.Fail("It did not happen.");
    }
}
