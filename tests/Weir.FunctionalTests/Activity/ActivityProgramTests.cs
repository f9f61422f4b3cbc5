using System.Diagnostics;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Activities;

/// <summary>The feed of a whole program: what its configuration goes through, over restarts, followed by <c>weir activity</c>.</summary>
public sealed class ActivityProgramTests : IAsyncLifetime
{
    private const string First = """
        version: 1
        providers:
          - { name: simulator, kind: simulator }

        """;

    private const string Second = First + "routes: [{ name: second, targets: [simulator] }]\n";

    private readonly TemporaryFolder folder = new();
    private readonly int port = WeirProcess.FreePort();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() => weir = await StartAsync(First);

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_a_document_goes_through_is_told_and_followed_over_a_restart()
    {
        await UntilAsync("config.applied");
        var lines = new List<string>();
        using var follower = Follow(lines);
        try
        {
            await UntilLinesAsync(lines, 1);
            await WriteAsync(Second);
            await UntilLinesAsync(lines, 2);
            await WriteAsync(First + "routes: nonsense\n");
            await UntilLinesAsync(lines, 3);
            await WriteAsync(Second);
            await weir.UntilAsync(
                async () => await SendAsync(HttpMethod.Post, "/api/v1/config/rollback", """{"version":1}""") == 200,
                "have seen that the file is sound again"
            );
            await UntilLinesAsync(lines, 4);

            // The server goes, its document changes meanwhile, and it comes back at the same address.
            Assert.Equal(0, await weir.StopAsync());
            await weir.DisposeAsync();
            weir = await StartAsync(First + "# another\n");
            await UntilLinesAsync(lines, 5);
            Assert.Equal(422, await SendAsync(HttpMethod.Put, "/api/v1/config", """{"text":"version: nonsense"}"""));
            await UntilLinesAsync(lines, 6);
        }
        finally
        {
            follower.Kill();
            await follower.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var page = await weir.GetAsync("/api/v1/activity?after=0");
        var told = page.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()).ToList();
        Assert.Equal(told, lines);
        Assert.Equal(
            [
                "config.applied: configuration: version 1 is in force, found at the start",
                "config.applied: configuration: version 2 is in force, from the file",
                "config.refused: configuration: the changed file was refused (1 fault)",
                "config.rolled_back: configuration: version 1 is in force again, by admin",
                "config.applied: configuration: version 4 is in force, found at the start",
                "config.refused: configuration: a change by admin was refused (1 fault)",
            ],
            lines.Select(line =>
            {
                using var json = JsonDocument.Parse(line);
                return $"{json.RootElement.GetProperty("kind")}: {json.RootElement.GetProperty("text")}";
            })
        );
    }

    [Fact]
    public async Task The_command_shows_a_table_and_the_apis_json_with_and_without_a_server()
    {
        await UntilAsync("config.applied");

        var table = await weir.CommandAsync("activity");
        Assert.True(table.ExitCode == 0, table.ToString());
        Assert.Matches(@"WHEN\s+SEVERITY\s+KIND\s+WHAT", table.Output);
        Assert.Matches(@"info\s+config\.applied\s+configuration: version 1 is in force", table.Output);
        var none = await weir.CommandAsync("activity", "--kind", "breaker");
        Assert.Equal((0, ""), (none.ExitCode, none.Output));
        var wrong = await weir.CommandAsync("activity", "--kind", "brekaer");
        Assert.Equal(2, wrong.ExitCode);

        await weir.StopAsync();
        var json = await weir.CommandAsync("activity", "--json", "--kind", "config.applied");
        Assert.True(json.ExitCode == 0, json.ToString());
        using var page = JsonDocument.Parse(json.Output);
        Assert.Equal(1, page.RootElement.GetProperty("items").GetArrayLength());
    }

    private Task<WeirProcess> StartAsync(string yaml) => WeirProcess.StartAsync(folder.At("data"), yaml, port: port);

    private Task WriteAsync(string yaml) => File.WriteAllTextAsync(folder.At("data.yaml"), yaml);

    private Task UntilAsync(string kind) =>
        weir.UntilAsync(
            async () =>
                (await weir.GetAsync($"/api/v1/activity?kind={kind}")).GetProperty("items").GetArrayLength() > 0,
            $"tell of {kind}"
        );

    private Task UntilLinesAsync(List<string> lines, int count) =>
        weir.UntilAsync(
            () =>
            {
                lock (lines)
                {
                    return Task.FromResult(lines.Count >= count);
                }
            },
            $"have told {count} events"
        );

    private Process Follow(List<string> lines)
    {
        var info = new ProcessStartInfo(
            WeirProcess.Executable,
            ["activity", "--follow", "--json", "--server", weir.BaseUrl.ToString(), "--key", weir.AdminKey]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is { } line)
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<int> SendAsync(HttpMethod method, string path, string json)
    {
        using var look = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/config", UriKind.Relative));
        look.Headers.TryAddWithoutValidation("x-api-key", weir.AdminKey);
        using var looked = await weir.SendAsync(look);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(json, null, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("x-api-key", weir.AdminKey);
        request.Headers.TryAddWithoutValidation("If-Match", looked.Headers.ETag!.ToString());
        using var answer = await weir.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
