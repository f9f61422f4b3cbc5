using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// The path of every request to a model:
/// <list type="number">
/// <item>Authenticate: the caller's key to its principal, and to what its workspace sees of the gateway.</item>
/// <item>Read the head: model, stream and what else decides, from one pass over the body's bytes.</item>
/// <item>Guard: budgets and limits, of the targets that may serve, and room in the journal, before anything is sent. A refusal is
/// in the caller's own dialect.</item>
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
    OwnAnswers answers,
    RequestAdmission admission,
    ModelQuestions questions,
    RequestSender sender,
    Func<Exchange, Task> converse,
    GatewayMetrics metrics,
    RouteState routes,
    Func<GatewaySnapshot> current,
    ILogger logger
)
{
    /// <summary>Answers one request.</summary>
    public async Task RunAsync(Exchange exchange)
    {
        var request = exchange.Context.Request;
        var endpoint = exchange.Endpoint;
        if (!CallerRules.IsKnownHost(request, exchange.Snapshot.Server.Config.Hosts))
        {
            answers.Note(exchange, 421, "an unknown host name", null);
            answers.Refuse(
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
                answers.Refuse(exchange, 403, "Pages of this origin may not call Weir; see cors in its configuration.");
            }

            return;
        }

        // Under Weir's own name a provider's script would be its pages' equal, and act for whoever is signed in.
        if (CallerRules.IsForPage(request))
        {
            answers.Note(exchange, 403, "a browser's page", null);
            answers.Refuse(exchange, 403, "This is for programs: no browser may show or run it under Weir's name.");
            return;
        }

        if (endpoint.Operation == Operation.Unknown)
        {
            answers.Refuse(exchange, 404, "Weir has no such path.");
            return;
        }

        if (!endpoint.Takes(request.Method))
        {
            exchange.Context.Response.Headers.Allow = endpoint.Allow;
            answers.Refuse(exchange, 405, $"This path takes {endpoint.Allow} alone.");
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
            answers.Note(exchange, refusal.Status, refusal.Kind, refusal.Who);
            answers.Refuse(exchange, refusal.Status, refusal.Reason);
            return;
        }

        if (exchange.Snapshot.Of(caller.Principal.Workspace) is not { } gateway)
        {
            answers.Note(exchange, 403, "a workspace that is not served", caller.Principal.KeyId);
            answers.Refuse(exchange, 403, RequestRefusals.NotServed);
            return;
        }

        exchange.Caller = caller;
        exchange.Gateway = gateway;
        if (endpoint.IsModelList)
        {
            await questions.ListModelsAsync(exchange);
            return;
        }

        if (endpoint.Operation == Operation.ResponsesSocket)
        {
            if (!SocketRequest.IsWellFormed(exchange.Context))
            {
                answers.Refuse(exchange, 400, RequestRefusals.BadSocket);
                return;
            }

            await converse(exchange);
            return;
        }

        if (endpoint.Operation == Operation.PassThrough && PassThrough.Admit(exchange) is { } turnedAway)
        {
            answers.Refuse(exchange, turnedAway.Status, turnedAway.Reason);
            return;
        }

        exchange.Attribution = Attribution.Read(request.Headers, caller.Principal);
        using var body = new PooledBuffer(request.ContentLength ?? 4096);
        using var plain = new PooledBuffer(0);
        if (!await ReadAsync(exchange, body, plain) || !Route(exchange) || await questions.CountAsync(exchange))
        {
            return;
        }

        try
        {
            if (await AdmitAsync(exchange))
            {
                await ReserveAndSendAsync(exchange, body, plain);
            }
        }
        finally
        {
            exchange.Ticket.Dispose();
        }
    }

    /// <summary>2. Read the head. False when the request has been refused, or nobody is there any more.</summary>
    private async ValueTask<bool> ReadAsync(Exchange exchange, PooledBuffer body, PooledBuffer plain)
    {
        var request = exchange.Context.Request;
        if (exchange.Socket is not null)
        {
            var proxies = exchange.Snapshot.Server.Config.Proxies;
            exchange.WhyNoLonger = () =>
                authenticator.Identify(request, proxies, out _) is not { } now
                || now.Principal.KeyId != exchange.Caller.Principal.KeyId
                    ? "The Weir key is no longer good."
                    : current().Of(now.Principal.Workspace)?.Overrides.Stopped ?? admission.WhyNoRoom(exchange);
            exchange.RequestedModel = SocketRequest.ModelOf(request.Query);
            return true;
        }

        var limit = exchange.Gateway.Config.MaxBodyBytes;
        switch (await RequestBodyReader.ReadAsync(request, limit, body))
        {
            case BodyOutcome.TooLarge:
                answers.Refuse(exchange, 413, RequestRefusals.TooLarge(limit));
                return false;
            case BodyOutcome.Broken:
                answers.Refuse(exchange, 400, "The request's body is not well-formed HTTP.");
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
                answers.Refuse(
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
            answers.Refuse(exchange, 400, fault);
            return false;
        }

        if (isModelCall && exchange.RequestedModel is null && !exchange.IsPassThrough)
        {
            answers.Refuse(exchange, 400, RequestRefusals.NoModel);
            return false;
        }

        return true;
    }

    /// <summary>4. Route. False when the request has been refused.</summary>
    private bool Route(Exchange exchange)
    {
        var caller = exchange.Caller;
        if (
            caller.Principal.Bounds is { HasModels: true } bounds
            && PassThrough.IsBeyond(exchange, bounds, out var beyond)
        )
        {
            answers.Refuse(exchange, 403, RequestRefusals.NotOfTheKey(beyond));
            return false;
        }

        if (!exchange.IsPassThrough)
        {
            exchange.Route = Router.Decide(exchange.Gateway, exchange.Prices, routes, QuestionOf(exchange));
        }

        if (exchange.Route.Refusal is { } refusal)
        {
            answers.Refuse(
                exchange,
                exchange.Route.Status,
                exchange.Endpoint.Operation == Operation.ResponsesCompact
                    ? $"{refusal} {RequestRefusals.NotTranslated}"
                    : refusal
            );
            return false;
        }

        if (!caller.IsLocal || !caller.BringsOwn)
        {
            return ReadConversation(exchange) && FindHolder(exchange);
        }

        // Without a Weir key, a credential of the caller's own opens only what asks for none of Weir's.
        var open = exchange.Route.Targets.RemoveAll(t => t.Provider.HasOwnCredential);
        if (open.IsEmpty)
        {
            answers.Refuse(
                exchange,
                401,
                $"Provider {exchange.Route.Targets[0].Provider.Name} is used with Weir's own key: show a Weir key, not one of the provider's."
            );
            return false;
        }

        exchange.Route = exchange.Route with { Targets = open };
        return ReadConversation(exchange) && FindHolder(exchange);
    }

    private static RouteQuestion QuestionOf(Exchange exchange) =>
        new(
            exchange.Endpoint.Dialect,
            exchange.Endpoint.IsConversation || exchange.Endpoint.IsCount,
            (exchange.DowngradedTo ?? exchange.RequestedModel)!,
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
            Traits = exchange.Gateway.LooksInside ? exchange.Traits : null,
        };

    /// <summary>
    /// 5. Translate, its first half: where a target speaks another dialect the request is read, and targets that have no
    /// equivalent for what it needs are passed over. False when none is left, or the request has been refused.
    /// </summary>
    private bool ReadConversation(Exchange exchange)
    {
        var caller = exchange.Endpoint.Dialect;
        if (exchange.IsPassThrough || !exchange.Endpoint.MayHoldSeals)
        {
            return true;
        }

        exchange.BodyWithoutSeals = SealedProofs.Without(caller, exchange.PlainBody);
        if (!exchange.Endpoint.IsConversation)
        {
            return true;
        }

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
                answers.Refuse(exchange, 400, reason!);
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

        answers.Refuse(exchange, 400, reason!);
        return false;
    }

    /// <summary>What only one account knows is asked of that one alone. False when the request has been refused.</summary>
    private bool FindHolder(Exchange exchange)
    {
        if (Holders.Narrow(exchange) is not { } reason)
        {
            return true;
        }

        answers.Refuse(exchange, 400, reason);
        return false;
    }

    /// <summary>3. Guard, its first half: budgets and limits. False when the request has been refused, or nobody is there any more.</summary>
    private async ValueTask<bool> AdmitAsync(Exchange exchange)
    {
        if (exchange.Gateway.Overrides.Stopped is { } stopped && RequestAdmission.MayCost(exchange))
        {
            answers.RefuseStopped(exchange, stopped);
            return false;
        }

        if (!RequestAdmission.Holds(exchange))
        {
            return true;
        }

        try
        {
            var outcome = await admission.AskAsync(exchange);
            if (outcome.DowngradeTo is { } model)
            {
                if (exchange.IsPassThrough)
                {
                    answers.Refuse(exchange, 429, RequestRefusals.CannotBeDowngraded(outcome.DowngradedBy!, model));
                    return false;
                }

                exchange.DowngradedTo = model;
                exchange.DowngradedBy = outcome.DowngradedBy;
                if (!Route(exchange))
                {
                    return false;
                }

                outcome = await admission.AskAsync(exchange);
            }

            if (outcome.Refusal is { } refusal)
            {
                answers.Refuse(exchange, refusal);
                return false;
            }

            exchange.Ticket = outcome.Ticket!;
            exchange.Warnings = outcome.Warnings;
            exchange.Admission = admission;
            return true;
        }
        catch (OperationCanceledException) when (exchange.CallerGone)
        {
            return false;
        }
    }

    private async Task ReserveAndSendAsync(Exchange exchange, PooledBuffer body, PooledBuffer plain)
    {
        // 3. Guard, its second half: what is used must always fit the journal.
        if (!ledger.Journal.TryReserve())
        {
            var reason = ledger.Status.RefusesBecause;
            Log.JournalFull(logger, exchange.IdText, exchange.Caller.Principal.Workspace, reason);
            exchange.Context.Response.Headers.RetryAfter = "5";
            answers.Refuse(
                exchange,
                503,
                $"Weir takes no new requests until it can account for them: {reason ?? "the journal is full"}."
            );
            return;
        }

        try
        {
            if (!exchange.CallerGone && await sender.SendAsync(exchange))
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
}
