using System.CommandLine;
using System.Runtime.InteropServices;
using Weir.Cli.Output;
using Weir.Server;
using Weir.Server.Configuration;
using Weir.Server.DataFolder;

namespace Weir.Cli.Commands;

/// <summary><c>weir serve</c>.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly Option<string[]> Urls = new("--urls")
    {
        Description = "Where to listen (or WEIR_URLS); default http://127.0.0.1:8082",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Drain = new("--drain")
    {
        Description = "How long streams may go on after SIGTERM",
        HelpName = "TIME",
        DefaultValueFactory = _ => "30s",
    };

    private static readonly Option<string> Logs = new("--log-format")
    {
        Description = "The form of log lines: text or json (or WEIR_LOG_FORMAT); default the configuration's",
        HelpName = "FORM",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Run the server until it is told to stop")
        {
            Urls,
            CommonOptions.Data,
            CommonOptions.Config,
            Drain,
            Logs,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command.WithExamples(
            "weir serve",
            "weir serve --urls http://127.0.0.1:9000 --data ./data --config weir.yaml",
            "ANTHROPIC_API_KEY=sk-ant-… weir serve --drain 2m",
            "weir serve --log-format json 2>> /var/log/weir.jsonl"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!TimeSpans.TryParse(parsed.GetValue(Drain)!, out var drain))
        {
            CommandRun.Note("--drain takes a time with its unit, as 30s or 2m");
            return ExitCodes.WrongUse;
        }

        var form = parsed.GetValue(Logs) ?? CommonOptions.Variable("WEIR_LOG_FORMAT");
        if (form is not (null or "text" or "json"))
        {
            CommandRun.Note($"the log's form is text or json, not \"{form}\"");
            return ExitCodes.WrongUse;
        }

        var options = new WeirHostOptions
        {
            DataFolder = CommonOptions.DataFolder(parsed),
            Urls = [.. Addresses(parsed)],
            ConfigPath = CommonOptions.ConfigPath(parsed),
            Drain = drain,
            Log = Console.Error,
            LogFormat =
                form is null ? null
                : form == "json" ? LogFormat.Json
                : LogFormat.Text,
        };
        if (options.Urls.Select(WeirHost.AddressFault).FirstOrDefault(fault => fault is not null) is { } bad)
        {
            CommandRun.Note(bad);
            return ExitCodes.WrongUse;
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        var start = await StartAsync(options, cancellationToken);
        if (start.Host is not { } host)
        {
            foreach (var reason in start.Reasons)
            {
                await Console.Error.WriteLineAsync(reason);
            }

            return start.ExitCode;
        }

        Greet(host, options);
        ServiceManager.Ready($"listening on {string.Join(", ", host.Addresses)}");
        await stop.Task;
        ServiceManager.Stopping();
        CommandRun.Note("stopping; a second signal ends at once");
        await host.StopAsync();
        await host.DisposeAsync();
        return ExitCodes.Ok;
    }

    // A command may hold the folder for a moment ("weir top" does every ten seconds where no server runs); a server stays.
    private static async Task<WeirStart> StartAsync(WeirHostOptions options, CancellationToken cancellationToken)
    {
        var began = options.Clock.GetTimestamp();
        while (true)
        {
            var start = await WeirHost.StartAsync(options, cancellationToken);
            if (
                !start.IsHeld
                || ServerFile.Read(options.DataFolder)?.Address is not null
                || options.Clock.GetElapsedTime(began) > Patience
            )
            {
                return start;
            }

            await Task.Delay(Pause, options.Clock, cancellationToken);
        }
    }

    private static string[] Addresses(ParseResult parsed)
    {
        var given = parsed.GetValue(Urls) is { Length: > 0 } urls
            ? string.Join(';', urls)
            : CommonOptions.Variable("WEIR_URLS") ?? "";
        return given.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    // The first signal is answered by draining; the second is left to the system, which ends the process.
    private static void Stop(PosixSignalContext signal, TaskCompletionSource stop) =>
        signal.Cancel = stop.TrySetResult();

    private static void Greet(WeirHost host, WeirHostOptions options)
    {
        Console.Out.WriteLine($"Weir {WeirHost.Version} listens on {string.Join(", ", host.Addresses)}");
        if (host.FirstKeyText is { } key)
        {
            Console.Out.WriteLine($"Dashboard:  {host.ReachableAddress}/");
            Console.Out.WriteLine($"Admin key:  {key}");
            Console.Out.WriteLine(
                $"            (shown this once; kept in {Path.Combine(options.DataFolder, "admin.key")})"
            );
        }

        Console.Out.WriteLine($"Data:       {options.DataFolder}");
        Console.Out.WriteLine($"Config:     {host.ConfigPath ?? "none; providers come from the environment"}");
        Console.Out.WriteLine($"Providers:  {string.Join(", ", host.Providers)}");
        Console.Out.Flush();
        foreach (var warning in host.Warnings)
        {
            CommandRun.Note("WARNING: " + warning);
        }
    }
}
