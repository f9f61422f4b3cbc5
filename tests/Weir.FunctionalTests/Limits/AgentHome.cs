using System.Globalization;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Limits;

/// <summary>A home with a transcript of Claude Code's, and a data folder in it.</summary>
internal sealed class AgentHome : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> lines = [];
    private int written;

    /// <summary>The moment that the transcript is told from: a whole minute, so that hours can be reckoned.</summary>
    public DateTimeOffset Now { get; } =
        new(
            TimeProvider.System.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute,
            TimeSpan.Zero
        );

    /// <summary>The data folder.</summary>
    public string Data => folder.At("data");

    /// <summary>A request: 1,000 tokens of input and 500 of output.</summary>
    public AgentHome Request(DateTimeOffset at, string session = "s1", string model = "claude-sonnet-4-5")
    {
        var id = lines.Count.ToString(CultureInfo.InvariantCulture);
        return Line(
            at,
            session,
            new
            {
                type = "assistant",
                uuid = "u" + id,
                sessionId = session,
                timestamp = Text(at),
                version = "2.1.197",
                requestId = "r" + id,
                message = new
                {
                    id = "m" + id,
                    role = "assistant",
                    type = "message",
                    model,
                    content = Array.Empty<object>(),
                    usage = new { input_tokens = 1000, output_tokens = 500 },
                },
            }
        );
    }

    /// <summary>A message on a limit.</summary>
    public AgentHome Refusal(DateTimeOffset at, string text) =>
        Line(
            at,
            "s1",
            new
            {
                type = "assistant",
                uuid = "l" + lines.Count.ToString(CultureInfo.InvariantCulture),
                sessionId = "s1",
                timestamp = Text(at),
                version = "2.1.197",
                isApiErrorMessage = true,
                error = "rate_limit",
                message = new
                {
                    id = "x" + lines.Count.ToString(CultureInfo.InvariantCulture),
                    role = "assistant",
                    type = "message",
                    model = "<synthetic>",
                    content = new[] { new { type = "text", text } },
                    usage = new { input_tokens = 0, output_tokens = 0 },
                },
            }
        );

    /// <summary>Writes to the transcript what is not in it yet.</summary>
    public AgentHome Write()
    {
        var project = folder.Make(Path.Combine(".claude", "projects", "-x"));
        File.AppendAllLines(Path.Combine(project, "s1.jsonl"), lines.Skip(written));
        written = lines.Count;
        return this;
    }

    /// <summary>Runs a command at home.</summary>
    public Task<ProgramResult> RunAsync(string? input, params string[] arguments) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            arguments,
            new Dictionary<string, string>
            {
                ["WEIR_DATA"] = Data,
                ["HOME"] = folder.Path,
                ["TZ"] = "UTC",
            },
            input: input
        );

    public void Dispose() => folder.Dispose();

    private static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private AgentHome Line(DateTimeOffset at, string session, object line)
    {
        // Soon is a slip in reckoning; far away is meant.
        Assert.True(at <= Now || at > Now.AddYears(1), session);
        lines.Add(JsonSerializer.Serialize(line));
        return this;
    }
}
