using System.CommandLine;
using System.Globalization;
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
                    limit.UsedPercent is { } used ? Percent(used, limit.Estimated) : "",
                    limit.Running is { } running ? Figures.Usd(running.UsedUsd) : "",
                    Reset(limit, list.At),
                    Learned(limit.Learned),
                    Met(limit, list.At),
                    RestsOn(limit)
                );
            }

            table.Write();
        }

        foreach (var notice in list.Notices.Take(MostNotices))
        {
            CommandRun.Note(
                $"{Figures.LocalTime(notice.At)} {Figures.Name(notice.Client)}: {notice.Kind.Replace('_', ' ')}"
                    + (notice.Scope is { } scope ? $" ({Figures.Name(scope)})" : "")
                    + (notice.ResetsAt is { } resets ? $", until {Figures.LocalTime(resets)}" : "")
            );
        }
    }

    private static string Percent(double used, bool isEstimate) =>
        (isEstimate ? "~" : "") + used.ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Reset(LimitItem limit, DateTimeOffset now) =>
        (limit.Running?.ResetsAt ?? limit.Told?.ResetsAt) is { } resets && resets > now
            ? $"{Figures.LocalTime(resets)} (in {Figures.Span(resets - now)})"
            : "";

    private static string Learned(LimitLearned? learned) =>
        learned switch
        {
            { MedianUsd: { } median } =>
                $"{Figures.Usd(median)} ({Figures.Usd(learned.LowUsd)} – {Figures.Usd(learned.HighUsd)})",
            { AtLeastUsd: { } atLeast } => $"at least {Figures.Usd(atLeast)}",
            _ => "",
        };

    private static string Met(LimitItem limit, DateTimeOffset now)
    {
        if (limit.TimeToLimit is not { } forecast)
        {
            return "";
        }

        return forecast.Median is { } median
            ? $"in {Figures.Span(median - now)}"
                + (forecast.Earliest is { } earliest ? $" (from {Figures.Span(earliest - now)})" : "")
            : $"not before the reset ({(100 * forecast.NotBeforeReset).ToString("0", CultureInfo.InvariantCulture)} %)";
    }

    private static string RestsOn(LimitItem limit) =>
        limit is { Told: { } told, Estimated: false, UsedPercent: not null }
            ? $"told by {told.By}, {Figures.LocalTime(told.At)}"
            : limit.Learned?.Evidence ?? "";
}
