using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Pipeline;

/// <summary>Which headers travel through Weir, and which belong to one side of it. All others go on with their values as they came.</summary>
internal static class HeaderRules
{
    private const string OwnPrefix = "x-weir-";

    private static readonly FrozenSet<string> NotSent = FrozenSet.ToFrozenSet(
        [
            // Hop by hop (RFC 9110, 7.6.1), or said anew by each connection.
            "Connection",
            "Content-Length",
            "Expect",
            "Host",
            "Keep-Alive",
            "Proxy-Authenticate",
            "Proxy-Authorization",
            "Proxy-Connection",
            "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Version",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            // A browser's cookies are for Weir's own pages.
            "Cookie",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> NotAnswered = FrozenSet.ToFrozenSet(
        [
            "Connection",
            "Content-Length",
            "Keep-Alive",
            "Proxy-Authenticate",
            "Proxy-Authentication-Info",
            "Proxy-Connection",
            "Sec-WebSocket-Accept",
            "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Protocol",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            // True of the provider's host, not of Weir's.
            "Alt-Svc",
            "Clear-Site-Data",
            "NEL",
            "Report-To",
            "Reporting-Endpoints",
            "Set-Cookie",
            "Strict-Transport-Security",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> Credentials = FrozenSet.ToFrozenSet(
        ["Authorization", "x-api-key", "x-goog-api-key", "api-key"],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> OfTrace = FrozenSet.ToFrozenSet(
        ["traceparent", "tracestate", "baggage"],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> OfContent = FrozenSet.ToFrozenSet(
        [
            "Allow",
            "Content-Disposition",
            "Content-Encoding",
            "Content-Language",
            "Content-Location",
            "Content-MD5",
            "Content-Range",
            "Content-Type",
            "Expires",
            "Last-Modified",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Why no transform may change a header, for a person; null where one may.</summary>
    public static string? WhyNotChanged(string name) =>
        Credentials.Contains(name) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)
            ? "carries a credential: what a provider is signed in to with is its apiKey"
        : name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) || NotSent.Contains(name)
            ? "belongs to the connection, and is said anew by each"
        : OfContent.Contains(name) || name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)
            ? "says how bodies are written, which Weir must know"
        : OfTrace.Contains(name) ? "is a trace's: telemetry.propagate says whether it goes on"
        : IsOwn(name) ? "is Weir's own, and ends here"
        : name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) ? "is what Amazon's requests are signed with"
        : null;

    /// <summary>Copies the caller's headers to the request that goes upstream.</summary>
    /// <param name="from">What the caller sent.</param>
    /// <param name="to">The request; its content is set already.</param>
    /// <param name="options">What is kept back or put in.</param>
    public static void CopyRequest(IHeaderDictionary from, HttpRequestMessage to, in RequestHeaderOptions options)
    {
        foreach (var (name, values) in from)
        {
            if (NotSent.Contains(name) || (IsOwn(name) && !(options.ToSimulator && IsForSimulator(name))))
            {
                continue;
            }

            if (ClaimsWeirKey(values) || (!options.KeepsCredentials && Credentials.Contains(name)))
            {
                continue;
            }

            if (
                OfTrace.Contains(name) && !(options.KeepsTrace && (options.TraceParent is null || !IsTraceParent(name)))
            )
            {
                continue;
            }

            if (options.Uncompressed && name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (options.DropsContentEncoding && name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            Add(to, name, values);
        }

        if (options.Uncompressed)
        {
            to.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        }

        if (options.TraceParent is { } parent)
        {
            to.Headers.TryAddWithoutValidation("traceparent", parent);
        }

        if (options.Credential is { } credential)
        {
            to.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        }

        // What a connection names in its Connection header is the connection's own too.
        if (from.Connection.Count > 0)
        {
            RemoveNamed(from.Connection, to);
        }
    }

    /// <summary>Copies the upstream's headers to the answer that the caller gets.</summary>
    public static void CopyResponse(HttpResponseMessage from, IHeaderDictionary to, bool keepsLength)
    {
        // Not the text of the header, which may be no number at all, but what the body was read by.
        to.ContentLength = keepsLength ? from.Content.Headers.ContentLength : null;
        var connection = from.Headers.NonValidated.TryGetValues("Connection", out var named) ? named.ToString() : null;
        CopyResponse(from.Headers.NonValidated, to, connection);
        CopyResponse(from.Content.Headers.NonValidated, to, connection);
    }

    /// <summary>Copies what an upstream of another dialect says about when to come again; the rest is its own dialect's.</summary>
    public static void CopyTranslated(HttpResponseMessage from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (
                (
                    name.StartsWith("retry-after", StringComparison.OrdinalIgnoreCase)
                    || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("x-should-retry", StringComparison.OrdinalIgnoreCase)
                )
                && values.Count == 1
                && values.ToString() is var value
                && IsFit(value)
            )
            {
                to[name] = value;
            }
        }
    }

    private static void CopyResponse(HttpHeadersNonValidated from, IHeaderDictionary to, string? connection)
    {
        foreach (var (name, values) in from)
        {
            if (NotAnswered.Contains(name) || IsOwn(name) || (connection is not null && Names(connection, name)))
            {
                continue;
            }

            if (values.Count == 1)
            {
                var value = values.ToString();
                if (IsFit(value))
                {
                    to[name] = value;
                }

                continue;
            }

            var several = new string[values.Count];
            var at = 0;
            foreach (var value in values)
            {
                several[at++] = value;
            }

            if (Array.TrueForAll(several, IsFit))
            {
                to[name] = several;
            }
        }
    }

    private static void Add(HttpRequestMessage to, string name, StringValues values)
    {
        if (OfContent.Contains(name))
        {
            // Without a body there is nothing that they could describe, but some callers send the type all the same.
            to.Content ??= new BodyContent([]);
            to.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        else if (values.Count == 1)
        {
            to.Headers.TryAddWithoutValidation(name, values[0]);
        }
        else
        {
            to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private static bool IsOwn(string name) => name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsTraceParent(string name) => name.Equals("traceparent", StringComparison.OrdinalIgnoreCase);

    private static bool IsForSimulator(string name) =>
        name.Equals(SimulatorHandler.OptionsHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals(SimulatorHandler.SeedHeader, StringComparison.OrdinalIgnoreCase);

    private static bool ClaimsWeirKey(StringValues values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value && Authenticator.ClaimsWeirKey(value))
            {
                return true;
            }
        }

        return false;
    }

    private static void RemoveNamed(StringValues connection, HttpRequestMessage to)
    {
        foreach (var value in connection)
        {
            foreach (var name in (value ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                // A caller may not use this to take Weir's own credential away.
                if (name.Length > 0 && !Credentials.Contains(name) && !OfContent.Contains(name))
                {
                    TryRemove(to, name);
                }
            }
        }
    }

    private static void TryRemove(HttpRequestMessage to, string name)
    {
        if (to.Headers.NonValidated.Contains(name))
        {
            to.Headers.Remove(name);
        }
    }

    private static bool Names(string connection, string name)
    {
        foreach (var part in connection.AsSpan().Split(','))
        {
            if (connection.AsSpan(part).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The server throws on control characters, which a hostile upstream may send.</summary>
    private static bool IsFit(string value)
    {
        foreach (var c in value)
        {
            if (c is < ' ' and not '\t' or '\x7f' or > 'ÿ')
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What is changed in a request's headers on the way up.</summary>
internal readonly record struct RequestHeaderOptions
{
    /// <summary>Whether the caller's own credential travels on. Weir keys never do.</summary>
    public bool KeepsCredentials { get; init; }

    /// <summary>The provider's credential in place of the caller's.</summary>
    public (string Name, string Value)? Credential { get; init; }

    /// <summary>Whether the answer is asked for uncompressed.</summary>
    public bool Uncompressed { get; init; }

    /// <summary>Whether it goes to the simulator, which takes its orders from two of Weir's own headers.</summary>
    public bool ToSimulator { get; init; }

    /// <summary>Whether the caller's trace headers go on.</summary>
    public bool KeepsTrace { get; init; }

    /// <summary>What goes up in place of the caller's <c>traceparent</c>; null for nothing.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether the body goes up decoded.</summary>
    public bool DropsContentEncoding { get; init; }
}
