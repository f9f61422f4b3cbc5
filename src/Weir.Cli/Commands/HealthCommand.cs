using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;
using Weir.Server.DataFolder;

namespace Weir.Cli.Commands;

/// <summary><c>weir health</c>: for a container's health check, which may have no other HTTP client.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var command = new Command("health", "Whether the running server takes work; needs no key")
        {
            CommonOptions.Server,
            CommonOptions.Data,
            CommonOptions.Json,
        };
        command.SetAction(RunAsync);
        return command.WithExamples("weir health", "weir health --server https://weir.example.com --json");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = CommonOptions.DataFolder(parsed);
        if ((CommonOptions.ServerAddress(parsed) ?? ServerFile.Read(folder)?.Address) is not { } address)
        {
            CommandRun.Note($"no server runs on {folder}");
            return ExitCodes.Failed;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            CommandRun.Note($"\"{address}\" is not an http or https address");
            return ExitCodes.WrongUse;
        }

        using var client = WeirClient.ForServer(server, key: null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var readiness = await client.ReadinessAsync(limit.Token);
            if (parsed.GetValue(CommonOptions.Json))
            {
                CommandRun.WriteJson(readiness, WeirJsonIndented.Written.ReadinessResult);
            }
            else
            {
                Console.Out.WriteLine(readiness.Status);
            }

            foreach (var check in readiness.Checks.Where(check => check.Status != "ok"))
            {
                CommandRun.Note($"{check.Name}: {check.Status}: {check.Detail}");
            }

            return readiness.Status == "ready" ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (WeirApiException refusal)
        {
            CommandRun.Note(refusal.Message);
        }
        catch (HttpRequestException unreachable)
        {
            CommandRun.Note($"the server cannot be reached: {unreachable.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            CommandRun.Note($"the server does not answer within {Patience.TotalSeconds} s");
        }

        return ExitCodes.Failed;
    }
}
