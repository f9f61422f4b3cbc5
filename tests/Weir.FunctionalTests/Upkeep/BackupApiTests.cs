using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>Backups of a running server, over the API and from another machine's command line.</summary>
public sealed class BackupApiTests : IAsyncLifetime
{
    private readonly FilledFolder folder = new();
    private WeirProcess weir = null!;
    private int count;

    public async ValueTask InitializeAsync()
    {
        count = await folder.FillAsync();
        weir = await WeirProcess.StartAsync(folder.Data);
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Doctor_tells_of_the_newest_one()
    {
        Assert.Contains("there is none", await ToldAsync(), StringComparison.Ordinal);
        using var begun = await SendAsync(HttpMethod.Post, "/api/v1/backups");
        await EndedAsync(begun.Headers.Location!.ToString());

        Assert.Contains("the newest is of 20", await ToldAsync(), StringComparison.Ordinal);

        async Task<string> ToldAsync()
        {
            var doctor = await folder.RunAsync(
                "doctor",
                "--json",
                "--server",
                weir.BaseUrl.ToString(),
                "--key",
                weir.AdminKey
            );
            using var answer = JsonDocument.Parse(doctor.Output);
            return answer
                .RootElement.GetProperty("checks")
                .EnumerateArray()
                .Single(check => check.GetProperty("name").GetString() == "backups")
                .GetProperty("detail")
                .GetString()!;
        }
    }

    [Fact]
    public async Task One_is_asked_for_waited_for_taken_in_pieces_restored_and_removed()
    {
        using var begun = await SendAsync(HttpMethod.Post, "/api/v1/backups");
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        var path = begun.Headers.Location!.ToString();
        var made = await EndedAsync(path);
        Assert.Equal("done", made.GetProperty("state").GetString());
        var bytes = made.GetProperty("bytes").GetInt64();

        var file = folder.At("taken.weirbackup");
        await using (var output = File.Create(file))
        {
            for (long at = 0; at < bytes; at += 100_000)
            {
                using var part = await SendAsync(
                    HttpMethod.Get,
                    path + "/file",
                    new RangeHeaderValue(at, Math.Min(bytes, at + 100_000) - 1)
                );
                Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
                await part.Content.CopyToAsync(output);
            }
        }

        var restored = await folder.RunAsync("restore", file, "--data", folder.At("restored"));
        Assert.True(restored.ExitCode == 0, restored.ToString());
        var told = await folder.RunAsync(
            "usage",
            "--since",
            "2025-01-01",
            "--until",
            "2027-12-31",
            "--json",
            "--data",
            folder.At("restored")
        );
        Assert.Equal(count, told.Json().GetProperty("total").GetProperty("requests").GetInt32());

        var listed = await weir.GetAsync("/api/v1/backups");
        Assert.Equal(1, listed.GetProperty("items").GetArrayLength());
        var status = await weir.GetAsync("/api/v1/system/status");
        Assert.Equal(
            made.GetProperty("createdAt").GetString(),
            status.GetProperty("backups").GetProperty("lastAt").GetString()
        );
        using var removed = await SendAsync(HttpMethod.Delete, path);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder.Data, "backups")));
    }

    [Fact]
    public async Task Another_machine_takes_one_and_leaves_none_behind()
    {
        var file = folder.At("elsewhere.weirbackup");

        var told = await folder.RunAsync(
            "backup",
            "-o",
            file,
            "--json",
            "--server",
            weir.BaseUrl.ToString(),
            "--key",
            weir.AdminKey
        );

        Assert.True(told.ExitCode == 0, told.ToString());
        Assert.Equal(new FileInfo(file).Length, told.Json().GetProperty("bytes").GetInt64());
        Assert.Equal(0, (await folder.RunAsync("restore", file, "--dry-run", "--data", folder.At("new"))).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder.Data, "backups")));
        Assert.Equal(
            4,
            (await folder.RunAsync("backup", "--server", weir.BaseUrl.ToString(), "--key", "wk_nobody")).ExitCode
        );
    }

    [Fact]
    public async Task Restoring_over_a_running_server_is_refused()
    {
        var file = folder.At("one.weirbackup");
        Assert.Equal(0, (await folder.RunAsync("backup", "-o", file)).ExitCode);

        Assert.Equal(4, (await folder.RunAsync("restore", file)).ExitCode);
        Assert.Equal(4, (await folder.RunAsync("restore", file, "--to", "2020-01-01T00:00:00Z")).ExitCode);
        Assert.Equal(4, (await folder.RunAsync("restore", folder.Database, "--data", folder.At("x"))).ExitCode);
    }

    private async Task<JsonElement> EndedAsync(string path)
    {
        JsonElement item = default;
        await weir.UntilAsync(
            async () =>
            {
                item = await weir.GetAsync(path);
                return item.GetProperty("state").GetString() != "running";
            },
            "make a backup"
        );
        return item;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("x-weir-key", weir.AdminKey);
        request.Headers.Range = range;
        return await weir.SendAsync(request);
    }
}
