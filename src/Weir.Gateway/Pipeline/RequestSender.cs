using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Gateway.Counting;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Sends a request to its targets until one serves: first to those that are well, in the route's order; each as often as
/// <see cref="RetryPolicy"/> allows, and with each key of its provider that is not refused. Thread-safe.
/// </summary>
internal sealed class RequestSender(
    RecordWriter records,
    QuotaHeaders? quotas,
    RefusalNotes? refusals,
    OwnAnswers answers,
    GatewayMetrics metrics,
    ActivityFeed? activity,
    TimeProvider clock,
    ILogger logger,
    CancellationToken shutdown
)
{
    /// <summary>How long a request waits in line at a target that has as many as it is given.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>6. Send, with 7. for streams and what is large. True when the body's memory is still in use.</summary>
    public async Task<bool> SendAsync(Exchange exchange)
    {
        using var errand = new Errand(exchange);
        try
        {
            while (errand.TryNext(out var step))
            {
                if (await AskAsync(errand, step) != Asked.GoesOn)
                {
                    break;
                }
            }

            if (!errand.IsDone)
            {
                Answer(exchange, errand.Best);
            }

            return errand.IsBodyInUse;
        }
        finally
        {
            errand.Best?.Dispose();
        }
    }

    /// <summary>Asks one target, until nothing is gained by asking it again.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Asked> AskAsync(Errand errand, WalkStep step)
    {
        var exchange = errand.Exchange;
        var target = exchange.Route.Targets[step.Index];
        var key = PickKey(exchange, target);
        var held = step.Attempt;
        var wait = exchange.Endpoint.IsCount ? TimeSpan.Zero : step.WaitFirst;
        var retries = 0;
        var isAgain = false;
        while (true)
        {
            UpstreamCall call;
            try
            {
                if (wait > TimeSpan.Zero && !await WaitAsync(exchange, wait))
                {
                    return Asked.CallerWent;
                }

                // Not before the wait: a place is not for who only waits.
                held = isAgain ? held.State!.Begin() : held;
                if (held.NeedsSlot && !exchange.Endpoint.IsCount)
                {
                    held = await held.EnterAsync(Patience, exchange.Context.RequestAborted);
                    if (exchange.CallerGone)
                    {
                        return Asked.CallerWent;
                    }

                    if (held.NeedsSlot)
                    {
                        metrics.Shed();
                        return Asked.GoesOn;
                    }
                }

                call = new UpstreamCall(exchange, target, held, key, records, quotas, refusals, clock);
                var isDone = false;
                try
                {
                    isDone = await call.RunAsync(errand.HasMore, shutdown);
                }
                finally
                {
                    errand.Keep(call, isDone);
                }
            }
            finally
            {
                held.Dispose();
            }

            var attempt = call.Attempt;
            exchange.Route.Plan?.Note(exchange, attempt);
            if (errand.IsDone)
            {
                Tell(exchange, attempt, null);
                return Asked.Served;
            }

            attempt.EndedAt = clock.GetElapsedTime(exchange.StartedTimestamp);
            exchange.Attempts.Add(attempt);
            var next = Next(errand, target, attempt, retries, ref key, out wait);
            Tell(exchange, attempt, next);
            if (next != Step.Same && next != Step.OtherKey)
            {
                return next == Step.Elsewhere ? Asked.GoesOn : Asked.Failed;
            }

            retries += next == Step.Same ? 1 : 0;
            isAgain = true;
        }
    }

    /// <summary>What comes after an attempt that did not serve.</summary>
    private Step Next(
        Errand errand,
        Target target,
        UpstreamAttempt attempt,
        int retries,
        ref PoolKey? key,
        out TimeSpan wait
    )
    {
        var exchange = errand.Exchange;
        wait = TimeSpan.Zero;
        if (exchange.CallerGone)
        {
            return Step.Nowhere;
        }

        if (attempt.KeyRests is { } rest)
        {
            activity?.AccountRests(
                attempt.Target.Provider.Upstream.Key.Owner,
                attempt.Target.Provider.Name,
                attempt.Key!.Name,
                attempt.HttpStatus ?? 0,
                rest
            );
            key = PickKey(exchange, target);
            if (key is not null)
            {
                return Step.OtherKey;
            }
        }

        if (!attempt.MayTryElsewhere)
        {
            return Step.Nowhere;
        }

        // A count is made here where the provider makes none; and a pool's keys have all been refused.
        // What has told its whole usage is billed: the same question would be billed again.
        if (!exchange.Endpoint.IsCount && !attempt.KeyWasRefused && !attempt.Reading.IsFinal)
        {
            var health = target.Provider.Health;
            var failure = new FailedAttempt(
                attempt.Status,
                retries,
                IsReplayable(exchange, attempt),
                WasSeen: false,
                errand.HasGood,
                attempt.Word?.For,
                exchange.Gateway.Config.HoldBack - attempt.EndedAt
            );
            if (
                RetryPolicy.Decide(failure, health.Config, health.Retries, Random.Shared.NextDouble()).After is
                { } pause
            )
            {
                metrics.Retried();
                wait = pause;
                return Step.Same;
            }
        }

        return errand.HasMore ? Step.Elsewhere : Step.Nowhere;
    }

    /// <summary>
    /// A question to a model may be asked again. What passes through may have made something (a file, a batch) before it failed;
    /// only what surely has not is sent again.
    /// </summary>
    private static bool IsReplayable(Exchange exchange, UpstreamAttempt attempt) =>
        attempt.Status == RequestStatus.Unreachable
        || (
            exchange.Socket is null
            // Where it leads to does not change by asking.
            && attempt.HttpStatus is not (>= 300 and < 400)
            && (
                exchange.Endpoint.Operation != Operation.PassThrough
                || attempt.Status == RequestStatus.RateLimited
                || HttpMethods.IsGet(exchange.Context.Request.Method)
                || HttpMethods.IsHead(exchange.Context.Request.Method)
            )
        );

    /// <summary>False when the caller went, or the server ends.</summary>
    private async ValueTask<bool> WaitAsync(Exchange exchange, TimeSpan wait)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(exchange.Context.RequestAborted, shutdown);
        try
        {
            await Task.Delay(wait, clock, either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Tell(Exchange exchange, UpstreamAttempt attempt, Step? next)
    {
        if (attempt.MayTryElsewhere || next == Step.OtherKey)
        {
            Log.AttemptFailed(
                logger,
                exchange.IdText,
                exchange.Caller.Principal.Workspace,
                attempt.Target.Provider.Name,
                exchange.Route.Route,
                attempt.Status,
                attempt.HttpStatus,
                attempt.Failure ?? Attribution.Text(attempt.Reading.ErrorType),
                attempt.UpstreamId,
                next switch
                {
                    Step.Same => "it is asked again",
                    Step.OtherKey => "its next key is tried",
                    Step.Elsewhere => "the next target is tried",
                    _ => "no target is left",
                }
            );
        }
    }

    private PoolKey? PickKey(Exchange exchange, Target target)
    {
        if (target.Provider.Keys is not { } pool)
        {
            return null;
        }

        List<PoolKey>? refused = null;
        foreach (var attempt in exchange.Attempts)
        {
            if (attempt is { KeyWasRefused: true, Key: { } key } && attempt.Target == target)
            {
                (refused ??= []).Add(key);
            }
        }

        return pool.Pick(
            exchange.Attribution.Session ?? exchange.Head.Session ?? exchange.Caller.Principal.KeyId ?? "",
            exchange.Holder,
            (IReadOnlyCollection<PoolKey>?)refused ?? [],
            clock.GetUtcNow()
        );
    }

    /// <summary>8. Settle and answer what is held whole: the upstream's answer, or Weir's word on why there is none.</summary>
    private void Answer(Exchange exchange, UpstreamCall? call)
    {
        if (call is null)
        {
            Shed(exchange);
            return;
        }

        var attempt = call.Attempt;
        if (
            exchange is { Endpoint.IsCount: true, IsPassThrough: false, CallerGone: false }
            && TokenCounts.StandsIn(call.HeldAnswer is null ? null : attempt.HttpStatus)
        )
        {
            records.Write(exchange, attempt, StatusCodes.Status200OK);
            ModelQuestions.WriteCount(exchange, attempt.Target, TokenCounts.CountHere(exchange, attempt.Target));
            return;
        }

        if (call.HeldAnswer is not { } answer)
        {
            var status = attempt.AnsweredStatus ?? (attempt.Status == RequestStatus.Timeout ? 504 : 502);
            var gone = exchange.CallerGone || attempt.Status == RequestStatus.CallerAborted;
            records.Write(exchange, attempt, gone ? null : status);
            if (!gone)
            {
                OwnAnswers.WriteError(exchange, status, attempt.Failure ?? "The provider did not answer.");
            }

            return;
        }

        if (exchange.CallerGone && attempt.Status == RequestStatus.Ok)
        {
            attempt.Status = RequestStatus.CallerAborted;
        }

        // Written also when the caller seems gone: it may have closed its own half alone.
        var record = records.Write(exchange, attempt, attempt.AnsweredStatus ?? attempt.HttpStatus);
        var model = record is null ? attempt.SentModel : record.Model;
        AnswerHead.Write(exchange, attempt, answer, keepsLength: true, model, record?.Cost);
        if (exchange is { Endpoint.IsCount: true, IsPassThrough: false } && attempt.WasAccepted)
        {
            exchange.Context.Response.Headers[TokenCounts.Header] = TokenCounts.ByProvider;
        }

        if (attempt.UpstreamDialect != Dialect.None)
        {
            exchange.Context.Response.ContentLength = call.HeldBody.Length;
        }

        if (!call.HeldBody.IsEmpty && !HttpMethods.IsHead(exchange.Context.Request.Method))
        {
            var body = call.HeldBody.Span;
            exchange.Context.Response.BodyWriter.Write(AnswerCoding.Whole(exchange, body) ?? body);
        }
    }

    /// <summary>Nothing was sent: every target is at work on as many requests as it is given, or the caller went.</summary>
    private void Shed(Exchange exchange)
    {
        if (!exchange.CallerGone)
        {
            exchange.Context.Response.Headers.RetryAfter = "1";
            answers.Refuse(
                exchange,
                StatusCodes.Status503ServiceUnavailable,
                shutdown.IsCancellationRequested
                    ? "Weir is stopping. Try again in a moment."
                    : $"Provider {exchange.Route.Targets[0].Provider.Name} is at work on as many requests as it is given at once. Try again in a moment."
            );
        }
    }

    /// <summary>What came of asking one target.</summary>
    private enum Asked
    {
        Served,
        GoesOn,
        Failed,
        CallerWent,
    }

    /// <summary>What comes after an attempt.</summary>
    private enum Step
    {
        Same,
        OtherKey,
        Elsewhere,
        Nowhere,
    }
}
