using System.CommandLine;
using Weir.Cli.Output;
using Weir.Cli.StatusLine;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir statusline</c> as help and completion know it; plain calls of it never come here.</summary>
internal static class StatusLineCommand
{
    private static readonly Option<bool> Color = new("--color") { Description = "With colours" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print a JSON object instead of a line" };

    public static Command Create()
    {
        var command = new Command(
            "statusline",
            "One line for Claude Code's status line, from the JSON that it gives on standard input"
        )
        {
            Color,
            Json,
        }.WithServer();
        command.SetAction(parsed =>
        {
            StatusLineProgram.Run(
                new StatusLineOptions(
                    parsed.GetValue(Json),
                    parsed.GetValue(Color),
                    parsed.GetValue(CommonOptions.Data),
                    parsed.GetValue(CommonOptions.Server),
                    parsed.GetValue(CommonOptions.Key)
                )
            );
            return ExitCodes.Ok;
        });
        return command.WithExamples(
            "weir hooks install --statusline",
            "weir statusline --color < status.json",
            "weir statusline --json < status.json"
        );
    }
}
