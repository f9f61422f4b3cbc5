using System.CommandLine;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>
/// Where the figures come from: a server that runs, or else the data folder, which is held for each reading alone, so that a
/// server can be started meanwhile. Thread-safe.
/// </summary>
internal sealed class TopSource(ParseResult parsed) : IAsyncDisposable
{
    private readonly SemaphoreSlim folder = new(1);
    private readonly List<ServerConnection> running = [];
    private volatile WeirClient? server;

    /// <summary>For people: the server's address, or the data folder.</summary>
    public string Name =>
        CommonOptions.ServerAddress(parsed) is { } address
            ? address.TrimEnd('/').Replace("http://", "", StringComparison.OrdinalIgnoreCase)
            : CommonOptions.DataFolder(parsed);

    /// <summary>The server that runs; null while none does.</summary>
    public WeirClient? Server => server;

    /// <summary>Whether a data folder is meant: what runs on it may change.</summary>
    public bool IsFolder => CommonOptions.ServerAddress(parsed) is null;

    /// <summary>Takes a connection that was opened for the same command line, and closes it where it is none to a server.</summary>
    public async Task<T> FirstAsync<T>(ServerConnection connection, Func<WeirClient, Task<T>> read)
    {
        if (connection.IsRunningServer)
        {
            Keep(connection);
            return await read(connection.Client!);
        }

        await using (connection)
        {
            return await read(connection.Client!);
        }
    }

    /// <summary>Reads from the server, or opens the folder and reads from that.</summary>
    /// <exception cref="IOException">Neither can be had now.</exception>
    public async Task<T> ReadAsync<T>(Func<WeirClient, Task<T>> read, CancellationToken cancellationToken)
    {
        if (server is { } client)
        {
            return await read(client);
        }

        await folder.WaitAsync(cancellationToken);
        try
        {
            var connection = await ServerConnection.OpenAsync(
                parsed,
                readsLogs: true,
                cancellationToken,
                isQuiet: true
            );
            return connection.Client is null
                ? throw new IOException(string.Join("; ", connection.Reasons))
                : await FirstAsync(connection, read);
        }
        finally
        {
            folder.Release();
        }
    }

    /// <summary>Forgets a server that does not answer any more.</summary>
    public void Drop() => server = null;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in running)
        {
            await connection.DisposeAsync();
        }

        folder.Dispose();
    }

    private void Keep(ServerConnection connection)
    {
        lock (running)
        {
            running.Add(connection);
        }

        server = connection.Client;
    }
}
