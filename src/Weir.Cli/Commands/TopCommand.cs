using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Weir.Cli.Output;
using Weir.Cli.Top;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir top</c>.</summary>
internal static class TopCommand
{
    private const int Unlimited = 4000;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly Option<bool> Once = new("--once") { Description = "Print one snapshot and end" };

    private static readonly Option<bool> Plain = new("--plain")
    {
        Description = "Lines instead of a screen, as without a terminal, with TERM=dumb or with NO_COLOR",
    };

    private static readonly Option<string> Interval = new("--interval")
    {
        Description = "How often lines or JSON are printed, and a data folder is read that no server holds: 1s to 1d",
        HelpName = "TIME",
        DefaultValueFactory = _ => "10s",
    };

    public static Command Create()
    {
        var command = new Command(
            "top",
            "Live: sessions, burn rate, the running block and its limits, tokens by model, alerts"
        )
        {
            Once,
            Plain,
            Interval,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir top",
            "weir top --server https://weir.example.com --key wk_…",
            "weir top --once",
            "weir top --once --json | jq .block",
            "weir top --plain --interval 1m"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (
            !TimeSpans.TryParse(parsed.GetValue(Interval)!, out var interval)
            || interval < Shortest
            || interval > Longest
        )
        {
            CommandRun.Note($"--interval takes a time from 1s to 1d, not \"{parsed.GetValue(Interval)}\"");
            return ExitCodes.WrongUse;
        }

        return await CommandRun.GuardAsync(async () =>
        {
            var connection = await ServerConnection.OpenAsync(parsed, readsLogs: true, cancellationToken);
            if (connection.Client is null)
            {
                return CommandRun.Fail(connection);
            }

            var clock = TimeProvider.System;
            await using var source = new TopSource(parsed);
            var first = await source.FirstAsync(
                connection,
                client => TopReader.AllAsync(client, clock.GetUtcNow(), cancellationToken)
            );
            if (parsed.GetValue(Once))
            {
                var state = TopModel.Next(TopState.Begin(source.Name, clock.GetUtcNow()), first);
                WriteOnce(
                    state with
                    {
                        Link = source.Server is null ? new Link.Folder(interval) : new Link.Once(),
                    },
                    parsed
                );
            }
            else if (IsScreenWanted(parsed))
            {
                await WatchAsync(source, first, interval, clock);
            }
            else
            {
                await TellAsync(source, first, interval, clock, parsed);
            }

            return ExitCodes.Ok;
        });
    }

    private static void WriteOnce(TopState state, ParseResult parsed)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(TopJson.Of(state), WeirJsonIndented.Written.TopSnapshot);
        }
        else
        {
            new TopText(Console.Out, isJson: false, LineWidth(), Shortest).Show(state);
        }
    }

    private static async Task TellAsync(
        TopSource source,
        AllRead first,
        TimeSpan interval,
        TimeProvider clock,
        ParseResult parsed
    )
    {
        await using var lines = OpenOutput();
        var output = new TopText(lines, parsed.GetValue(CommonOptions.Json), LineWidth(), interval);
        using var stop = new CancellationTokenSource();
        using var signals = new StopSignals(stop.Cancel);
        using var loop = new TopLoop(source, output, interval, clock);
        await loop.RunAsync(first, stop.Token);
    }

    // Console.Out says nothing when nobody reads a pipe any more, and this would go on for ever.
    private static TextWriter OpenOutput()
    {
        if (!Console.IsOutputRedirected || OperatingSystem.IsWindows())
        {
            return Console.Out;
        }

        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.Out : new StreamWriter(output);
    }

    private static async Task WatchAsync(TopSource source, AllRead first, TimeSpan interval, TimeProvider clock)
    {
        using var screen = new TopScreen(Console.Out);
        using var stop = new CancellationTokenSource();
        using var loop = new TopLoop(source, screen, interval, clock);
        using var signals = new StopSignals(stop.Cancel);
        using var others = OperatingSystem.IsWindows() ? null : new TerminalSignals(Measure, screen.Dispose);
        Measure();
        TopKeyboard.Listen(loop.Post);
        await loop.RunAsync(first, stop.Token);

        void Measure() => loop.Post(new Resized(Console.WindowWidth, Console.WindowHeight));
    }

    private static int LineWidth() => Console.IsOutputRedirected ? Unlimited : Console.WindowWidth;

    private static bool IsScreenWanted(ParseResult parsed) =>
        !parsed.GetValue(Plain)
        && !parsed.GetValue(CommonOptions.Json)
        && !Console.IsOutputRedirected
        && !Console.IsInputRedirected
        && CommonOptions.Variable("NO_COLOR") is null
        && CommonOptions.Variable("TERM") is not "dumb";
}
