using System.CommandLine;
using Weir.Cli.Output;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir completion</c>.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh, fish or pwsh" };

    // Each asks weir itself ("[suggest:POSITION]" before the line), so that a script never goes stale.
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _weir_complete() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _weir_complete weir
            """,
        ["zsh"] = """
            #compdef weir
            _weir() {
              local -a found
              found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              if [ -n "$found" ]; then compadd -a found; else _files; fi
            }
            if [ "$funcstack[1]" = "_weir" ]; then _weir; else compdef _weir weir; fi
            """,
        ["fish"] = """
            complete -c weir -l config -r -F
            complete -c weir -l data -r -F
            complete -c weir -n '__fish_seen_subcommand_from check' -F
            complete -f -c weir -a '(weir "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName weir -ScriptBlock {
              param($wordToComplete, $commandAst, $cursorPosition)
              weir "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
              }
            }
            """,
    };

    public static Command Create()
    {
        Shell.CompletionSources.Add(_ =>
            Scripts.Keys.Select(name => new System.CommandLine.Completions.CompletionItem(name))
        );
        var command = new Command("completion", "A script that completes weir's commands in your shell") { Shell };
        command.SetAction(parsed =>
        {
            var shell = parsed.GetValue(Shell)!;
            if (!Scripts.TryGetValue(shell, out var script))
            {
                CommandRun.Note($"\"{shell}\" is not known: bash, zsh, fish or pwsh");
                return ExitCodes.WrongUse;
            }

            Console.Out.WriteLine(script);
            return ExitCodes.Ok;
        });
        return command.WithExamples(
            "weir completion bash > ~/.local/share/bash-completion/completions/weir",
            "weir completion fish | source"
        );
    }
}
