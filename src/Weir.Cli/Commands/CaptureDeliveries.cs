using System.CommandLine;
using System.Net;
using Microsoft.Data.Sqlite;
using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Sync;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary>Sends what agents left on this machine to a server: <c>weir capture --to URL</c>.</summary>
internal static class CaptureDeliveries
{
    // About five minutes, while a server is being replaced.
    private const int Patience = 16;

    /// <summary>Sends what is new; with <paramref name="watch"/> also what comes.</summary>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        string to,
        string? host,
        string? user,
        bool watch,
        CancellationToken cancellationToken
    )
    {
        if (!Uri.TryCreate(to, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            CommandRun.Note($"\"{to}\" is not an http or https address");
            return ExitCodes.WrongUse;
        }

        var key = parsed.GetValue(CommonOptions.Key) ?? CommonOptions.Variable("WEIR_KEY");
        if (key is null)
        {
            CommandRun.Note(
                "a key of that server is needed, by --key or WEIR_KEY; it is made there by: weir keys create NAME --scope ingest"
            );
            return ExitCodes.WrongUse;
        }

        if (server.Scheme == "http" && !server.IsLoopback)
        {
            CommandRun.Note($"{server} is without TLS: the key crosses the network readable by all");
        }

        host ??= Environment.MachineName;
        var options = new CaptureOptions { DataFolder = CommonOptions.DataFolder(parsed), User = user };
        var (opened, refusal) = UsageSync.Open(
            options,
            CodingAgents.All,
            Places.OfThisMachine(options.Variable),
            server,
            host,
            TimeProvider.System
        );
        if (opened is null)
        {
            CommandRun.Note(refusal!);
            return ExitCodes.Failed;
        }

        using var sync = opened;
        using var client = WeirClient.ForServer(server, key);
        var sender = new BatchSender(
            (body, cancel) => SendAsync(client, body, cancel),
            watch ? null : Patience,
            new DeliveryNote(),
            TimeProvider.System
        );
        return await SendAllAsync(
            parsed,
            sender,
            () => watch ? sync.FollowAsync(sender, cancellationToken) : sync.CatchUpAsync(sender, cancellationToken),
            server.ToString(),
            host
        );
    }

    /// <summary>Runs a sending to its end and tells what came of it.</summary>
    public static async Task<int> SendAllAsync(
        ParseResult parsed,
        BatchSender sender,
        Func<Task> send,
        string? server,
        string? host
    )
    {
        try
        {
            await send();
        }
        catch (SyncRefusedException refused)
        {
            CommandRun.Note($"broken off: {refused.Message}. What was stored until then is not sent again.");
            return ExitCodes.Refused;
        }
        catch (OperationCanceledException)
        {
            CommandRun.Note("stopped; the next time it goes on from here");
        }
        catch (Exception e) when (e is IOException or SqliteException)
        {
            CommandRun.Note(e.Message);
            return ExitCodes.Failed;
        }

        Tell(parsed, sender.Progress, server, host);
        return ExitCodes.Ok;
    }

    /// <summary>Sends a batch once.</summary>
    public static async Task<SyncAnswer> SendAsync(
        WeirClient client,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var result = await client.SendBatchAsync(body, cancellationToken);
            return new SyncAnswer(true, result.Records, result.Requests, result.Refused);
        }
        catch (WeirApiException refusal)
        {
            var mayComeAgain = refusal.Status == HttpStatusCode.TooManyRequests || (int)refusal.Status >= 500;
            return SyncAnswer.NotStored(refusal.Message, mayComeAgain, refusal.RetryAfter);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return SyncAnswer.NotStored($"the server cannot be reached: {e.Message}", mayComeAgain: true);
        }
    }

    private static void Tell(ParseResult parsed, SyncProgress progress, string? server, string? host)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(
                new CaptureDelivery
                {
                    Server = server,
                    Host = host,
                    Files = progress.Files,
                    Batches = progress.Batches,
                    Records = progress.Records,
                    Requests = progress.Requests,
                    Refused = progress.Refused,
                },
                WeirJsonIndented.Written.CaptureDelivery
            );
        }

        CommandRun.Note(
            $"{Figures.Count(progress.Files)} files, {Figures.Count(progress.Records)} records sent, {Figures.Count(progress.Requests)} requests new there"
        );
        foreach (var (reason, count) in progress.Refused)
        {
            CommandRun.Note($"{Figures.Count(count)} records were refused: {reason}");
        }
    }
}
