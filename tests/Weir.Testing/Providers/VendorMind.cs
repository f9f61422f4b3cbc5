namespace Weir.Testing;

/// <summary>What a stand-in model has been told, whatever the dialect that it was told in.</summary>
/// <param name="Tools">The names of the tools that it may call.</param>
/// <param name="Prompt">The last words of the user's, as they stand in the request.</param>
/// <param name="Results">How many results of tools have come since.</param>
/// <param name="WantsJson">Whether the answer must be of a schema.</param>
public sealed record VendorHeard(IReadOnlyList<string> Tools, string Prompt, int Results, bool WantsJson);

/// <summary>
/// What the <see cref="FakeProvider"/> answers, the same in every dialect: Claude Code's and Codex's tool loops, subagents,
/// titles. <see cref="Prompts"/> steer it. Pure.
/// </summary>
public static class VendorMind
{
    private static readonly string[] SubagentTools = ["Agent", "Task"];

    /// <summary>The answer.</summary>
    /// <param name="heard">What it was told.</param>
    /// <param name="id">A prefix of the ids of its calls; empty for a dialect that has none.</param>
    public static VendorBlock[] Decide(VendorHeard heard, string id)
    {
        if (heard.WantsJson)
        {
            return [new VendorText("""{"title":"Work at the weir"}""")];
        }

        var answer = Act(heard, id);
        return heard.Prompt.Contains(Prompts.Think, StringComparison.Ordinal)
            ? [new VendorThinking("Let me look at the water first."), .. answer]
            : answer;
    }

    private static VendorBlock[] Act(VendorHeard heard, string id)
    {
        VendorBlock[] done = [new VendorText(Prompts.FinalAnswer)];
        var subagent = SubagentTools.FirstOrDefault(heard.Tools.Contains);
        if (Wants(heard, Prompts.StartSubagent) && subagent is not null && heard.Results == 0)
        {
            var work = new
            {
                description = "Look at the weir",
                prompt = $"Please {Prompts.CallTool}.",
                subagent_type = "general-purpose",
                run_in_background = false,
            };
            return [new VendorToolCall(id + "a", subagent, VendorJson.Write(work))];
        }

        if (Wants(heard, Prompts.CallTool) && heard.Results == 0)
        {
            return Shell(heard, id + "s", Prompts.Command) is { } call ? [call] : done;
        }

        if (Wants(heard, Prompts.LookAt) && heard.Results == 0)
        {
            return Look(heard, id + "l") is { } look ? [look] : done;
        }

        if (Wants(heard, Prompts.Patch) && heard.Results == 0 && heard.Tools.Contains("apply_patch"))
        {
            return [new VendorToolCall(id + "p", "apply_patch", VendorJson.Write(new { input = PatchText }))];
        }

        if (Wants(heard, Prompts.CallTwice) && heard.Results == 0)
        {
            return Shell(heard, id + "1", Prompts.Command) is { } first
                ? [new VendorText("I look twice."), first, Shell(heard, id + "2", "echo second-" + Prompts.ToolOutput)!]
                : done;
        }

        return Wants(heard, Prompts.KeepCalling) && heard.Results < 3
            ? Shell(heard, $"{id}k{heard.Results}", $"echo {heard.Results} {Prompts.ToolOutput}") is { } next
                ? [next]
                : done
            : done;
    }

    private static string PatchText =>
        $"*** Begin Patch\n*** Add File: {Prompts.PatchedFile}\n+{Prompts.PatchedLine}\n*** End Patch\n";

    private static VendorToolCall? Look(VendorHeard heard, string id)
    {
        var from = heard.Prompt.IndexOf(Prompts.LookAt, StringComparison.Ordinal) + Prompts.LookAt.Length;
        var path = heard.Prompt[from..].Split(';')[0];
        return heard.Tools.Contains("Read") ? new VendorToolCall(id, "Read", VendorJson.Write(new { file_path = path }))
            : heard.Tools.Contains("view_image") ? new VendorToolCall(id, "view_image", VendorJson.Write(new { path }))
            : null;
    }

    private static bool Wants(VendorHeard heard, string word) => heard.Prompt.Contains(word, StringComparison.Ordinal);

    private static VendorToolCall? Shell(VendorHeard heard, string id, string command)
    {
        (string Name, object Input)[] known =
        [
            ("Bash", new { command, description = "Look at the weir" }),
            ("exec_command", new { cmd = command }),
            ("shell_command", new { command }),
            ("shell", new { command = new[] { "bash", "-lc", command } }),
            ("look", new { place = "weir" }),
        ];
        foreach (var (name, input) in known)
        {
            if (heard.Tools.Contains(name))
            {
                return new VendorToolCall(id, name, VendorJson.Write(input));
            }
        }

        return null;
    }
}
