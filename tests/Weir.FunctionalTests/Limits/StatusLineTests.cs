using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Limits;

/// <summary><c>weir statusline</c>: one line whatever comes in, with a server, with its file, and with nothing.</summary>
public sealed class StatusLineTests : IDisposable
{
    private readonly AgentHome home = new();

    public void Dispose() => home.Dispose();

    private string Input(int used = 41) =>
        JsonSerializer.Serialize(
            new
            {
                session_id = "s1",
                model = new { id = "claude-opus-4-8", display_name = "Opus 4.8" },
                cost = new { total_cost_usd = 1.5 },
                context_window = new { used_percentage = 38 },
                rate_limits = new
                {
                    five_hour = new { used_percentage = used, resets_at = home.Now.AddHours(2).ToUnixTimeSeconds() },
                    seven_day = new { used_percentage = 12, resets_at = home.Now.AddDays(3).ToUnixTimeSeconds() },
                },
            }
        );

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":7,\"rate_limits\":[],\"cost\":{\"total_cost_usd\":\"x\"},\"session_id\":{}}")]
    [InlineData("{\"model\":{\"display_name\":\"\\ud800\"}}")]
    [InlineData("{\"rate_limits\":{\"five_hour\":{\"used_percentage\":1e300,\"resets_at\":-1}}}")]
    [InlineData("{\"a\":")]
    public async Task Whatever_comes_in_one_short_line_comes_out(string input)
    {
        var told = await home.RunAsync(input, "statusline");

        Assert.Equal((0, "weir\n", ""), (told.ExitCode, told.Output, told.Errors));
        Assert.False(Directory.Exists(home.Data));
    }

    [Fact]
    public async Task What_the_program_tells_is_shown_where_weir_knows_nothing()
    {
        var told = await home.RunAsync(Input(), "statusline");

        Assert.Matches(
            @"^Opus 4\.8 · \$1\.50 session · block 41% of limit, [12]h \d+m left · week 12% · context 38%\n$",
            told.Output
        );
        Assert.DoesNotContain('\e', told.Output);
        Assert.Contains('\e', (await home.RunAsync(Input(), "statusline", "--color")).Output);
    }

    [Fact]
    public async Task A_name_moves_no_cursor_and_is_not_longer_than_a_line()
    {
        var input = JsonSerializer.Serialize(
            new { model = new { display_name = "a\u001b[2J\n\u202eb" + new string('x', 5000) } }
        );

        var told = await home.RunAsync(input, "statusline");

        Assert.StartsWith("a[2Jb", told.Output, StringComparison.Ordinal);
        Assert.InRange(told.Output.Length, 1, 80);
        Assert.Equal(1, told.Output.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Commands_leave_a_file_that_it_reads_without_a_server()
    {
        home.Request(home.Now).Write();
        await home.RunAsync(null, "usage");

        var told = (await home.RunAsync("{}", "statusline", "--json")).Json();

        Assert.Equal("file", told.GetProperty("source").GetString());
        Assert.Equal("0.0105", told.GetProperty("todayUsd").GetString());
        Assert.Equal("0.0105", told.GetProperty("blockUsd").GetString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(home.Data, "statusline.json"))
            );
        }

        // Half an hour old: costs are left out, the block's end still holds.
        var file = Path.Combine(home.Data, "statusline.json");
        var text = await File.ReadAllTextAsync(file);
        var at = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("at").GetString()!;
        await File.WriteAllTextAsync(
            file,
            text.Replace(
                at,
                DateTimeOffset.Parse(at).AddMinutes(-30).UtcDateTime.ToString("O"),
                StringComparison.Ordinal
            )
        );
        var old = (await home.RunAsync("{}", "statusline", "--json")).Json();
        Assert.Equal(JsonValueKind.Null, old.GetProperty("todayUsd").ValueKind);
        Assert.Equal(JsonValueKind.String, old.GetProperty("blockEnd").ValueKind);

        await File.WriteAllTextAsync(file, "[1,");
        Assert.Equal(
            "none",
            (await home.RunAsync("{}", "statusline", "--json")).Json().GetProperty("source").GetString()
        );
    }

    [Fact]
    public async Task A_server_answers_and_learns_the_quotas()
    {
        home.Request(home.Now).Write();
        await using var weir = await WeirProcess.StartAsync(home.Data);
        var told = default(JsonElement);
        // A first answer may take longer than the line waits.
        await weir.UntilAsync(
            async () =>
            {
                told = (await home.RunAsync(Input(), "statusline", "--json")).Json();
                return told.GetProperty("source").GetString() == "server"
                    && told.GetProperty("sessionUsd").GetString() == "0.0105"
                    && told.GetProperty("blockUsd").GetString() == "0.0105";
            },
            "answer a status line"
        );

        Assert.Equal("0.0105", told.GetProperty("todayUsd").GetString());
        Assert.Equal(home.Now.AddHours(2), told.GetProperty("blockEnd").GetDateTimeOffset());
        await weir.UntilAsync(
            async () =>
                (await weir.GetAsync("/api/v1/limits"))
                    .GetProperty("limits")
                    .EnumerateArray()
                    .Any(limit =>
                        limit.GetProperty("scope").GetString() == "seven_day"
                        && limit.GetProperty("told").GetProperty("by").GetString() == "statusline"
                        && limit.GetProperty("usedPercent").GetDouble() == 12
                    ),
            "learn the quotas"
        );
        var known = await weir.GetAsync("/api/v1/statusline?session=s1");
        Assert.Equal("0.0105", known.GetProperty("sessionUsd").GetString());
        Assert.Contains(
            known.GetProperty("limits").EnumerateArray(),
            limit =>
                limit.GetProperty("scope").GetString() == "five_hour" && !limit.GetProperty("estimated").GetBoolean()
        );
    }

    [Fact]
    public async Task Help_has_examples_and_a_slip_is_wrong_use()
    {
        Assert.Contains(
            "Examples:",
            (await home.RunAsync(null, "statusline", "--help")).Output,
            StringComparison.Ordinal
        );
        Assert.Equal(2, (await home.RunAsync(null, "statusline", "--colour")).ExitCode);
    }
}
