using System.Net;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>
/// Listens to <c>/live</c> until it is cancelled or refused. After a break it goes on from the last cursor, waiting twice as long
/// after each failure in a row.
/// </summary>
/// <param name="post">Takes what happens.</param>
/// <param name="clock">The time.</param>
/// <param name="random">From 0 to 1: spreads the attempts of many that lost the same server.</param>
internal sealed class TopFeed(Action<TopMessage> post, TimeProvider clock, Func<double> random)
{
    // A server of a data folder that does not come back at once may be gone for good, or come back at another address.
    private const int MostFailures = 3;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    // The server says something every 15 seconds; after three silent beats the connection is dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    /// <summary>Listens; returns when the server of a data folder is given up.</summary>
    /// <param name="client">The server.</param>
    /// <param name="after">The newest change that is known.</param>
    /// <param name="isFolder">Whether it is a data folder's, which can be read without it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WeirApiException">The key is no longer good for it.</exception>
    public async Task RunAsync(WeirClient client, long after, bool isFolder, CancellationToken cancellationToken)
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
                var isFirst = true;
                await foreach (var message in client.LiveAsync(cursor, "requests,sessions,limits", either.Token))
                {
                    limit.CancelAfter(Silence);
                    cursor = message.Cursor;
                    if (isFirst)
                    {
                        (isFirst, failures) = (false, 0);
                        post(new Linked(new Link.Live()));
                    }

                    post(new Told(message));
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

            if (++failures > MostFailures && isFolder)
            {
                return;
            }

            var longest = FirstWait * Math.Pow(2, Math.Min(failures - 1, 10));
            var wait = (longest < LongestWait ? longest : LongestWait) * (0.5 + (random() / 2));
            post(new Linked(new Link.Broken(clock.GetUtcNow() + wait, reason)));
            await Task.Delay(wait, clock, cancellationToken);
        }
    }
}
