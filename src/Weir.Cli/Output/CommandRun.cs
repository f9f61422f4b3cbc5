using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Client;
using Weir.Server;

namespace Weir.Cli.Output;

/// <summary>What every command that speaks to a server does alike: connect, run, and tell failures by exit codes.</summary>
internal static class CommandRun
{
    /// <summary>Connects, runs and disconnects.</summary>
    public static Task<int> WithServerAsync(
        ParseResult parsed,
        Func<WeirClient, Task> body,
        CancellationToken cancellationToken
    ) => RunAsync(parsed, readsLogs: false, body, cancellationToken);

    /// <summary>
    /// As <see cref="WithServerAsync"/>, when what coding agents left on this machine has been read: by this process, or by the
    /// server that holds the folder.
    /// </summary>
    public static Task<int> WithUsageAsync(
        ParseResult parsed,
        Func<WeirClient, Task> body,
        CancellationToken cancellationToken
    ) => RunAsync(parsed, readsLogs: true, body, cancellationToken);

    /// <summary>Runs what asks a server, and tells by the exit code when it refuses or cannot be reached.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> body)
    {
        try
        {
            return await body();
        }
        catch (WeirApiException refusal)
        {
            Note(refusal.Message);
            foreach (var fault in refusal.Problem.Faults ?? [])
            {
                Note($"{fault.Line}:{fault.Column}: {fault.Key}: {fault.Message}");
            }

            return ExitCode(refusal.Status);
        }
        catch (HttpRequestException unreachable)
        {
            Note($"the server cannot be reached: {unreachable.Message}");
            return ExitCodes.Failed;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Note(failure.Message);
            return ExitCodes.Failed;
        }
    }

    /// <summary>Says why there is no server, and returns the exit code for it.</summary>
    public static int Fail(ServerConnection connection)
    {
        foreach (var reason in connection.Reasons)
        {
            Note(reason);
        }

        return connection.ExitCode;
    }

    /// <summary>Says something on standard error.</summary>
    public static void Note(string text) => Console.Error.WriteLine($"weir: {text}");

    /// <summary>Writes a shape of the API on standard output.</summary>
    public static void WriteJson<T>(T value, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    private static Task<int> RunAsync(
        ParseResult parsed,
        bool readsLogs,
        Func<WeirClient, Task> body,
        CancellationToken cancellationToken
    ) =>
        GuardAsync(async () =>
        {
            var connection = await ServerConnection.OpenAsync(parsed, readsLogs, cancellationToken);
            if (connection.Client is not { } client)
            {
                return Fail(connection);
            }

            await using (connection)
            {
                await body(client);
                return ExitCodes.Ok;
            }
        });

    private static int ExitCode(HttpStatusCode status) =>
        (int)status switch
        {
            404 => ExitCodes.NotFound,
            400 or 422 => ExitCodes.WrongUse,
            401 or 403 or 409 or 412 or 421 or 428 => ExitCodes.Refused,
            _ => ExitCodes.Failed,
        };
}
