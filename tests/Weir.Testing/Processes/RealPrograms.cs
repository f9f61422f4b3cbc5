namespace Weir.Testing;

/// <summary>The programs from npm that <c>tests/programs</c> pins.</summary>
public static class RealPrograms
{
    /// <summary>This checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary><c>tests/programs</c> of this checkout.</summary>
    public static string Folder { get; } = Path.Combine(Repository, "tests", "programs");

    /// <summary>Claude Code's launcher, to be run by node.</summary>
    public static string ClaudeCode => Module("@anthropic-ai", "claude-code", "cli-wrapper.cjs");

    /// <summary>Codex's launcher, to be run by node.</summary>
    public static string Codex => Module("@openai", "codex", "bin", "codex.js");

    /// <summary>Gemini CLI, to be run by node.</summary>
    public static string GeminiCli => Module("@google", "gemini-cli", "bundle", "gemini.js");

    /// <summary>OpenCode, a program of its own; npm has it for Linux on x64, which is where the tests run.</summary>
    public static string OpenCode => Module("opencode-linux-x64-baseline", "bin", "opencode");

    /// <summary>Runs a script of <c>tests/programs</c>, or a launcher, with node.</summary>
    public static Task<ProgramResult> NodeAsync(
        string script,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string? folder = null
    ) => ProgramRun.RunAsync("node", [Path.Combine(Folder, script), .. arguments], environment, folder);

    private static string Module(params string[] parts)
    {
        var path = Path.Combine([Folder, "node_modules", .. parts]);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException("Run ./test.sh, or npm ci --ignore-scripts in tests/programs.", path);
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Weir.slnx")))
        {
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException("The tests run from inside the checkout.");
        }

        return folder;
    }
}
