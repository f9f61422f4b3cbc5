using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Ledger.Upkeep;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir ledger compact</c>.</summary>
internal static class LedgerCompactCommand
{
    public static Command Create()
    {
        var command = new Command("compact", "Write ledger.db anew without the room that it no longer uses")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommonOptions.ServerAddress(parsed) is not null
                    ? RemoteUpkeep.RunAsync(parsed, "compact", Tell, cancellationToken)
                    : Task.Run(() => Compact(parsed), CancellationToken.None)
        );
        return command.WithExamples(
            "weir ledger compact",
            "weir ledger compact --data /var/lib/weir --json",
            "weir ledger compact --server http://127.0.0.1:8082"
        );
    }

    private static void Tell(UpkeepItem done)
    {
        if (done.Error is null)
        {
            CommandRun.Note(
                $"ledger.db: {Figures.Count(done.BytesBefore)} bytes before, {Figures.Count(done.BytesAfter)} now"
            );
        }
    }

    private static int Compact(ParseResult parsed)
    {
        var folder = CommonOptions.DataFolder(parsed);
        if (!Directory.Exists(folder))
        {
            CommandRun.Note($"{folder} is not there");
            return ExitCodes.NotFound;
        }

        using var held = HeldFolder.TryTake(folder);
        if (held is null)
        {
            return ExitCodes.Refused;
        }

        var outcome = LedgerCompaction.Run(folder);
        if (outcome.Refusal is { } refusal)
        {
            CommandRun.Note(refusal);
            return ExitCodes.Failed;
        }

        var file = Path.Combine(folder, "ledger.db");
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(
                new CompactReport(file, outcome.Before, outcome.After),
                LedgerReportJson.Default.CompactReport
            );
        }
        else
        {
            CommandRun.Note(
                $"{file}: {Figures.Count(outcome.Before)} bytes before, {Figures.Count(outcome.After)} now"
            );
        }

        return ExitCodes.Ok;
    }
}
