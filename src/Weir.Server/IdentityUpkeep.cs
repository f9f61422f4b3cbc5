using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Identity;

namespace Weir.Server;

/// <summary>
/// Stores, once a minute and at the end, what Identity knows in memory alone: when keys and sessions were last used. Thread-safe.
/// </summary>
internal sealed partial class IdentityUpkeep(IdentityStore store, TimeProvider clock, ILogger<IdentityUpkeep> log)
    : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stopping = new();
    private Task keeping = Task.CompletedTask;

    /// <summary>Begins. To be called once.</summary>
    public void Start()
    {
        if (store.SignIn.CountUncheckable() is > 0 and var people)
        {
            LogUncheckable(people);
        }

        if (store.Secrets.UnopenedCodes() is (> 0 and var locked, var trouble))
        {
            LogSealed(locked, trouble ?? "their rows were changed, or the master key that sealed them is not there");
        }

        keeping = Task.Run(KeepAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await keeping;
        await StoreAsync();
        stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(Pace, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                await StoreAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task StoreAsync()
    {
        try
        {
            await store.Keys.StoreUsesAsync(CancellationToken.None);
            await store.Sessions.StoreUsesAsync(CancellationToken.None);
        }
        catch (SqliteException failure)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "The passwords of {People} people were hashed by Argon2id and this system has no libargon2: they cannot sign in by password before it is installed (Debian: libargon2-1)"
    )]
    private partial void LogUncheckable(int people);

    [LoggerMessage(
        LogLevel.Error,
        "The one-time codes of {People} people cannot be checked, and they can sign in by recovery codes and passkeys alone: {Trouble}"
    )]
    private partial void LogSealed(int people, string trouble);

    [LoggerMessage(LogLevel.Warning, "When keys and sessions were last used could not be stored; it is tried again")]
    private partial void LogFailed(Exception failure);
}
