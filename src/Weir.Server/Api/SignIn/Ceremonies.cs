using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// Passkeys that a browser is making or using: what it was asked for stays here, under a cookie of that browser's, for five
/// minutes and one answer. Bounded: the oldest go. Thread-safe.
/// </summary>
internal sealed class Ceremonies(TimeProvider clock)
{
    private const int Most = 1000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (string State, string? User, DateTimeOffset At)> open = new(
        StringComparer.Ordinal
    );

    /// <summary>Keeps what was asked.</summary>
    /// <param name="context">The request, whose answer gets the cookie.</param>
    /// <param name="state">What was asked.</param>
    /// <param name="user">The id of the person who adds a passkey; null for somebody who signs in.</param>
    public void Begin(HttpContext context, string state, string? user)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        lock (gate)
        {
            foreach (var (old, _) in open.Where(pair => pair.Value.At + Life <= now).ToList())
            {
                open.Remove(old);
            }

            if (open.Count >= Most)
            {
                open.Remove(open.MinBy(pair => pair.Value.At).Key);
            }

            open[name] = (state, user, now);
        }

        context.Response.Cookies.Append(CookieName(context.Request), name, Options(context.Request));
    }

    /// <summary>What this browser was asked; null when nothing was, or too long ago. To be had once.</summary>
    public string? Take(HttpContext context, string? user)
    {
        var name = context.Request.Cookies[CookieName(context.Request)] ?? "";
        context.Response.Cookies.Delete(CookieName(context.Request), Options(context.Request));
        lock (gate)
        {
            return open.Remove(name, out var found) && found.At + Life > clock.GetUtcNow() && found.User == user
                ? found.State
                : null;
        }
    }

    private static string CookieName(HttpRequest request) => request.IsHttps ? "__Host-weir-passkey" : "weir-passkey";

    private static CookieOptions Options(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            Secure = request.IsHttps,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = Life,
            IsEssential = true,
        };
}
