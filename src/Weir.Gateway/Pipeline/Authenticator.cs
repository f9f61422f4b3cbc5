using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Weir.Identity;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Finds out who makes a request. A text that claims to be a Weir key and does not verify ends the request, whatever
/// else came with it; so does one in <c>x-weir-key</c> that does not even claim it. Thread-safe.
/// </summary>
internal sealed class Authenticator(KeyRing keys)
{
    private const string BearerScheme = "Bearer ";
    private const string KeyParameter = "key";

    /// <summary>The caller, or null with the reason in <paramref name="refusal"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="proxies">Who is believed about where a request came from.</param>
    /// <param name="refusal">Why there is none.</param>
    public Caller? Identify(HttpRequest request, TrustedProxies proxies, out CallerRefusal refusal)
    {
        var found = new Found();
        var headers = request.Headers;
        if (
            !Examine(headers["x-weir-key"], isWeirsOwn: true, ref found)
            || !Examine(headers["x-api-key"], isWeirsOwn: false, ref found)
            || !Examine(headers.Authorization, isWeirsOwn: false, ref found)
            || !Examine(headers["x-goog-api-key"], isWeirsOwn: false, ref found)
            || !Examine(headers["api-key"], isWeirsOwn: false, ref found)
            || (
                headers.SecWebSocketProtocol.Count > 0
                && !Examine(new StringValues([.. SocketRequest.Keys(headers)]), isWeirsOwn: false, ref found)
            )
        )
        {
            refusal = new CallerRefusal(401, NotVerified, "wrong key");
            return null;
        }

        var query = request.QueryString.Value ?? "";
        var queryHoldsOwn = false;
        if (MayHoldKey(query) && !ExamineQuery(ref query, ref found, out queryHoldsOwn))
        {
            refusal = new CallerRefusal(401, NotVerified, "wrong key");
            return null;
        }

        refusal = default;
        if (found.Principal is { } principal)
        {
            if (WhyNot(principal, request, proxies) is { } why)
            {
                refusal = new CallerRefusal(403, why, "beyond the bounds of the key", principal.KeyId);
                return null;
            }

            return Make(principal, isLocal: false, found, query, queryHoldsOwn);
        }

        if (CallerRules.WhyNotLocal(request) is { } foreign)
        {
            refusal = new CallerRefusal(
                401,
                found.BringsOwn
                    ? $"A Weir key is needed (in x-weir-key, beside a credential of your own): {foreign}."
                    : $"A Weir key is needed (in x-api-key, Authorization: Bearer, x-goog-api-key or x-weir-key): {foreign}.",
                "no key"
            );
            return null;
        }

        return Make(Principal.Local, isLocal: true, found, query, queryHoldsOwn);
    }

    private static string? WhyNot(Principal principal, HttpRequest request, TrustedProxies proxies) =>
        !principal.Permissions.Has(Permission.GatewayUse)
            ? "This Weir key may not send requests to models: it lacks the scope gateway."
        : principal.Bounds is not { } bounds ? null
        : bounds.HasNetworks && !bounds.AllowsAddress(ClientOrigin.Of(request, proxies).Address)
            ? "This Weir key may not be used from your network address."
        : !bounds.AllowsOrigin(request.Headers.Origin) ? "This Weir key may be used by pages of its origins alone."
        : null;

    /// <summary>Whether a text is a Weir key, or wants to be taken for one, also behind <c>Bearer</c>.</summary>
    public static bool ClaimsWeirKey(string value) => KeyRing.LooksLikeKey(Token(value));

    /// <summary>A query without its <c>key</c> parameters, all else byte for byte.</summary>
    public static string WithoutKeys(string query)
    {
        var kept = query.TrimStart('?').Split('&').Where(p => !IsKeyParameter(p, out _));
        var rest = string.Join('&', kept);
        return rest.Length == 0 ? "" : "?" + rest;
    }

    /// <summary>Quick, and never wrong when it says no: the parameter's name may be escaped.</summary>
    private static bool MayHoldKey(string query) =>
        query.Contains("key=", StringComparison.OrdinalIgnoreCase) || query.Contains('%');

    private static bool IsKeyParameter(string part, out int equals)
    {
        equals = part.IndexOf('=');
        return equals >= 0
            && Uri.UnescapeDataString(part[..equals]).Equals(KeyParameter, StringComparison.OrdinalIgnoreCase);
    }

    private const string NotVerified = "The Weir key is not valid: unknown, revoked or expired.";

    private static Caller Make(Principal principal, bool isLocal, in Found found, string query, bool queryHoldsOwn) =>
        new()
        {
            Principal = principal,
            IsLocal = isLocal,
            BringsOwn = found.BringsOwn,
            OwnIsSubscription = found.OwnIsSubscription,
            Query = query,
            QueryHoldsOwn = queryHoldsOwn,
        };

    private bool Examine(StringValues values, bool isWeirsOwn, ref Found found)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var token = Token(values[i] ?? "");
            if (token.IsEmpty)
            {
                continue;
            }

            if (isWeirsOwn || KeyRing.LooksLikeKey(token))
            {
                if (!keys.TryVerify(token, out var principal))
                {
                    return false;
                }

                found.Principal ??= principal;
            }
            else
            {
                found.BringsOwn = true;
                found.OwnIsSubscription |= IsSubscription(token);
            }
        }

        return true;
    }

    /// <summary>Takes Weir keys out of the query's <c>key</c> parameters, all else byte for byte.</summary>
    private bool ExamineQuery(ref string query, ref Found found, out bool holdsOwn)
    {
        holdsOwn = false;
        var kept = new List<string>();
        var changed = false;
        foreach (var part in query.TrimStart('?').Split('&'))
        {
            if (!IsKeyParameter(part, out var equals))
            {
                kept.Add(part);
                continue;
            }

            var value = Uri.UnescapeDataString(part[(equals + 1)..]).Trim();
            if (!KeyRing.LooksLikeKey(value))
            {
                kept.Add(part);
                holdsOwn |= value.Length > 0;
                continue;
            }

            if (!keys.TryVerify(value, out var principal))
            {
                return false;
            }

            found.Principal ??= principal;
            changed = true;
        }

        found.BringsOwn |= holdsOwn;
        if (changed)
        {
            query = kept.Count == 0 ? "" : "?" + string.Join('&', kept);
        }

        return true;
    }

    private static ReadOnlySpan<char> Token(string value)
    {
        var text = value.AsSpan().Trim();
        return text.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? text[BearerScheme.Length..].TrimStart()
            : text;
    }

    /// <summary>Anthropic's OAuth tokens, and the JSON web tokens that ChatGPT's sign-in gives to Codex.</summary>
    private static bool IsSubscription(ReadOnlySpan<char> token) =>
        token.StartsWith("sk-ant-oat", StringComparison.Ordinal)
        || (token.StartsWith("eyJ", StringComparison.Ordinal) && token.Count('.') == 2);

    private struct Found
    {
        public Principal? Principal;
        public bool BringsOwn;
        public bool OwnIsSubscription;
    }
}
