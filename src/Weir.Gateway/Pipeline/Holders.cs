using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Holding;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Keeps what one account of a vendor holds (stored answers, files, batches) with that account, and with the workspace that it
/// was made for. What is known is what Weir saw: see <see cref="HolderBook"/>.
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
            attempt is not { WasAccepted: true, UpstreamDialect: Dialect.None, Reading: { MessageId: { } id } reading }
            || reading.IsUnstored
            || !MayStore(exchange)
        )
        {
            return;
        }

        Keep(exchange, attempt, id, isNew: true);
        foreach (var item in reading.Items?.Split(' ') ?? [])
        {
            Keep(exchange, attempt, item, isNew: true);
        }
    }

    // A completion is stored for who asks for it, a response for who does not ask for the contrary.
    private static bool MayStore(Exchange exchange) =>
        exchange.Endpoint.Operation is Operation.Responses or Operation.ResponsesCompact
        || (exchange.Endpoint.Operation == Operation.Chat && exchange.PlainBody.Span.IndexOf("\"store\""u8) >= 0);

    /// <summary>
    /// Remembers what a request that passed through has made or read: a file, a batch, a conversation, an upload that has begun. What a
    /// list tells of is remembered where the account is the workspace's own: in a shared one it may be anybody's.
    /// </summary>
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

        if (
            answer.Headers.NonValidated.TryGetValues("x-goog-upload-url", out var session)
            && session.ToString() is var url
            && url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
            && HeldIds.UploadIn(url[query..]) is { } upload
        )
        {
            Keep(exchange, attempt, upload, isNew: true);
        }

        using var decoded = new PooledBuffer(0);
        var coding = string.Join(",", answer.Content.Headers.ContentEncoding);
        var isCoded = BodyDecoder.IsCoded(coding);
        if (isCoded && !BodyDecoder.TryDecode(body.Span, coding, MaxDecoded, decoded))
        {
            return;
        }

        var plain = isCoded ? decoded.Span : body.Span;
        var isList = HttpMethods.IsGet(exchange.Context.Request.Method) && HeldIds.IsList(exchange.VendorPath);
        var isOwn = attempt.Target.Provider.Upstream.Key.Owner == exchange.Caller.Principal.Workspace;
        foreach (var id in isList && isOwn ? HeldIds.OfList(plain) : HeldIds.OfAnswer(plain))
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
        return inBody is null ? null
            : isPassedThrough ? [.. HeldIds.InPath(exchange.VendorPath), .. UploadIn(exchange), .. inBody]
            : exchange.Endpoint.Operation is Operation.Responses or Operation.ResponsesCompact
                ? [.. inBody, .. KnownItems(exchange)]
            : inBody;
    }

    private static IEnumerable<string> UploadIn(Exchange exchange) =>
        HeldIds.UploadIn(exchange.Caller.Query) is { } upload ? [upload] : [];

    /// <summary>
    /// Items that nobody knows are not looked for: they are many, of old ones the provider may still know, and the session is on their
    /// account already.
    /// </summary>
    private static IEnumerable<string> KnownItems(Exchange exchange) =>
        HeldIds
            .ItemsIn(exchange.PlainBody.Span)
            .Where(id => exchange.Route.Targets.Any(t => t.Provider.Upstream.Held.Of(id) is not null));

    private static void Keep(Exchange exchange, UpstreamAttempt attempt, string id, bool isNew)
    {
        if (id != HeldIds.TooLong)
        {
            attempt.Target.Provider.Upstream.Held.Keep(
                id,
                new Holder(attempt.Account, exchange.Caller.Principal.Workspace),
                isNew
            );
        }
    }

    /// <summary>The account of a provider that gave all of these ids to this workspace; null when that is not known.</summary>
    private static string? HolderAt(ProviderModel provider, Exchange exchange, IReadOnlyList<string> ids)
    {
        string? account = null;
        foreach (var id in ids)
        {
            if (
                provider.Upstream.Held.Of(id) is not { } holder
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
            provider.Upstream.Held.Of(id) is { } holder && holder.Workspace != exchange.Caller.Principal.Workspace
        );
}
