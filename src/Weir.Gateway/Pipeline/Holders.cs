using Weir.Foundation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Keeps what one account of a vendor holds (stored answers, files, batches) with that account, and with the workspace that it
/// was made for. What is known is what Weir saw since it started: see <see cref="AccountState"/>.
/// </summary>
internal static class Holders
{
    private const int MaxDecoded = 16 * 1024 * 1024;

    /// <summary>
    /// Leaves of the targets only those that hold what the request names. Where that is not known, the first target alone, for
    /// no other vendor's account can hold it; and none where even that one is several accounts. Null, or why nobody is asked.
    /// </summary>
    public static string? Narrow(Exchange exchange)
    {
        var targets = exchange.Route.Targets;
        if (targets is [var only] && !only.Provider.HasSeveralSides)
        {
            return null;
        }

        if (Named(exchange) is not { } ids)
        {
            return "The request names more stored answers and files than Weir looks up.";
        }

        if (ids.Count == 0)
        {
            return null;
        }

        foreach (var target in targets)
        {
            if (HolderAt(target.Provider, exchange, ids) is { } account)
            {
                var left = targets.RemoveAll(t =>
                    t.Provider.Upstream != target.Provider.Upstream || HolderAt(t.Provider, exchange, ids) != account
                );
                exchange.Route = exchange.Route with { Targets = left };
                exchange.Holder = account;
                return null;
            }
        }

        var first = targets[0].Provider;
        if (first.Keys is { HasChoice: true } || targets.Any(t => IsAnothers(t.Provider, exchange, ids)))
        {
            return $"Weir does not know an account of provider {first.Name} that holds {RequestRefusals.Shown(ids[0])} and "
                + "whatever else the request names. Ask without it, or send what it holds.";
        }

        exchange.Route = exchange.Route with { Targets = [targets[0]] };
        return null;
    }

    /// <summary>Remembers an answer of a model that the vendor may have stored. An id that Weir made in translating is no vendor's.</summary>
    public static void KeepAnswer(Exchange exchange, UpstreamAttempt attempt)
    {
        if (
            attempt is { WasAccepted: true, UpstreamDialect: Dialect.None, Reading.MessageId: { } id }
            && exchange.Endpoint.Operation is Operation.Responses or Operation.Chat
        )
        {
            Keep(exchange, attempt, id, isNew: true);
        }
    }

    /// <summary>Remembers what a request that passed through has made: a file, a batch, a conversation.</summary>
    public static void KeepMade(
        Exchange exchange,
        UpstreamAttempt attempt,
        HttpResponseMessage answer,
        PooledBuffer body
    )
    {
        if (!attempt.WasAccepted || exchange.Endpoint.Operation != Operation.PassThrough)
        {
            return;
        }

        using var decoded = new PooledBuffer(0);
        var coding = string.Join(",", answer.Content.Headers.ContentEncoding);
        var isCoded = BodyDecoder.IsCoded(coding);
        if (isCoded && !BodyDecoder.TryDecode(body.Span, coding, MaxDecoded, decoded))
        {
            return;
        }

        foreach (var id in HeldIds.OfAnswer(isCoded ? decoded.Span : body.Span))
        {
            Keep(exchange, attempt, id, isNew: false);
        }
    }

    private static IReadOnlyList<string>? Named(Exchange exchange)
    {
        var isPassedThrough = exchange.Endpoint.Operation == Operation.PassThrough;
        var mayBeJson = !isPassedThrough || CallerRules.IsJson(exchange.Context.Request.ContentType);
        var inBody = mayBeJson
            ? HeldIds.InRequest(
                exchange.PlainBody.Span,
                isPassedThrough ? Dialect.PassThrough : exchange.Endpoint.Dialect
            )
            : [];
        return inBody is null || !isPassedThrough ? inBody : [.. HeldIds.InPath(exchange.VendorPath), .. inBody];
    }

    private static void Keep(Exchange exchange, UpstreamAttempt attempt, string id, bool isNew) =>
        attempt.Target.Provider.Upstream.Accounts.Keep(
            id,
            new Holder(attempt.Account, exchange.Caller.Principal.Workspace),
            isNew
        );

    /// <summary>The account of a provider that gave all of these ids to this workspace; null when that is not known.</summary>
    private static string? HolderAt(ProviderModel provider, Exchange exchange, IReadOnlyList<string> ids)
    {
        string? account = null;
        foreach (var id in ids)
        {
            if (
                provider.Upstream.Accounts.HolderOf(id) is not { } holder
                || holder.Workspace != exchange.Caller.Principal.Workspace
                || (account is not null && account != holder.Account)
            )
            {
                return null;
            }

            account = holder.Account;
        }

        var isItsOwn = provider.Keys is { } pool
            ? pool.Keys.Any(key => key.Account == account)
            : account is { Length: 0 };
        return isItsOwn ? account : null;
    }

    private static bool IsAnothers(ProviderModel provider, Exchange exchange, IReadOnlyList<string> ids) =>
        ids.Any(id =>
            provider.Upstream.Accounts.HolderOf(id) is { } holder
            && holder.Workspace != exchange.Caller.Principal.Workspace
        );
}
