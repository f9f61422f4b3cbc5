using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Testing;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>npm's <c>graphql</c>, in a process of its own that is fed line by line.</summary>
internal sealed class Judge : IAsyncDisposable
{
    private readonly Process process;

    private Judge(Process process) => this.process = process;

    /// <summary>Starts one for a schema.</summary>
    public static async Task<Judge> StartAsync(string sdl)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(RealPrograms.Repository, "tests", "programs"),
        };
        start.ArgumentList.Add("graphql-judge.mjs");
        var judge = new Judge(Process.Start(start)!);
        await judge.AskAsync(new JsonObject { ["sdl"] = sdl });
        return judge;
    }

    /// <summary>One line and its answer.</summary>
    public async Task<JsonElement> AskAsync(JsonObject question)
    {
        await process.StandardInput.WriteLineAsync(question.ToJsonString());
        await process.StandardInput.FlushAsync();
        var line = await process.StandardOutput.ReadLineAsync();
        Assert.True(line is not null, $"The judge died of {question.ToJsonString()}");
        using var answer = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1024 });
        return answer.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
