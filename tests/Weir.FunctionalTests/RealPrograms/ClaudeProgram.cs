using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code, headless, as the tests start it: with a home of its own, and not a word to its maker.</summary>
/// <param name="BaseUrl">What it takes for Anthropic.</param>
/// <param name="Token">What it shows there.</param>
/// <param name="Home">Its home.</param>
internal sealed record ClaudeProgram(Uri BaseUrl, string Token, string Home)
{
    /// <summary>The model that it asks for.</summary>
    public string Model { get; init; } = "claude-sonnet-5";

    /// <summary>Where it works; null for its home.</summary>
    public string? Folder { get; init; }

    /// <summary>Variables beside its own. Where they set up telemetry, its own switch must not be thrown.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string> { ["DISABLE_TELEMETRY"] = "1" };

    /// <summary>What a failure tells beside the program's own outputs.</summary>
    public Func<string> Log { get; init; } = () => "";

    /// <summary>A prompt, answered in one JSON document. It may echo in a shell, and start subagents.</summary>
    public Task<ProgramResult> AskAsync(string prompt, params string[] more) =>
        RunAsync(["-p", prompt, "--output-format", "json", .. Allowed, .. more]);

    /// <summary>
    /// Several turns in one process, each given when the one before has ended, answered in lines of JSON. A turn is the blocks
    /// of a message, as Anthropic writes them.
    /// </summary>
    public async Task<ProgramResult> TalkAsync(IEnumerable<object[]> turns, params string[] more)
    {
        string[] settings = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
        var result = await ProgramRun.TalkAsync(
            "node",
            [Programs.ClaudeCode, "-p", .. settings, .. Allowed, .. more],
            Variables,
            Folder ?? Home,
            turns.Select(content =>
                JsonSerializer.Serialize(new { type = "user", message = new { role = "user", content } })
            ),
            line => line.StartsWith("""{"type":"result",""", StringComparison.Ordinal)
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{Log()}");
        return result;
    }

    /// <summary>Runs it, to an end without a fault.</summary>
    public async Task<ProgramResult> RunAsync(params string[] arguments)
    {
        var result = await TryAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{result}\n{Log()}");
        return result;
    }

    /// <summary>Runs it, to whatever end.</summary>
    public Task<ProgramResult> TryAsync(params string[] arguments) =>
        Programs.NodeAsync(Programs.ClaudeCode, arguments, Variables, Folder ?? Home);

    /// <summary>Its own sums, of the usage that Weir let through or translated, are the vendor's too.</summary>
    /// <param name="said">Its last words: a document with <c>modelUsage</c>.</param>
    /// <param name="charges">All that it was charged for, in that process.</param>
    public static void AssertSawTheSame(JsonElement said, IReadOnlyCollection<ProviderCharge> charges)
    {
        var models = said.GetProperty("modelUsage").EnumerateObject().Select(m => m.Value).ToList();
        Assert.Equal(
            (
                charges.Sum(c => c.Usage.Input ?? 0),
                charges.Sum(c => c.Usage.CacheRead ?? 0),
                charges.Sum(c => (c.Usage.CacheWrite5m ?? 0) + (c.Usage.CacheWrite1h ?? 0)),
                charges.Sum(c => c.Usage.Output ?? 0)
            ),
            (
                models.Sum(m => m.Number("inputTokens")),
                models.Sum(m => m.Number("cacheReadInputTokens")),
                models.Sum(m => m.Number("cacheCreationInputTokens")),
                models.Sum(m => m.Number("outputTokens"))
            )
        );
    }

    private Dictionary<string, string> Variables =>
        new(Environment)
        {
            ["HOME"] = Home,
            ["CLAUDE_CONFIG_DIR"] = Path.Combine(Home, ".claude"),
            ["ANTHROPIC_BASE_URL"] = BaseUrl.ToString().TrimEnd('/'),
            ["ANTHROPIC_AUTH_TOKEN"] = Token,
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["DISABLE_AUTOUPDATER"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
        };

    private string[] Allowed => ["--model", Model, "--allowedTools", "Bash(echo:*)", "Agent", "Task"];
}
