using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly Option<bool> Remove = new("--remove") { Description = "Take the simulated year out again" };

    public static Command Create()
    {
        var command = new Command("demo", "Fill the ledger with a simulated year of a team of twelve, marked as such")
        {
            Remove,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var failed = false;
                var code = await CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var remove = parsed.GetValue(Remove);
                        var end = await WatchAsync(
                            client,
                            remove
                                ? await client.RemoveDemoAsync(cancellationToken)
                                : await client.FillDemoAsync(cancellationToken),
                            cancellationToken
                        );
                        failed = end.State == "failed";
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(end, WeirJsonIndented.Written.DemoStatus);
                        }
                        else
                        {
                            Tell(end, remove);
                        }
                    },
                    cancellationToken
                );
                return failed ? ExitCodes.Failed : code;
            }
        );
        return command.WithExamples("weir demo", "weir demo --data ./trial", "weir demo --remove");
    }

    private static async Task<DemoStatus> WatchAsync(
        WeirClient client,
        DemoStatus status,
        CancellationToken cancellationToken
    )
    {
        while (status.State is "filling" or "removing")
        {
            if (!Console.IsErrorRedirected)
            {
                await Console.Error.WriteAsync(
                    $"\rweir: {status.State} {status.Progress:0%}, {status.Records} requests "
                );
            }

            await Task.Delay(Pause, cancellationToken);
            status = await client.DemoAsync(cancellationToken);
        }

        if (!Console.IsErrorRedirected)
        {
            await Console.Error.WriteAsync("\r\u001b[K");
        }

        return status;
    }

    private static void Tell(DemoStatus end, bool remove)
    {
        var count = Figures.Count(end.Records);
        CommandRun.Note(
            end.State == "failed" ? $"it broke off after {count} requests: {end.Failure}. Run weir demo --remove."
            : remove ? $"{count} simulated requests removed"
            : $"{count} simulated requests written. See: weir usage --since 365d --by model. Remove them: weir demo --remove"
        );
    }
}
