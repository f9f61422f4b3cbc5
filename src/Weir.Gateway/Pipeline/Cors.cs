using System.Buffers;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Lets pages of other origins read answers (the Fetch standard's CORS protocol), where the configuration names them. Never
/// with credentials: who calls shows a key, and a browser's cookies are for Weir's own pages. Who may call at all is
/// not decided here.
/// </summary>
internal static class Cors
{
    private const string Any = "*";
    private const string Prefix = "Access-Control-";
    private const int MostHeaders = 4096;

    /// <summary>How long a browser may remember a preflight, in seconds.</summary>
    private const string MaxAge = "600";

    // RFC 9110, 5.6.2, and what stands between names in a list.
    private static readonly SearchValues<char> InHeaderList = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~, "
    );

    /// <summary>
    /// Puts the headers that are due on the answer, whatever it will be, in place of the upstream's own, which speak of the
    /// provider's pages.
    /// </summary>
    public static void Prepare(HttpContext context, ImmutableArray<string> origins)
    {
        if (!origins.IsEmpty)
        {
            context.Response.OnStarting(
                static state =>
                {
                    var (answering, named) = ((HttpContext, string?))state;
                    Write(answering.Response.Headers, named);
                    return Task.CompletedTask;
                },
                (context, AllowedOrigin(context.Request, origins))
            );
        }
    }

    /// <summary>Whether a browser asks beforehand what a page may send.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        && request.Headers.ContainsKey(HeaderNames.Origin)
        && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    /// <summary>Answers a preflight; false when the origin is none of those that are named.</summary>
    /// <param name="context">The preflight.</param>
    /// <param name="origins">Those that are named.</param>
    /// <param name="methods">What the path takes.</param>
    public static bool TryAnswer(HttpContext context, ImmutableArray<string> origins, string methods)
    {
        if (AllowedOrigin(context.Request, origins) is null)
        {
            return false;
        }

        var response = context.Response;
        response.StatusCode = StatusCodes.Status204NoContent;
        // Named one by one: the asterisk does not stand for Authorization.
        var asked = context.Request.Headers.AccessControlRequestHeaders.ToString();
        var isFit = asked.Length is > 0 and <= MostHeaders && !asked.AsSpan().ContainsAnyExcept(InHeaderList);
        response.OnStarting(() =>
        {
            response.Headers.AccessControlAllowMethods = methods;
            response.Headers.AccessControlMaxAge = MaxAge;
            if (isFit)
            {
                response.Headers.AccessControlAllowHeaders = asked;
            }

            return Task.CompletedTask;
        });
        return true;
    }

    private static string? AllowedOrigin(HttpRequest request, ImmutableArray<string> origins) =>
        request.Headers.Origin is not [{ Length: > 0 } origin] ? null
        : origins.Contains(Any, StringComparer.Ordinal) ? Any
        : origins.Contains(origin, StringComparer.OrdinalIgnoreCase) ? origin
        : null;

    private static void Write(IHeaderDictionary headers, string? origin)
    {
        List<string>? others = null;
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (others ??= []).Add(name);
            }
        }

        foreach (var name in others ?? [])
        {
            headers.Remove(name);
        }

        // Also where none is allowed: a cache must not give that answer to an origin that is.
        headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (origin is not null)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = Any;
        }
    }
}
