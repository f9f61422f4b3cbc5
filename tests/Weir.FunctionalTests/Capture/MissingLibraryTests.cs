using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Capture;

/// <summary>A system without <c>libzstd</c>: what needs it is told as not read, hinders nothing else, and is read once it is there.</summary>
public sealed class MissingLibraryTests : IDisposable
{
    private const string Thread = "019b5e0a-0000-7000-8000-000000000001";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Compressed_sessions_are_told_as_not_read_and_read_when_the_library_is_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library is hidden by the loader's search path.");
        var sessions = folder.Make(Path.Combine(".codex", "sessions"));
        var packed = Path.Combine(sessions, $"rollout-2026-05-13T09-00-00-{Thread}.jsonl.zst");
        await File.WriteAllBytesAsync(packed, ContentCoding.Zstd.Compress(Lines(Thread, "resp_1", 1000)));
        var other = Thread[..^1] + "2";
        await File.WriteAllBytesAsync(
            Path.Combine(sessions, $"rollout-2026-05-13T09-00-00-{other}.jsonl"),
            Lines(other, "resp_2", 200)
        );
        // The loader finds this one first, and it is none.
        var hidden = folder.Make("hidden");
        await File.WriteAllTextAsync(Path.Combine(hidden, "libzstd.so.1"), "no library");

        Assert.Equal(200, await InputAsync(hidden));
        Assert.Equal(200, await InputAsync(hidden));
        var problem = Assert.Single(await ProblemsAsync(hidden));
        // By the name that it has in either form.
        Assert.Equal(Path.ChangeExtension(packed, null), problem.GetProperty("file").GetString());
        Assert.Contains("libzstd", problem.GetProperty("problem").GetString(), StringComparison.Ordinal);

        // The same file, unchanged.
        Assert.Equal(1200, await InputAsync(null));
        Assert.Empty(await ProblemsAsync(null));
        Assert.Equal(1200, await InputAsync(null));
    }

    private static byte[] Lines(string thread, string response, int input) =>
        System.Text.Encoding.UTF8.GetBytes(
            $$$"""
            {"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"{{{thread}}}","cwd":"/home/ada/engine"}}
            {"timestamp":"2026-05-13T09:00:01.000Z","type":"turn_context","payload":{"model":"gpt-5.4","cwd":"/home/ada/engine"}}
            {"timestamp":"2026-05-13T09:00:02.000Z","type":"token_usage_record","payload":{"response_id":"{{{response}}}","thread_id":"{{{thread}}}","usage":{"input_tokens":{{{input}}},"output_tokens":5,"total_tokens":{{{input
                + 5}}} } } }

            """
        );

    private async Task<long> InputAsync(string? libraries)
    {
        var usage = await RunAsync(libraries, "usage", "--since", "2026-05-01", "--until", "2026-06-01", "--json");
        return usage.Json().GetProperty("total").GetProperty("inputTokens").GetInt64();
    }

    private async Task<JsonElement[]> ProblemsAsync(string? libraries)
    {
        var told = await RunAsync(libraries, "capture", "--json");
        return
        [
            .. told.Json()
                .GetProperty("sources")
                .EnumerateArray()
                .SelectMany(source => source.GetProperty("problems").EnumerateArray()),
        ];
    }

    private async Task<ProgramResult> RunAsync(string? libraries, params string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["WEIR_DATA"] = folder.At("data"),
            ["HOME"] = folder.Path,
            ["TZ"] = "UTC",
        };
        if (libraries is not null)
        {
            environment["LD_LIBRARY_PATH"] = libraries;
        }

        var result = await ProgramRun.RunAsync(WeirProcess.Executable, arguments, environment);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }
}
