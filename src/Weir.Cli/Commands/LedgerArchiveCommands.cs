using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir ledger archive|restore-month|months</c>: old months of a data folder that no server is using.</summary>
internal static class LedgerArchiveCommands
{
    private const int LeastDays = 32;

    private static readonly Option<int> Workspace = new("--workspace")
    {
        Description = "The workspace's number",
        HelpName = "N",
        DefaultValueFactory = _ => WorkspaceId.Default.Value,
    };

    public static Command Archive()
    {
        var before = new Option<string?>("--before")
        {
            Description = "Archive the months that end by this day (2026-01-01); without it, 400 days ago",
            HelpName = "DATE",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be archived" };
        var command = new Command("archive", "Move whole months of requests out of ledger.db into packed files")
        {
            before,
            dryRun,
            Workspace,
            CommonOptions.Data,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var latest = TimeProvider.System.GetUtcNow().AddDays(-LeastDays);
                var until = TimeProvider.System.GetUtcNow().AddDays(-400);
                if (parsed.GetValue(before) is { } text && (!TryDate(text, "yyyy-MM-dd", out until) || until > latest))
                {
                    CommandRun.Note($"\"{text}\" is no day at least {LeastDays} days ago: write 2026-01-01");
                    return ExitCodes.WrongUse;
                }

                return await WithLedgerAsync(
                    parsed,
                    ledger => ArchiveAsync(ledger, Of(parsed), until, parsed.GetValue(dryRun), cancellationToken)
                );
            }
        );
        return command.WithExamples("weir ledger archive --dry-run", "weir ledger archive --before 2026-01-01");
    }

    public static Command RestoreMonth()
    {
        var month = new Argument<string>("month") { Description = "The month: 2026-03" };
        var command = new Command("restore-month", "Put an archived month's requests back into ledger.db")
        {
            month,
            Workspace,
            CommonOptions.Data,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var text = parsed.GetRequiredValue(month);
                if (!TryDate(text, "yyyy-MM", out var start))
                {
                    CommandRun.Note($"\"{text}\" is no month: write 2026-03");
                    return ExitCodes.WrongUse;
                }

                return await WithLedgerAsync(
                    parsed,
                    async ledger =>
                    {
                        var isBack = await ledger.Archive.RestoreAsync(Of(parsed), start, cancellationToken);
                        CommandRun.Note(isBack ? $"{text} is back in ledger.db" : $"{text} is not archived");
                        return isBack ? ExitCodes.Ok : ExitCodes.Failed;
                    }
                );
            }
        );
        return command.WithExamples("weir ledger restore-month 2026-03");
    }

    public static Command Months()
    {
        var verify = new Option<bool>("--verify") { Description = "Read every file whole" };
        var command = new Command("months", "Show the archived months") { verify, CommonOptions.Data };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithLedgerAsync(
                    parsed,
                    async ledger =>
                    {
                        var table = new TextTable("WORKSPACE", "MONTH", "REQUESTS", "FILE");
                        foreach (var month in await ledger.Archive.ListAsync(cancellationToken))
                        {
                            table.Add(
                                month.Workspace.Value.ToString(CultureInfo.InvariantCulture),
                                Written(month.Month),
                                Figures.Count(month.Records),
                                month.File
                            );
                        }

                        table.Write();
                        if (
                            parsed.GetValue(verify)
                            && await ledger.Archive.VerifyAsync(cancellationToken) is { } damaged
                        )
                        {
                            CommandRun.Note(damaged);
                            return ExitCodes.Failed;
                        }

                        return ExitCodes.Ok;
                    }
                )
        );
        return command.WithExamples("weir ledger months", "weir ledger months --verify");
    }

    private static async Task<int> ArchiveAsync(
        UsageLedger ledger,
        WorkspaceId workspace,
        DateTimeOffset until,
        bool isDry,
        CancellationToken cancellationToken
    )
    {
        var plan = await ledger.Archive.PlanAsync(workspace, until, cancellationToken);
        if (plan.IsEmpty)
        {
            CommandRun.Note($"no month that ended by {until:yyyy-MM-dd} has requests in ledger.db");
        }

        foreach (var month in plan)
        {
            if (isDry)
            {
                CommandRun.Note($"{Written(month.Month)}: {Figures.Count(month.Records)} requests would be archived");
                continue;
            }

            var outcome = await ledger.Archive.ArchiveAsync(workspace, month.Month, cancellationToken);
            if (outcome.Refusal is { } refusal)
            {
                CommandRun.Note($"{Written(month.Month)}: {refusal}");
                return ExitCodes.Failed;
            }

            CommandRun.Note(
                $"{Written(month.Month)}: {Figures.Count(outcome.Records)} requests in {Figures.Count(outcome.Bytes)} bytes"
            );
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> WithLedgerAsync(ParseResult parsed, Func<UsageLedger, Task<int>> run)
    {
        var folder = CommonOptions.DataFolder(parsed);
        if (!File.Exists(Path.Combine(folder, "ledger.db")))
        {
            CommandRun.Note($"{folder} is no data folder: there is no ledger.db in it");
            return ExitCodes.Failed;
        }

        var opened = UsageLedger.Open(
            // As the server has it: what it kept of the journal stays.
            new LedgerOptions { DataFolder = folder, KeepJournal = TimeSpan.FromDays(7) },
            TimeProvider.System
        );
        if (opened.Ledger is null)
        {
            CommandRun.Note($"{opened.Refusal}; a server that runs does this by itself: set retention.archive");
            return ExitCodes.Failed;
        }

        await using var ledger = opened.Ledger;
        try
        {
            return await run(ledger);
        }
        catch (IOException failure)
        {
            CommandRun.Note(failure.Message);
            return ExitCodes.Failed;
        }
    }

    private static WorkspaceId Of(ParseResult parsed) => new(parsed.GetValue(Workspace));

    private static string Written(DateTimeOffset month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static bool TryDate(string text, string format, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(
            text,
            format,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out date
        );
}
