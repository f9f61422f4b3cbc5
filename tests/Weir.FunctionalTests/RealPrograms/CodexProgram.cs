using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Codex, headless, as the tests start it: at Weir alone, and free to do in its home what it likes.</summary>
/// <param name="BaseUrl">Weir.</param>
/// <param name="Key">What it shows there.</param>
/// <param name="Home">Its home and where it works.</param>
internal sealed record CodexProgram(Uri BaseUrl, string Key, string Home)
{
    /// <summary>The model that it asks for.</summary>
    public string Model { get; init; } = "gpt-5.1-codex";

    /// <summary>More of its configuration, after the rest; null for nothing.</summary>
    public string? Settings { get; init; }

    /// <summary>What a failure tells beside the program's own outputs.</summary>
    public Func<string> Log { get; init; } = () => "";

    /// <summary><c>codex exec --json</c> with these arguments, to an end without a fault.</summary>
    public async Task<ProgramResult> ExecAsync(params string[] arguments)
    {
        await File.WriteAllTextAsync(
            Path.Combine(Home, "config.toml"),
            $"""
            model = "{Model}"
            model_provider = "weir"
            approval_policy = "never"
            sandbox_mode = "danger-full-access"
            check_for_update_on_startup = false
            [analytics]
            enabled = false
            [model_providers.weir]
            name = "Weir"
            base_url = "{BaseUrl}v1"
            env_key = "WEIR_KEY"
            wire_api = "responses"
            {Settings}
            """
        );
        var result = await Programs.NodeAsync(
            Programs.Codex,
            ["exec", "--json", "--skip-git-repo-check", .. arguments],
            new Dictionary<string, string>
            {
                ["HOME"] = Home,
                ["CODEX_HOME"] = Home,
                ["WEIR_KEY"] = Key,
            },
            Home
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{Log()}");
        return result;
    }

    /// <summary>The next turn of the session that was last.</summary>
    public Task<ProgramResult> ResumeAsync(string prompt) => ExecAsync("resume", "--last", prompt);

    /// <summary>What it did in a turn, step by step.</summary>
    public static IReadOnlyList<JsonElement> Items(ProgramResult turn) =>
        [.. turn.JsonLines().Where(e => e.Text("type") == "item.completed").Select(e => e.GetProperty("item"))];

    /// <summary>Its own sums of the session up to a turn are the vendor's too; it counts the cache inside the input.</summary>
    public static void AssertSawTheSame(ProgramResult turn, IReadOnlyCollection<Foundation.TokenUsage> charged)
    {
        var usage = turn.JsonLines().Single(e => e.Text("type") == "turn.completed").GetProperty("usage");
        Assert.Equal(
            (
                charged.Sum(u => u.Prompt),
                charged.Sum(u => u.CacheRead ?? 0),
                charged.Sum(u => (u.CacheWrite5m ?? 0) + (u.CacheWrite1h ?? 0)),
                charged.Sum(u => u.Output ?? 0)
            ),
            (
                usage.Number("input_tokens"),
                usage.Number("cached_input_tokens"),
                usage.Number("cache_write_input_tokens"),
                usage.Number("output_tokens")
            )
        );
    }
}
