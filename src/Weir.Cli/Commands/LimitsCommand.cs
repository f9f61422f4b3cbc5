using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir limits</c>.</summary>
internal static class LimitsCommand
{
    private const int BarWidth = 16;
    private const int MostNotices = 5;

    public static Command Create()
    {
        var command = new Command("limits", "How far plans' limits are used, as told and as learned")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithUsageAsync(
                    parsed,
                    async client =>
                    {
                        var list = await client.LimitsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(list, WeirJsonIndented.Written.LimitList);
                        }
                        else
                        {
                            Show(list);
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir limits", "weir limits --json");
    }

    private static void Show(LimitList list)
    {
        if (list.Limits.Count == 0)
        {
            CommandRun.Note("nothing is known of limits yet: no agent was used, and no provider told any");
        }
        else
        {
            var table = new TextTable(
                "CLIENT",
                "LIMIT",
                "",
                ">USED",
                ">COST",
                "RESETS",
                "LIMIT (90 %)",
                "MET",
                "RESTS ON"
            );
            foreach (var limit in list.Limits)
            {
                table.Add(
                    Figures.Name(limit.Client),
                    Figures.Name(limit.Scope),
                    limit.UsedPercent is { } share ? Meter.Of(share / 100, BarWidth) : "",
                    limit.UsedPercent is { } used ? LimitText.Percent(used, limit.Estimated) : "",
                    limit.Running is { } running ? Figures.Usd(running.UsedUsd) : "",
                    LimitText.Reset(limit, list.At),
                    LimitText.Learned(limit.Learned),
                    LimitText.Met(limit, list.At),
                    LimitText.RestsOn(limit)
                );
            }

            table.Write();
        }

        foreach (var notice in list.Notices.Take(MostNotices))
        {
            CommandRun.Note($"{Figures.LocalTime(notice.At)} {LimitText.Notice(notice)}");
        }
    }
}
