using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Ledger.Upkeep;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir doctor --ledger</c>: the ledger of this machine's data folder, beside a server that uses it too.</summary>
internal static class LedgerDoctor
{
    private const int MostShown = 20;
    private const int MostFigures = 4;

    /// <summary>Looks, and repairs when that is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="everyIndex">Whether every index is held against its table.</param>
    /// <param name="repair">Whether to make sums anew that differ.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static int Run(ParseResult parsed, bool everyIndex, bool repair, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(CommonOptions.Server) is { Length: > 0 })
        {
            CommandRun.Note(
                "the ledger is looked at on the machine that has it: use --data there; with --server it is repaired alone"
            );
            return ExitCodes.WrongUse;
        }

        var folder = CommonOptions.DataFolder(parsed);
        if (!File.Exists(Path.Combine(folder, "ledger.db")))
        {
            CommandRun.Note($"{folder} has no ledger.db");
            return ExitCodes.NotFound;
        }

        return repair
            ? Repair(parsed, folder, everyIndex, cancellationToken)
            : Tell(parsed, folder, Inspect(folder, everyIndex, cancellationToken), null);
    }

    /// <summary>Says what a server found and did.</summary>
    public static void Tell(UpkeepItem done)
    {
        var table = new TextTable("CHECK", "STATUS", "DETAIL");
        foreach (var finding in done.Findings ?? [])
        {
            table.Add(finding.Name, finding.Status, finding.Detail ?? "");
        }

        table.Write();
        TellRepaired(done.Days, done.Aside);
    }

    private static void TellRepaired(int days, string? aside)
    {
        if (days > 0)
        {
            CommandRun.Note($"the sums of {Figures.Count(days)} days were made anew from the records");
        }

        if (aside is not null)
        {
            CommandRun.Note($"the damaged file is kept as {aside}");
        }
    }

    private static int Repair(ParseResult parsed, string folder, bool everyIndex, CancellationToken cancellationToken)
    {
        using var held = HeldFolder.TryTake(folder);
        if (held is null)
        {
            return ExitCodes.Refused;
        }

        // Indexes too: they are what a repair in place would rely on.
        var found = Inspect(folder, everyIndex: true, cancellationToken);
        if (found.IsSound)
        {
            return Tell(parsed, folder, found, new RepairOutcome(0, null, null));
        }

        RepairOutcome outcome;
        using (var note = new StepNote())
        {
            outcome = LedgerRepair.Run(folder, found, TimeProvider.System, note.Progress, cancellationToken);
        }

        if (outcome.Refusal is { } refusal)
        {
            Tell(parsed, folder, found, null);
            CommandRun.Note($"{(outcome.Broke ? "the repair broke off" : "nothing was repaired")}: {refusal}");
            return outcome.Broke ? ExitCodes.Failed : ExitCodes.Refused;
        }

        return Tell(parsed, folder, Inspect(folder, everyIndex, cancellationToken), outcome);
    }

    private static LedgerInspection Inspect(string folder, bool everyIndex, CancellationToken cancellationToken)
    {
        using var note = new StepNote();
        return LedgerInspector.Inspect(folder, everyIndex, MostShown, note.Progress, cancellationToken);
    }

    private static int Tell(ParseResult parsed, string folder, LedgerInspection found, RepairOutcome? repaired)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(Report(found, repaired), LedgerReportJson.Default.LedgerReport);
        }
        else
        {
            var table = new TextTable("CHECK", "STATUS", "DETAIL");
            foreach (var finding in found.Findings)
            {
                table.Add(finding.Check, Status(finding), finding.Detail);
            }

            table.Write();
            Write(found);
        }

        TellRepaired(repaired?.Days ?? 0, repaired?.Aside);
        if (!found.IsSound)
        {
            Advise(folder, found, wasRepaired: repaired is not null);
        }

        return found.IsSound ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Write(LedgerInspection found)
    {
        if (found.Differences.IsEmpty)
        {
            return;
        }

        Console.Out.WriteLine();
        var table = new TextTable("DAY", "WORKSPACE", "SUMS", "OF", "RECORDS SAY, SUMS SAY");
        foreach (var difference in found.Differences)
        {
            table.Add(
                difference.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                difference.Workspace.Value.ToString(CultureInfo.InvariantCulture),
                $"{difference.Set} {difference.Width}",
                difference.Keys.Count == 0
                    ? "all"
                    : string.Join(" ", difference.Keys.Select(key => $"{key.Key}={key.Value}")),
                difference.Fault ?? Words(difference)
            );
        }

        table.Write();
        if (found.Differing > found.Differences.Length)
        {
            CommandRun.Note($"and {Figures.Count(found.Differing - found.Differences.Length)} more");
        }
    }

    private static string Words(SumDifference difference)
    {
        var figures = difference
            .Differs.Take(MostFigures)
            .Select(figure =>
                figure.Counted is null
                    ? figure.Figure
                    : string.Create(CultureInfo.InvariantCulture, $"{figure.Figure} {figure.Counted}, {figure.Summed}")
            );
        var left = difference.Differs.Length - MostFigures;
        return string.Join("; ", figures) + (left > 0 ? $"; {left} more" : "");
    }

    private static void Advise(string folder, LedgerInspection found, bool wasRepaired)
    {
        if (!found.HasDamagedRecords && !wasRepaired)
        {
            CommandRun.Note(
                $"stop the server and run \"weir doctor --ledger --repair --data {folder}\": sums are made anew from the records"
            );
        }

        if (found.HasDamagedRecords || found.HasDamagedPages)
        {
            var newest = NewestBackup(folder);
            CommandRun.Note(
                (found.HasDamagedRecords ? "records are damaged: " : "if that is refused: ")
                    + "stop the server, restore the newest backup, and go on from it with the journal that is kept:"
            );
            CommandRun.Note($"  weir restore {newest ?? "NEWEST.weirbackup"} --to now --data {folder}");
        }
    }

    private static string? NewestBackup(string folder)
    {
        var backups = Path.Combine(folder, "backups");
        return Directory.Exists(backups)
            ? Directory.EnumerateFiles(backups, "*.weirbackup").Max(StringComparer.Ordinal)
            : null;
    }

    private static LedgerReport Report(LedgerInspection found, RepairOutcome? repaired) =>
        new(
            found.IsSound ? "ok" : "failed",
            [.. found.Findings.Select(finding => new CheckItem(finding.Check, Status(finding), finding.Detail))],
            found.Records,
            found.Combinations,
            found.Differing,
            [
                .. found.Differences.Select(difference => new LedgerDifference(
                    difference.Workspace.Value,
                    difference.From,
                    difference.To,
                    difference.Set,
                    difference.Width,
                    difference.Keys,
                    [
                        .. difference.Differs.Select(figure => new LedgerFigure(
                            figure.Figure,
                            figure.Counted,
                            figure.Summed
                        )),
                    ],
                    difference.Fault
                )),
            ],
            repaired is null ? null : new LedgerRepaired(repaired.Days, repaired.Aside)
        );

    private static string Status(LedgerFinding finding) => finding.IsFault ? "failed" : "ok";
}
