using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Server;
using Weir.Server.Backups;

namespace Weir.Cli.Commands;

/// <summary><c>weir restore</c>.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> File = new("file") { Description = "What weir backup wrote" };

    private static readonly Option<string?> To = new("--to")
    {
        Description =
            "Go on to this moment (2026-07-02T12:30:00Z, or now) with the journal that the data folder still has",
        HelpName = "TIME",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Verify everything and say what would be done",
    };

    public static Command Create()
    {
        var command = new Command("restore", "Put a backup in the place of the data folder, which is kept beside it")
        {
            File,
            To,
            DryRun,
            CommonOptions.Data,
            CommonOptions.Json,
        };
        command.SetAction(
            (parsed, cancellationToken) => Task.Run(() => Run(parsed, cancellationToken), CancellationToken.None)
        );
        return command.WithExamples(
            "weir restore weir-20260702T120000Z.weirbackup --dry-run",
            "weir restore weir-20260702T120000Z.weirbackup --to 2026-07-02T12:30:00Z"
        );
    }

    private static int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        DateTimeOffset? to = null;
        if (parsed.GetValue(To) is "now")
        {
            to = TimeProvider.System.GetUtcNow();
        }
        else if (parsed.GetValue(To) is { } text)
        {
            if (
                !DateTimeOffset.TryParse(
                    text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var moment
                )
            )
            {
                CommandRun.Note($"\"{text}\" is no time: write 2026-07-02T12:30:00Z, or now");
                return ExitCodes.WrongUse;
            }

            to = moment;
        }

        var folder = CommonOptions.DataFolder(parsed);
        var dry = parsed.GetValue(DryRun);
        var outcome = DataRestore.Run(
            parsed.GetRequiredValue(File),
            folder,
            to,
            dry,
            TimeProvider.System,
            cancellationToken
        );
        if (outcome.Failure is { } failure)
        {
            CommandRun.Note(failure);
            return outcome.IsRefused ? ExitCodes.Refused : ExitCodes.Failed;
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(
                JsonSerializer.Serialize(
                    new RestoreReport(folder, outcome.Aside, outcome.Manifest!.LedgerAt, outcome.Records, dry),
                    BackupReportJson.Default.RestoreReport
                )
            );
            return ExitCodes.Ok;
        }

        var what =
            $"the backup of {outcome.Manifest!.LedgerAt:yyyy-MM-dd HH:mm:ss} UTC"
            + (to is null ? "" : $" and {Figures.Count(outcome.Records)} records of the journal after it");
        CommandRun.Note(dry ? $"sound; {folder} would become {what}" : $"{folder} is {what}");
        if (outcome.Aside is { } aside)
        {
            CommandRun.Note($"what was there before is in {aside}; to undo, give it its name back");
        }

        return ExitCodes.Ok;
    }
}
