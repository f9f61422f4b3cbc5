using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>The versions of a running server's configuration: whoever brought them, compared and brought back.</summary>
public sealed class ConfigVersionsTests : IAsyncLifetime
{
    private const string First = """
        version: 1
        providers:
          - { name: simulator, kind: simulator }
          # the team's own
          - { name: openai, kind: openai, apiKey: sk-canary-first }

        """;

    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    private string ConfigFile => folder.At("data.yaml");

    private static string Second => First.Replace("sk-canary-first", "sk-canary-second", StringComparison.Ordinal);

    private static string Third => First + "routes: [{ name: third, targets: [simulator] }]\n";

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(folder.At("data"), First);
        await UntilVersionAsync(1);
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_rollback_brings_back_text_comments_and_keys_and_is_a_version_itself()
    {
        await File.WriteAllTextAsync(ConfigFile, Second);
        await UntilVersionAsync(2);
        var put = await SendAsync(
            HttpMethod.Put,
            "/api/v1/config",
            JsonSerializer.Serialize(
                new
                {
                    text = Third.Replace("sk-canary-first", "\"********\"", StringComparison.Ordinal),
                    comment = "a route",
                }
            ),
            await EtagAsync()
        );
        Assert.True(put.Status == 200, put.Text);
        Assert.Equal(3, put.Json.GetProperty("version").GetInt64());
        Assert.Contains("sk-canary-second", await File.ReadAllTextAsync(ConfigFile), StringComparison.Ordinal);

        var back = await SendAsync(
            HttpMethod.Post,
            "/api/v1/config/rollback",
            """{"version":1,"comment":"the route failed"}""",
            await EtagAsync()
        );

        Assert.True(back.Status == 200, back.Text);
        Assert.Equal(4, back.Json.GetProperty("version").GetInt64());
        Assert.Equal(First, await File.ReadAllTextAsync(ConfigFile));
        Assert.DoesNotContain("sk-canary", back.Text, StringComparison.Ordinal);

        var page = await weir.GetAsync("/api/v1/config/versions");
        Assert.Equal(
            [
                "4 rollback admin 1 the route failed True",
                "3 api admin - a route False",
                "2 file file - - False",
                "1 start file - - False",
            ],
            page.GetProperty("items").EnumerateArray().Select(Line)
        );
        Assert.DoesNotContain("sk-canary", page.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "sk-canary",
            (await weir.GetAsync("/api/v1/config/versions/1")).ToString(),
            StringComparison.Ordinal
        );
        var noted = (await weir.GetAsync("/api/v1/audit?action=config.change")).GetProperty("items")[0];
        Assert.Equal(1, noted.GetProperty("after").GetProperty("restores").GetInt64());
        Assert.Equal("the route failed", noted.GetProperty("after").GetProperty("comment").GetString());

        // What a killed or a restarted server knows is the same, and a start with the same file is no version.
        await weir.KillAsync();
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(folder.At("data"), First);
        Assert.Equal(4, (await weir.GetAsync("/api/v1/config")).GetProperty("version").GetInt64());
        Assert.Equal(0, await weir.StopAsync());
        await AssertNoCanaryAsync();
    }

