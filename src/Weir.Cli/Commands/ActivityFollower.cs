using System.Net;
using Weir.Client;

namespace Weir.Cli.Commands;

/// <summary>
/// Follows the activity feed over <c>/live</c>, each event once. After a break it goes on from the last event, waiting twice as long after
/// each failure in a row.
/// </summary>
internal sealed class ActivityFollower(WeirClient client, TimeProvider clock)
{
    private const int MostDoublings = 5;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    // The server says something every 15 seconds; after three silent beats the connection is dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="after">The newest event that is known.</param>
    /// <param name="tell">Is told each event.</param>
    /// <param name="note">Is told of breaks and gaps.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WeirApiException">The key is no longer good for it.</exception>
    public async Task RunAsync(
        long after,
        Action<ActivityEventItem> tell,
        Action<string> note,
        CancellationToken cancellationToken
    )
    {
        var cursor = after;
        var failures = 0;
        while (true)
        {
            var reason = "the server ended it";
            using var limit = new CancellationTokenSource(Silence, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await foreach (var message in client.LiveAsync(null, "activity", either.Token, cursor))
                {
                    limit.CancelAfter(Silence);
                    failures = 0;
                    if (message is not LiveActivity told)
                    {
                        continue;
                    }

                    if (told.Missed)
                    {
                        note("some events were let go before they could be told");
                    }

                    foreach (var item in told.Events)
                    {
                        tell(item);
                    }

                    cursor = told.Activity;
                }
            }
            catch (WeirApiException refusal)
                when (refusal.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            {
                reason = refusal.Message;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                reason = broken.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reason = "the server is silent";
            }

            if (failures == 0)
            {
                note($"the connection broke ({reason}); it is tried again");
            }

            var wait = FirstWait * Math.Pow(2, Math.Min(failures++, MostDoublings));
            await Task.Delay(wait, clock, cancellationToken);
        }
    }
}
