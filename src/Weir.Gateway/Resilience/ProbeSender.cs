using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Resilience;

/// <summary>
/// Looks every second for targets whose breaker's time is up and that no request has tried, and asks their provider the cheapest
/// question of its dialect: for its list of models, which nobody bills. With the provider's own key, never a caller's; where
/// there is none, or the host has no such list, only a request can try it. Eight at once, each for ten seconds at most. Thread-safe.
/// </summary>
internal sealed class ProbeSender : IAsyncDisposable
{
    private const int MostAtOnce = 8;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HealthBook book;
    private readonly Func<GatewaySnapshot> hold;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly CancellationToken shutdown;
    private readonly ITimer timer;
    private int underWay;

    /// <summary>Begins to look.</summary>
    /// <param name="book">What is known of targets.</param>
    /// <param name="hold">The snapshot that holds now, held for whoever asks for it.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Is told when looking fails, which is a bug of Weir's.</param>
    /// <param name="shutdown">Ends what is under way.</param>
    public ProbeSender(
        HealthBook book,
        Func<GatewaySnapshot> hold,
        TimeProvider clock,
        ILogger log,
        CancellationToken shutdown
    )
    {
        this.book = book;
        this.hold = hold;
        this.clock = clock;
        this.log = log;
        this.shutdown = shutdown;
        timer = clock.CreateTimer(static state => ((ProbeSender)state!).Look(), this, Period, Period);
    }

    /// <summary>When it is done no further look holds a snapshot: of the last one nobody could.</summary>
    public ValueTask DisposeAsync() => timer.DisposeAsync();

    /// <summary>The list of models at the vendor's, where there is one that Weir may ask for by itself.</summary>
    internal static HttpRequestMessage? Question(ProviderModel provider, DateTimeOffset now)
    {
        if (
            provider.Kind == ProviderKind.Simulator
            || provider.HasEnvelope
            || provider.Keys?.Pick("", holder: null, [], now)?.Credential is not { } credential
        )
        {
            return null;
        }

        var (path, query) = provider.Kind switch
        {
            ProviderKind.Gemini => ("/v1beta/models", "?pageSize=1"),
            ProviderKind.Anthropic => ("/v1/models", "?limit=1"),
            _ => ("/v1/models", ""),
        };
        var request = new HttpRequestMessage(HttpMethod.Get, provider.Address(path, query))
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "weir");
        request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        if (provider.Kind == ProviderKind.Anthropic)
        {
            request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        }

        return request;
    }

    /// <summary>Called from a timer, where what is thrown would end the process.</summary>
    private void Look()
    {
        try
        {
            foreach (var state in book.DueProbes())
            {
                if (Volatile.Read(ref underWay) >= MostAtOnce || shutdown.IsCancellationRequested)
                {
                    return;
                }

                _ = ProbeAsync(state);
            }
        }
        catch (Exception e)
        {
            Log.ProbingFailed(log, e.GetType().Name);
        }
    }

    private async Task ProbeAsync(TargetState state)
    {
        Interlocked.Increment(ref underWay);
        var held = hold();
        try
        {
            if (
                held.Of(state.Key.Owner)?.Provider(state.Key.Provider) is not { } provider
                || Question(provider, clock.GetUtcNow()) is not { } request
            )
            {
                return;
            }

            using (request)
            {
                if (state.TryBeginProbe(out var attempt))
                {
                    using (attempt)
                    {
                        var (outcome, word) = await AskAsync(provider, request);
                        attempt.Tell(outcome, word);
                    }
                }
            }
        }
        catch (Exception e)
        {
            Log.ProbingFailed(log, e.GetType().Name);
        }
        finally
        {
            held.LetGo();
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task<(AttemptOutcome Outcome, CooldownWord? Word)> AskAsync(
        ProviderModel provider,
        HttpRequestMessage request
    )
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, shutdown);
        try
        {
            using var answer = await provider.SendAsync(
                request,
                new EnvelopeCall(Dialect.PassThrough, Model: null, Streaming: false),
                either.Token
            );
            // What the list says is nobody's business: that it comes is enough, and the rest of it is not read.
            var status = (int)answer.StatusCode;
            return (
                AttemptOutcomes.Of(UpstreamAttempt.StatusOf(status), status),
                CooldownWords.Read(status, answer.Headers, clock.GetUtcNow())
            );
        }
        catch (Exception e) when (UpstreamCall.IsFailure(e))
        {
            return (shutdown.IsCancellationRequested ? AttemptOutcome.Undecided : AttemptOutcome.Failed, null);
        }
    }
}