    [Fact]
    public async Task Pages_go_back_to_the_first_version()
    {
        for (var number = 2; number <= 7; number++)
        {
            var etag = await EtagAsync();
            var text = (await weir.GetAsync("/api/v1/config")).GetProperty("text").GetString();
            var put = await SendAsync(
                HttpMethod.Put,
                "/api/v1/config",
                JsonSerializer.Serialize(new { text = text + $"# {number}\n" }),
                etag
            );
            Assert.Equal(number, put.Json.GetProperty("version").GetInt64());
        }

        var seen = new List<long>();
        string? next = null;
        do
        {
            var page = await weir.GetAsync("/api/v1/config/versions?limit=3" + (next is null ? "" : $"&cursor={next}"));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("version").GetInt64()));
            next = page.GetProperty("next").GetString();
        } while (next is not null);

        Assert.Equal([7L, 6L, 5L, 4L, 3L, 2L, 1L], seen);
        var diff = await weir.GetAsync("/api/v1/config/versions/7/diff?against=5");
        Assert.Equal(
            "--- version 5\n+++ version 7\n@@ -7,3 +7,5 @@\n # 3\n # 4\n # 5\n+# 6\n+# 7\n",
            diff.GetProperty("diff").GetString()
        );
    }

    [Fact]
    public async Task What_cannot_be_brought_back_is_refused_and_nothing_changes()
    {
        await File.WriteAllTextAsync(ConfigFile, Third);
        await UntilVersionAsync(2);
        var etag = await EtagAsync();
        const string Back = """{"version":1}""";
        const string Path = "/api/v1/config/rollback";

        (await SendAsync(HttpMethod.Post, Path, Back, null)).Problem(428);
        (await SendAsync(HttpMethod.Post, Path, Back, "something-else")).Problem(412);
        (await SendAsync(HttpMethod.Post, Path, """{"version":99}""", etag)).Problem(404);
        (await SendAsync(HttpMethod.Post, Path, "{}", etag)).Problem(400);
        (await SendAsync(HttpMethod.Post, Path, """{"version":1,"comment":"two\nlines"}""", etag)).Problem(400);
        foreach (var path in new[] { "99", "x", "0", "-1", "99999999999999999999", "1/diff?against=7", "x/diff" })
        {
            (await SendAsync(HttpMethod.Get, $"/api/v1/config/versions/{path}", null, null)).Problem(404);
        }

        (await SendAsync(HttpMethod.Get, "/api/v1/config/versions?limit=0&cursor=x", null, null)).Problem(400);

        // A server that runs without its file has nowhere to put it.
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(folder.At("data"));
        (await SendAsync(HttpMethod.Post, Path, Back, "none")).Problem(409);
        Assert.Equal(Third, await File.ReadAllTextAsync(ConfigFile));
    }

    [Fact]
    public async Task The_command_line_lists_compares_and_brings_back()
    {
        await File.WriteAllTextAsync(ConfigFile, Third);
        await UntilVersionAsync(2);

        var diff = await weir.CommandAsync("config", "diff");
        Assert.Equal(0, diff.ExitCode);
        Assert.Contains("+routes: [{ name: third, targets: [simulator] }]\n", diff.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", diff.Output, StringComparison.Ordinal);

        var back = await weir.CommandAsync("config", "rollback", "1", "--comment", "as it was");
        Assert.True(back.ExitCode == 0, back.Errors);
        Assert.Contains("version 1 is in force again, as version 3", back.Errors, StringComparison.Ordinal);
        Assert.Equal(First, await File.ReadAllTextAsync(ConfigFile));

        var listed = await weir.CommandAsync("config", "versions");
        var lines = listed.Output.Split('\n');
        Assert.StartsWith("VERSION", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^3 \* .*admin +rollback to 1 +as it was", lines[1]);
        Assert.Equal(
            3,
            (await weir.CommandAsync("config", "versions", "--json")).Json().GetProperty("items").GetArrayLength()
        );
        var same = await weir.CommandAsync("config", "diff", "1", "3");
        Assert.Equal((0, ""), (same.ExitCode, same.Output));
        Assert.Contains("the two are the same", same.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await weir.CommandAsync("config", "rollback", "99")).ExitCode);

        var commented = folder.At("put.yaml");
        await File.WriteAllTextAsync(commented, (await weir.CommandAsync("config", "show")).Output + "# more\n");
        Assert.Equal(0, (await weir.CommandAsync("config", "put", commented, "--comment", "by hand")).ExitCode);
        var newest = (await weir.CommandAsync("config", "versions", "--json")).Json().GetProperty("items")[0];
        Assert.Equal("by hand", newest.GetProperty("comment").GetString());
    }

    [Fact]
    public async Task Each_workspace_has_versions_of_its_own_and_sees_no_others()
    {
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        var key = Texts(made.Json())
            .Single(text => text.StartsWith("wk_", StringComparison.Ordinal) && text.Length == 41);
        Assert.Equal(
            0,
            (await SendAsync(HttpMethod.Get, "/api/v1/config/versions", null, null, key))
                .Json.GetProperty("items")
                .GetArrayLength()
        );
        (await SendAsync(HttpMethod.Get, "/api/v1/config/versions/1", null, null, key)).Problem(404);

        var put = await SendAsync(
            HttpMethod.Put,
            "/api/v1/config",
            """{"text":"version: 1\nproviders:\n  - { name: own, kind: simulator }\n"}""",
            "none",
            key
        );
        Assert.True(put.Status == 200, put.Text);
        Assert.Equal(1, put.Json.GetProperty("version").GetInt64());
        File.Delete(folder.At("weir.d/acme.yaml"));
        await weir.UntilAsync(
            async () =>
                (await SendAsync(HttpMethod.Get, "/api/v1/config", null, null, key))
                    .Json.GetProperty("etag")
                    .GetString() == "none",
            "notice that the file is gone"
        );

        var back = await SendAsync(HttpMethod.Post, "/api/v1/config/rollback", """{"version":1}""", "none", key);

        Assert.True(back.Status == 200, back.Text);
        Assert.True(File.Exists(folder.At("weir.d/acme.yaml")));
        Assert.Single((await weir.GetAsync("/api/v1/config/versions")).GetProperty("items").EnumerateArray());
    }

    private static string Line(JsonElement version) =>
        string.Join(
            ' ',
            version.GetProperty("version").GetInt64().ToString(CultureInfo.InvariantCulture),
            version.GetProperty("source").GetString(),
            version.GetProperty("actor").GetString(),
            version.GetProperty("restores") is { ValueKind: JsonValueKind.Number } restored ? restored.ToString() : "-",
            version.GetProperty("comment").GetString() ?? "-",
            version.GetProperty("inForce").GetBoolean().ToString()
        );

    private static IEnumerable<string> Texts(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().SelectMany(property => Texts(property.Value)),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
            JsonValueKind.String => [json.GetString()!],
            _ => [],
        };

    private async Task AssertNoCanaryAsync()
    {
        foreach (var file in Directory.EnumerateFiles(folder.At("data"), "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.False(
                (await reader.ReadToEndAsync()).Contains("sk-canary", StringComparison.Ordinal),
                $"{file} holds a key"
            );
        }
    }

    private async Task<string> EtagAsync() => (await weir.GetAsync("/api/v1/config")).GetProperty("etag").GetString()!;

    private Task UntilVersionAsync(long version) =>
        weir.UntilAsync(
            async () =>
                (await weir.GetAsync("/api/v1/config")).GetProperty("version")
                    is { ValueKind: JsonValueKind.Number } now
                && now.GetInt64() == version,
            $"be at version {version}"
        );

    private async Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? json,
        string? etag,
        string? key = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (json is not null)
        {
            request.Content = new StringContent(json, null, "application/json");
        }

        request.Headers.TryAddWithoutValidation("x-api-key", key ?? weir.AdminKey);
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{etag}\"");
        }

        using var answer = await weir.SendAsync(request);
        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            new Dictionary<string, string>()
        );
    }
}
