using System.Collections.Immutable;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms.Matrix;

/// <summary>A row of the matrix: a program, and its work at whichever upstream.</summary>
/// <param name="Name">As the document names it.</param>
/// <param name="KeepsProofs">Whether it sends back what signs the thinking of a former turn.</param>
/// <param name="Run">Runs it.</param>
internal sealed record MatrixProgram(string Name, bool KeepsProofs, Func<MatrixColumn, Task<MatrixWork>> Run);

/// <summary>What a program says that it did.</summary>
internal sealed record MatrixWork(int Turns, int Tools, int Schemas = 0);

/// <summary>The programs of the matrix, and what each is asked to do.</summary>
internal static class MatrixPrograms
{
    /// <summary>All of them. A new one is a line here and its work below.</summary>
    public static ImmutableArray<MatrixProgram> All { get; } =
    [
        new("Claude Code", KeepsProofs: true, ClaudeAsync),
        new("Codex", KeepsProofs: true, CodexAsync),
        new("Anthropic SDK", KeepsProofs: true, column => SdkAsync(column, "anthropic", "tool_use")),
        new("OpenAI SDK, Chat", KeepsProofs: false, column => SdkAsync(column, "chat", "tool_calls")),
        new("OpenAI SDK, Responses", KeepsProofs: true, column => SdkAsync(column, "responses", "completed")),
        new("Google GenAI SDK", KeepsProofs: true, column => SdkAsync(column, "google", "STOP")),
    ];

    private const string Thought = "Let me look at the water first.";

    /// <summary>Two tools at once behind thinking, a subagent, a picture in the prompt, three tools in a row; resumed, a picture on disk.</summary>
    private static async Task<MatrixWork> ClaudeAsync(MatrixColumn column)
    {
        // It sends thinking back to the model that it takes it to be of, by its name.
        var claude = column.Run.Claude() with
        {
            Model = column.Upstream.AnsweringModel,
        };
        var image = new
        {
            type = "image",
            source = new
            {
                type = "base64",
                media_type = "image/png",
                data = Picture.Base64,
            },
        };
        var start = column.Run.Provider.Charges.Count;
        var first = await claude.TalkAsync([
            [Text($"Please {Prompts.Think} {Prompts.CallTwice}.")],
            [Text($"Please {Prompts.StartSubagent}.")],
            [Text("What is this?"), image],
            [Text($"Please {Prompts.KeepCalling}.")],
        ]);
        var ends = Ends(first);
        ClaudeProgram.AssertSawTheSame(ends[^1], column.Since(start));
        Assert.Contains(Blocks(first, "assistant"), b => b.Text("type") == "thinking" && b.Text("thinking") == Thought);

        var middle = column.Run.Provider.Charges.Count;
        var path = await Picture.SaveAsync(claude.Home);
        var second = await claude.TalkAsync(
            [
                [Text($"Please {Prompts.LookAt}{path};")],
            ],
            "--resume",
            ends[0].Text("session_id")!
        );
        ClaudeProgram.AssertSawTheSame(Ends(second)[^1], column.Since(middle));
        Assert.Equal(2, column.PicturesOf(column.Since(middle)[^1]));

        return new MatrixWork(ends.Count + Ends(second).Count, Ran(first) + Ran(second));

        static object Text(string text) => new { type = "text", text };

        static List<JsonElement> Ends(ProgramResult talk)
        {
            var ends = talk.JsonLines().Where(l => l.Text("type") == "result").ToList();
            Assert.All(ends, e => Assert.Equal(Prompts.FinalAnswer, e.Text("result")));
            return ends;
        }

        static IEnumerable<JsonElement> Blocks(ProgramResult talk, string type) =>
            talk.JsonLines()
                .Where(l => l.Text("type") == type)
                .Select(l => l.GetProperty("message").GetProperty("content"))
                .Where(c => c.ValueKind == JsonValueKind.Array)
                .SelectMany(c => c.EnumerateArray());

        static int Ran(ProgramResult talk) =>
            Blocks(talk, "user")
                .Count(b =>
                    b.Text("type") == "tool_result"
                    && !(b.TryGetProperty("is_error", out var error) && error.ValueKind == JsonValueKind.True)
                );
    }

