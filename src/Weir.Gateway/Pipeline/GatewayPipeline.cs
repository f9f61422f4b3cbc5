using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Gateway.Routing;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// The path of every request to a model:
/// <list type="number">
/// <item>Authenticate: the caller's key to its principal, and to what its workspace sees of the gateway.</item>
/// <item>Read the head: model, stream and what else decides, from one pass over the body's bytes.</item>
/// <item>Guard: room in the journal, before anything is sent. A refusal is in the caller's own dialect.</item>
/// <item>Route: the ordered targets.</item>
/// <item>Translate: for a target of another dialect the request is read, once, and written anew; what it cannot say is refused
/// or noted. For all others the named edits are splices of the body.</item>
/// <item>Send: the targets in order, until one serves; what failed unseen is replayed on the next.</item>
/// <item>Relay and meter: each byte to the caller, a side copy to the meter.</item>
/// <item>Settle: the record is journalled before the answer's last byte goes out.</item>
/// </list>
/// Thread-safe; the state of a request is its <see cref="Exchange"/>.
/// </summary>
internal sealed class GatewayPipeline(
    UsageLedger ledger,
    Authenticator authenticator,
    RecordWriter records,
    QuotaHeaders? quotas,
    RefusalNotes? refusals,
    RefusalLog refused,
    GatewayMetrics metrics,
    RouteState routes,
    TimeProvider clock,
    ILogger logger,
    CancellationToken shutdown
)
{
    private readonly TokenCounts counts = new(clock);

    /// <summary>Answers one request.</summary>
    public async Task RunAsync(Exchange exchange)
    {
        var request = exchange.Context.Request;
        var endpoint = exchange.Endpoint;
        if (!CallerRules.IsKnownHost(request, exchange.Snapshot.Server.Config.Hosts))
        {
            Note(exchange, 421, "an unknown host name", null);
            await RefuseAsync(
                exchange,
                421,
                "Weir does not go by the name in the Host header; see hosts in its configuration."
            );
            return;
        }

        var origins = exchange.Snapshot.Server.Config.CorsOrigins;
        var isPreflight = !origins.IsEmpty && Cors.IsPreflight(request);
        var mayCall = isPreflight && Cors.TryAnswer(exchange.Context, origins, endpoint.PageMethods);
        // After it: what is registered last is done first, and this one clears what the upstream said.
        Cors.Prepare(exchange.Context, origins);
        if (isPreflight)
        {
            if (!mayCall)
            {
                await RefuseAsync(
                    exchange,
                    403,
                    "Pages of this origin may not call Weir; see cors in its configuration."
                );
            }

            return;
        }

        // Under Weir's own name a provider's script would be its pages' equal, and act for whoever is signed in.
        if (CallerRules.IsForPage(request))
        {
            Note(exchange, 403, "a browser's page", null);
            await RefuseAsync(exchange, 403, "This is for programs: no browser may show or run it under Weir's name.");
            return;
        }

        if (endpoint.Operation == Operation.Unknown)
        {
            await RefuseAsync(exchange, 404, "Weir has no such path.");
            return;
        }

        if (!endpoint.Takes(request.Method))
        {
            exchange.Context.Response.Headers.Allow = endpoint.Allow;
            await RefuseAsync(exchange, 405, $"This path takes {endpoint.Allow} alone.");
            return;
        }

        if (endpoint.Operation == Operation.Probe)
        {
            exchange.Context.Response.StatusCode = StatusCodes.Status200OK;
            exchange.Context.Response.Headers["x-weir-request-id"] = exchange.IdText;
            return;
        }

        // 1. Authenticate.
        if (authenticator.Identify(request, exchange.Snapshot.Server.Config.Proxies, out var refusal) is not { } caller)
        {
            Note(exchange, refusal.Status, refusal.Kind, refusal.Who);
            await RefuseAsync(exchange, refusal.Status, refusal.Reason);
            return;
        }

        if (exchange.Snapshot.Of(caller.Principal.Workspace) is not { } gateway)
        {
            Note(exchange, 403, "a workspace that is not served", caller.Principal.KeyId);
            await RefuseAsync(exchange, 403, RequestRefusals.NotServed);
            return;
        }

        exchange.Caller = caller;
        exchange.Gateway = gateway;
        if (endpoint.IsModelList)
        {
            await ListModelsAsync(exchange);
            return;
        }

        if (endpoint.Operation == Operation.PassThrough && PassThrough.Admit(exchange) is { } turnedAway)
        {
            await RefuseAsync(exchange, turnedAway.Status, turnedAway.Reason);
            return;
        }

        exchange.Attribution = Attribution.Read(request.Headers, caller.Principal);
        using var body = new PooledBuffer(request.ContentLength ?? 4096);
        using var plain = new PooledBuffer(0);
        if (await ReadAsync(exchange, body, plain) && await RouteAsync(exchange) && !await CountAsync(exchange))
        {
            await ReserveAndSendAsync(exchange, body, plain);
        }
    }

    /// <summary>2. Read the head. False when the request has been refused, or nobody is there any more.</summary>
    private async ValueTask<bool> ReadAsync(Exchange exchange, PooledBuffer body, PooledBuffer plain)
    {
        var request = exchange.Context.Request;
        if (exchange.Socket is not null)
        {
            var proxies = exchange.Snapshot.Server.Config.Proxies;
            exchange.IsStillAllowed = () =>
                authenticator.Identify(request, proxies, out _) is { } now
                && now.Principal.KeyId == exchange.Caller.Principal.KeyId;
            exchange.RequestedModel = SocketRequest.ModelOf(request.Query);
            return true;
        }

        var limit = exchange.Gateway.Config.MaxBodyBytes;
        switch (await RequestBodyReader.ReadAsync(request, limit, body))
        {
            case BodyOutcome.TooLarge:
                await RefuseAsync(exchange, 413, RequestRefusals.TooLarge(limit));
                return false;
            case BodyOutcome.Broken:
                await RefuseAsync(exchange, 400, "The request's body is not well-formed HTTP.");
                return false;
            case BodyOutcome.CallerGone:
                return false;
        }

        exchange.Body = exchange.PlainBody = body.Memory;
        var coding = request.Headers.ContentEncoding.ToString();
        if (BodyDecoder.IsCoded(coding))
        {
            exchange.BodyIsCoded = true;
            if (!BodyDecoder.TryDecode(body.Span, coding, limit, plain))
            {
                await RefuseAsync(
                    exchange,
                    400,
                    $"The request's body cannot be decoded as {RequestRefusals.Shown(coding)}, or is larger than {limit} bytes when it is."
                );
                return false;
            }

            exchange.PlainBody = plain.Memory;
        }

        var endpoint = exchange.Endpoint;
        var isModelCall = endpoint.Operation != Operation.PassThrough;
        if (isModelCall && !(exchange.IsPassThrough && !CallerRules.IsJson(request.ContentType)))
        {
            exchange.Head = RequestHeadReader.Read(exchange.PlainBody.Span, endpoint.Dialect);
        }

        if (isModelCall)
        {
            exchange.Streaming = endpoint.Operation == Operation.GeminiStream || exchange.Head.Stream;
            exchange.RequestedModel = endpoint.Dialect == Dialect.Gemini ? endpoint.Subject : exchange.Head.Model;
        }

        if (exchange.Head.Fault is { } fault)
        {
            await RefuseAsync(exchange, 400, fault);
            return false;
        }

        if (isModelCall && exchange.RequestedModel is null && !exchange.IsPassThrough)
        {
            await RefuseAsync(exchange, 400, RequestRefusals.NoModel);
            return false;
        }

        return true;
    }

    /// <summary>4. Route. False when the request has been refused.</summary>
    private async ValueTask<bool> RouteAsync(Exchange exchange)
    {
        var caller = exchange.Caller;
        if (
            caller.Principal.Bounds is { HasModels: true } bounds
            && PassThrough.IsBeyond(exchange, bounds, out var beyond)
        )
        {
            await RefuseAsync(exchange, 403, RequestRefusals.NotOfTheKey(beyond));
            return false;
        }

        if (!exchange.IsPassThrough)
        {
            exchange.Route = Router.Decide(exchange.Gateway, exchange.Prices, routes, QuestionOf(exchange));
        }

        if (exchange.Route.Refusal is { } refusal)
        {
            await RefuseAsync(exchange, exchange.Route.Status, refusal);
            return false;
        }

        if (!caller.IsLocal || !caller.BringsOwn)
        {
            return await ReadConversationAsync(exchange) && await FindHolderAsync(exchange);
        }

        // Without a Weir key, a credential of the caller's own opens only what asks for none of Weir's.
        var open = exchange.Route.Targets.RemoveAll(t => t.Provider.HasOwnCredential);
        if (open.IsEmpty)
        {
            await RefuseAsync(
                exchange,
                401,
                $"Provider {exchange.Route.Targets[0].Provider.Name} is used with Weir's own key: show a Weir key, not one of the provider's."
            );
            return false;
        }

        exchange.Route = exchange.Route with { Targets = open };
        return await ReadConversationAsync(exchange) && await FindHolderAsync(exchange);
    }

    private static RouteQuestion QuestionOf(Exchange exchange) =>
        new(
            exchange.Endpoint.Dialect,
            exchange.Endpoint.IsConversation || exchange.Endpoint.IsCount,
            exchange.RequestedModel!,
            exchange.Attribution.Client,
            exchange.Caller.Principal.KeyName,
            exchange.Context.Request.Headers
        )
        {
            Team = exchange.Caller.Principal.Team,
            Session = exchange.Attribution.Session ?? exchange.Head.Session,
            Agent = exchange.Attribution.Agent,
            Id = exchange.Id,
            At = exchange.StartedAt,
            Streams = exchange.Streaming,
            OwnIsSubscription = exchange.OwnIsSubscription,
            BodyLength = exchange.PlainBody.Length,
            OutputBound = exchange.Head.MaxTokens,
            HasThinking = exchange.Head.HasThinking,
            Traits = exchange.Gateway.LooksInside
                ? new RequestTraits(exchange.PlainBody, exchange.Endpoint.Dialect, exchange.Head)
                : null,
        };

    /// <summary>
    /// 5. Translate, its first half: where a target speaks another dialect the request is read, and targets that have no
    /// equivalent for what it needs are passed over. False when none is left, or the request has been refused.
    /// </summary>
    private async ValueTask<bool> ReadConversationAsync(Exchange exchange)
    {
        var caller = exchange.Endpoint.Dialect;
        if (exchange.IsPassThrough || !exchange.Endpoint.IsConversation)
        {
            return true;
        }

        exchange.BodyWithoutSeals = SealedProofs.Without(caller, exchange.PlainBody);
        string? reason = null;
        foreach (var target in exchange.Route.Targets)
        {
            var dialect = Reach.UpstreamDialect(target.Provider, caller, target.Model ?? exchange.Route.Model ?? "");
            if (dialect == Dialect.None)
            {
                continue;
            }

            exchange.Conversation ??= TranslatedRequest.Read(
                caller,
                exchange.PlainBody,
                exchange.Streaming,
                out reason
            );
            if (exchange.Conversation is not { } conversation)
            {
                await RefuseAsync(exchange, 400, reason!);
                return false;
            }

            if (TranslatedRequest.WhyNot(conversation, target, dialect) is { } why)
            {
                reason = why;
                exchange.Route = exchange.Route with { Targets = exchange.Route.Targets.Remove(target) };
            }
        }

        if (!exchange.Route.Targets.IsEmpty)
        {
            return true;
        }

        await RefuseAsync(exchange, 400, reason!);
        return false;
    }

    /// <summary>Answers who asks for a count. False when it is no such question, or one that the provider is asked as it came.</summary>
    private async ValueTask<bool> CountAsync(Exchange exchange)
    {
        if (!exchange.Endpoint.IsCount || exchange.IsPassThrough)
        {
            return false;
        }

        var target = exchange.Route.Targets[0];
        exchange.Route = exchange.Route with { Targets = [target] };
        if (TokenCounts.IsRelayed(exchange, target))
        {
            return false;
        }

        WriteCount(exchange, target, await counts.CountAsync(exchange, target, shutdown));
        return true;
    }

    private static void WriteCount(Exchange exchange, Target target, in CountAnswer count)
    {
        var headers = exchange.Context.Response.Headers;
        headers[TokenCounts.Header] = count.Source;
        headers["x-weir-provider"] = target.Provider.Name;
        WriteJson(exchange, StatusCodes.Status200OK, TokenCounts.Write(exchange.Endpoint.Dialect, count.Tokens));
    }

    /// <summary>What only one account knows is asked of that one alone. False when the request has been refused.</summary>
    private async ValueTask<bool> FindHolderAsync(Exchange exchange)
    {
        if (Holders.Narrow(exchange) is not { } reason)
        {
            return true;
        }

        await RefuseAsync(exchange, 400, reason);
        return false;
    }

    private PoolKey? PickKey(Exchange exchange, Target target) =>
        target.Provider.Keys?.Pick(
            exchange.Attribution.Session ?? exchange.Head.Session ?? exchange.Caller.Principal.KeyId ?? "",
            exchange.Holder,
            [.. exchange.Attempts.Where(a => a.Target == target).Select(a => a.Key).OfType<PoolKey>()],
            clock.GetUtcNow()
        );

    private async Task ReserveAndSendAsync(Exchange exchange, PooledBuffer body, PooledBuffer plain)
    {
        // 3. Guard: what is used must always fit the journal.
        if (!ledger.Journal.TryReserve())
        {
            var reason = ledger.Status.RefusesBecause;
            Log.JournalFull(logger, exchange.IdText, exchange.Caller.Principal.Workspace, reason);
            exchange.Context.Response.Headers.RetryAfter = "5";
            await RefuseAsync(
                exchange,
                503,
                $"Weir takes no new requests until it can account for them: {reason ?? "the journal is full"}."
            );
            return;
        }

        try
        {
            if (!exchange.CallerGone && await SendAsync(exchange))
            {
                // A connection still reads the body: its memory must not be used for anything else.
                body.Abandon();
                plain.Abandon();
            }
        }
        finally
        {
            ledger.Journal.Release();
        }

        if (exchange.Record is { } record)
        {
            metrics.Count(record);
            if (logger.IsEnabled(LogLevel.Debug))
            {
                Log.Served(
                    logger,
                    exchange.IdText,
                    exchange.Endpoint.Operation,
                    record.Workspace,
                    record.Provider,
                    record.Model,
                    record.Status,
                    record.HttpStatus,
                    record.Duration?.TotalMilliseconds ?? 0,
                    record.UpstreamId
                );
            }
        }
    }

    /// <summary>6. Send, with 7. for streams and what is large. True when the body's memory is still in use.</summary>
    private async Task<bool> SendAsync(Exchange exchange)
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

            await AnswerAsync(exchange, best!);
            return inUse;
        }
        finally
        {
            best?.Dispose();
        }
    }

    /// <summary>8. Settle and answer what is held whole: the upstream's answer, or Weir's word on why there is none.</summary>
    private async Task AnswerAsync(Exchange exchange, UpstreamCall call)
    {
        var attempt = call.Attempt;
        if (
            exchange is { Endpoint.IsCount: true, IsPassThrough: false, CallerGone: false }
            && TokenCounts.StandsIn(call.HeldAnswer is null ? null : attempt.HttpStatus)
        )
        {
            records.Write(exchange, attempt, StatusCodes.Status200OK);
            WriteCount(exchange, attempt.Target, TokenCounts.CountHere(exchange, attempt.Target));
            return;
        }

        if (call.HeldAnswer is not { } answer)
        {
            var status = attempt.Status == RequestStatus.Timeout ? 504 : 502;
            var gone = exchange.CallerGone || attempt.Status == RequestStatus.CallerAborted;
            records.Write(exchange, attempt, gone ? null : status);
            if (!gone)
            {
                await WriteErrorAsync(exchange, status, attempt.Failure ?? "The provider did not answer.");
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

    private async Task ListModelsAsync(Exchange exchange)
    {
        var endpoint = exchange.Endpoint;
        var bounds = exchange.Caller.Principal.Bounds is { HasModels: true } own ? own : null;
        var models = await ModelListing.GatherAsync(exchange.Gateway, exchange.Prices, clock, logger, shutdown);
        ReadOnlyMemory<byte> list;
        if (endpoint.Subject is not { } id)
        {
            models = bounds is null ? models : models.RemoveAll(model => !bounds.AllowsModel(model.Id));
            list = ModelLists.Write(models, endpoint.Dialect, exchange.Context.Request.Query);
        }
        else if (
            (bounds is null || bounds.AllowsModel(id))
            && ModelListing.Find(exchange.Gateway, exchange.Prices, models, id) is { } model
        )
        {
            list = ModelLists.Write(model, endpoint.Dialect);
        }
        else
        {
            await RefuseAsync(exchange, 404, "Weir knows no model of that name.");
            return;
        }

        WriteJson(exchange, StatusCodes.Status200OK, list.Span);
    }

    private void Note(Exchange exchange, int status, string reason, string? who) =>
        refused.Add(
            ClientOrigin.Of(exchange.Context.Request, exchange.Snapshot.Server.Config.Proxies).Address,
            $"{exchange.Endpoint.Operation}",
            status,
            reason,
            who
        );

    private Task RefuseAsync(Exchange exchange, int status, string reason)
    {
        metrics.Refused();
        Log.Refused(logger, exchange.IdText, exchange.Endpoint.Operation, status, reason);
        return WriteErrorAsync(exchange, status, reason);
    }

    /// <summary>Weir's own error, in the caller's dialect.</summary>
    private static Task WriteErrorAsync(Exchange exchange, int status, string reason)
    {
        var response = exchange.Context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        WriteJson(exchange, status, DialectErrors.Make(exchange.ErrorDialect, status, reason, exchange.IdText));
        return Task.CompletedTask;
    }

    private static void WriteJson(Exchange exchange, int status, ReadOnlySpan<byte> json)
    {
        var response = exchange.Context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers["x-weir-request-id"] = exchange.IdText;
        if (!HttpMethods.IsHead(exchange.Context.Request.Method))
        {
            response.BodyWriter.Write(AnswerCoding.Whole(exchange, json) ?? json);
        }
    }
}
