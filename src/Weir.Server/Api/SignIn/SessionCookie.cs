using Microsoft.AspNetCore.Http;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// The cookie that carries a session: under TLS <c>__Host-weir</c>, which no other host or path can set; over plain HTTP, on this
/// machine, <c>weir</c>. No script reads it, no other site's request carries it, and it goes with the browser.
/// </summary>
internal static class SessionCookie
{
    private const string Secure = "__Host-weir";
    private const string Plain = "weir";

    /// <summary>The session's token that a request carries; null for none.</summary>
    public static string? Read(HttpRequest request) =>
        request.Cookies[Name(request)] is { Length: > 0 } token && AuthSessions.LooksLikeToken(token) ? token : null;

    /// <summary>Gives the browser a session, in the place of the one that it had.</summary>
    public static void Write(HttpContext context, OpenedSession opened)
    {
        context.Response.Cookies.Append(Name(context.Request), opened.Token, Options(context.Request));
        context.Features.Set(new NewToken(opened.Token));
    }

    /// <summary>The token of the session that this request was given; null for none.</summary>
    public static string? Given(HttpContext context) => context.Features.Get<NewToken>()?.Token;

    /// <summary>Takes it away.</summary>
    public static void Clear(HttpContext context) =>
        context.Response.Cookies.Delete(Name(context.Request), Options(context.Request));

    private static string Name(HttpRequest request) => request.IsHttps ? Secure : Plain;

    private static CookieOptions Options(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            Secure = request.IsHttps,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            IsEssential = true,
        };

    private sealed class NewToken(string token)
    {
        public string Token => token;
    }
}
