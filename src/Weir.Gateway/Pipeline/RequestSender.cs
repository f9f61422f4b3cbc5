using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Pipeline;

/// <summary>Sends a request to its targets in order, until one serves. Thread-safe.</summary>
internal sealed class RequestSender(
    RecordWriter records,
    QuotaHeaders? quotas,
    RefusalNotes? refusals,
    TimeProvider clock,
    ILogger logger,
    CancellationToken shutdown
)
{
    /// <summary>6. Send, with 7. for streams and what is large. True when the body's memory is still in use.</summary>
    public async Task<bool> SendAsync(Exchange exchange)
    {
        var targets = exchange.Route.Targets;
        var inUse = false;
        UpstreamCall? best = null;
        try
        {
            var key = PickKey(exchange, targets[0]);
            for (var i = 0; i < targets.Length; )
            {
                var call = new UpstreamCall(exchange, targets[i], key, records, quotas, refusals, clock);
                var done = false;
                try
                {
                    done = await call.RunAsync(mayTryElsewhere: i + 1 < targets.Length, shutdown);
                }
                finally
                {
                    inUse |= call.IsBodyBeingSent;
                    // The last answer of an upstream tells the caller more than Weir's own word.
                    if (done || (best?.HeldAnswer is not null && call.HeldAnswer is null))
                    {
                        call.Dispose();
                    }
                    else
                    {
                        best?.Dispose();
                        best = call;
                    }
                }

                var attempt = call.Attempt;
                exchange.Route.Plan?.Note(exchange, attempt);
                if (!done)
                {
                    attempt.EndedAt = clock.GetElapsedTime(exchange.StartedTimestamp);
                    exchange.Attempts.Add(attempt);
                }

                key = !done && attempt.KeyWasRefused ? PickKey(exchange, targets[i]) : null;
                var mayGoOn = key is not null || (attempt.MayTryElsewhere && i + 1 < targets.Length);
                var goesOn = !done && mayGoOn && !exchange.CallerGone;
                if (attempt.MayTryElsewhere || key is not null)
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
                        goesOn
                    );
                }

                if (done)
                {
                    return inUse;
                }

                if (!goesOn)
                {
                    break;
                }

                if (key is null)
                {
                    i++;
                    key = PickKey(exchange, targets[i]);
                }
            }

            Answer(exchange, best!);
            return inUse;
        }
        finally
        {
            best?.Dispose();
        }
    }

    private PoolKey? PickKey(Exchange exchange, Target target) =>
        target.Provider.Keys?.Pick(
            exchange.Attribution.Session ?? exchange.Head.Session ?? exchange.Caller.Principal.KeyId ?? "",
            exchange.Holder,
            [.. exchange.Attempts.Where(a => a.Target == target).Select(a => a.Key).OfType<PoolKey>()],
            clock.GetUtcNow()
        );

    /// <summary>8. Settle and answer what is held whole: the upstream's answer, or Weir's word on why there is none.</summary>
    private void Answer(Exchange exchange, UpstreamCall call)
    {
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
            var status = attempt.Status == RequestStatus.Timeout ? 504 : 502;
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
}
