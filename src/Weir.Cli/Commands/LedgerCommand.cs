using System.CommandLine;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir ledger</c>: looks after the ledger of a data folder that no server is using.</summary>
internal static class LedgerCommand
{
    public static Command Create() =>
        new Command(
            "ledger",
            "Look after the ledger: its file, and old months that are packed and still reached by queries"
        )
        {
            LedgerCompactCommand.Create(),
            LedgerArchiveCommands.Archive(),
            LedgerArchiveCommands.RestoreMonth(),
            LedgerArchiveCommands.Months(),
        }.WithExamples("weir ledger compact", "weir ledger archive --dry-run");
}