    /// <summary>Two commands at once behind thinking; resumed, a patch; resumed, a picture on disk.</summary>
    private static async Task<MatrixWork> CodexAsync(MatrixColumn column)
    {
        var codex = column.Run.Codex() with { Model = "gpt-5.5" };
        var path = await Picture.SaveAsync(codex.Home);
        var before = column.Run.Provider.Charges.Count;
        var tools = 0;
        var turns = 0;
        foreach (
            var prompt in new[]
            {
                $"Please {Prompts.Think} {Prompts.CallTwice}.",
                $"Please {Prompts.Patch}.",
                $"Please {Prompts.LookAt}{path};",
            }
        )
        {
            var turn = await (turns == 0 ? codex.ExecAsync(prompt) : codex.ResumeAsync(prompt));
            var items = CodexProgram.Items(turn);
            Assert.Equal(Prompts.FinalAnswer, items.Last(i => i.Text("type") == "agent_message").Text("text"));
            // Its sums are those of the whole session.
            CodexProgram.AssertSawTheSame(turn, [.. column.Since(before).Select(c => c.Usage)]);
            tools += items.Count(i => i.Text("type") is "file_change" or "command_execution");
            turns++;
        }

        Assert.Equal(
            Prompts.PatchedLine + "\n",
            await File.ReadAllTextAsync(Path.Combine(codex.Home, Prompts.PatchedFile))
        );
        // It says nothing of a picture that it looked at; the model has it.
        return new MatrixWork(turns, tools + column.PicturesOf(column.Since(before)[^1]));
    }

    /// <summary>What <c>sdk-matrix.mjs</c> asks: six calls, each one request, told in the order of the requests.</summary>
    private static async Task<MatrixWork> SdkAsync(MatrixColumn column, string sdk, string stopOfTools)
    {
        var before = column.Run.Provider.Charges.Count;
        var told = await column.Run.ScriptAsync(
            "sdk-matrix.mjs",
            ("SDK", sdk),
            ("PICTURE", Picture.Base64),
            ("BASE_URL", column.Run.Weir.BaseUrl.ToString().TrimEnd('/'))
        );
        var charges = column.Since(before);
        var calls = told.ToDictionary(t => t.Text("call")!);

        Assert.Equal(
            charges.Select(c => (c.Usage.Prompt, c.Usage.CacheRead ?? 0, c.Usage.Output ?? 0)),
            told.Select(t => t.GetProperty("usage"))
                .Select(u => (u.Number("prompt"), u.Number("cached"), u.Number("output")))
        );
        foreach (var name in new[] { "whole", "stream", "results", "picture" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
        }

        Assert.Equal(Thought, calls["tools"].Text("thought"));
        Assert.Equal(stopOfTools, calls["tools"].Text("stop"));
        var places = calls["tools"].Items("places").Select(p => p.GetString()).ToList();
        Assert.Equal(["weir", "weir"], places);
        Assert.Contains(Prompts.ToolOutput, charges[3].Request.BodyText, StringComparison.Ordinal);
        if (column.Upstream.Dialect != Dialect.BedrockConverse)
        {
            using var shaped = JsonDocument.Parse(calls["shaped"].Text("text")!);
            Assert.Equal("Work at the weir", shaped.RootElement.Text("title"));
        }

        return new MatrixWork(told.Count, places.Count, Schemas: 1);
    }

    private static class Picture
    {
        /// <summary>One red pixel.</summary>
        public const string Base64 =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

        public static async Task<string> SaveAsync(string folder)
        {
            var path = Path.Combine(folder, "weir.png");
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(Base64));
            return path;
        }
    }
}
