using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Weir.Server.Api;
using Weir.Server.Api.Capture;
using Weir.Server.Api.SignIn;
using Weir.Server.Configuration;

namespace Weir.Server.Doors;

/// <summary>
/// How often the management side may be asked, by each caller, and how many wrong keys and sessions an address may bring. A
/// command on the local socket is not counted, nor are pages, health and listening to <c>/live</c>. Thread-safe.
/// </summary>
internal sealed class Throttle(ServerState state)
{
    /// <summary>The variable that sets the requests a minute where the file does not; 0 for no bound.</summary>
    public const string Variable = "WEIR_RATE_LIMIT";

    // A page asks some thirty times a minute, and several are open; what agents deliver comes with every answer of a model.
    private const int ReadsForOneChange = 10;
    private const int DeliveriesForOneChange = 60;

    private readonly RateTable rates = new(state.Options.Clock);
    private readonly GuessTable guesses = new(state.Options.Clock);
    private readonly int? fromEnvironment = RateLimitConfig.Parse(state.Options.Variable(Variable));

    /// <summary>Before a key or a session is looked at: has this address tried too many?</summary>
    public RequestDelegate BeforeGuard(RequestDelegate next) =>
        async context =>
        {
            var most = state.Config.Current.Config.Server.RateLimit.WrongKeysPerMinute;
            if (
                most == 0
                || state.Options.LocalApi is not null
                || context.GetEndpoint()?.Metadata.GetMetadata<ApiAccess>() is not { IsOpen: false }
                || Credentials.Of(context) is not { } credential
            )
            {
                await next(context);
                Welcome(context);
                return;
            }

            var address = Address(context);
            if (guesses.MustWait(address, credential.Text) is var wait && wait > TimeSpan.Zero)
            {
                var what = credential.IsSession ? "sessions" : "keys";
                Refusal.Set(context, $"an address that tried many {what}");
                await RefuseAsync(context, wait, $"Too many wrong {what} came from this address.");
                return;
            }

            await next(context);
            if (
                context.Features.Get<ApiCaller>() is null
                && context.Response.StatusCode == StatusCodes.Status401Unauthorized
            )
            {
                guesses.Wrong(address, credential.Text, most);
            }

            Welcome(context);
        };

    /// <summary>Once it is known who asks: has it asked too often?</summary>
    public RequestDelegate AfterGuard(RequestDelegate next) =>
        async context =>
        {
            if (context.Features.Get<ApiCaller>() is not null && Credentials.Of(context) is { } credential)
            {
                guesses.Right(credential.Text);
            }

            if (Bound(context) is not { } bound)
            {
                await next(context);
                return;
            }

            var caller = context.Features.Get<ApiCaller>()?.Principal is { } principal
                ? $"{principal.Workspace}/{principal.KeyId ?? principal.OwnerId ?? principal.KeyName}"
                : Address(context);
            var answer = rates.Take($"{bound.Kind} {caller}", bound.PerMinute);
            var headers = context.Response.Headers;
            headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"{answer.Limit};w=60");
            headers["RateLimit-Limit"] = Text(answer.Limit);
            headers["RateLimit-Remaining"] = Text(answer.Remaining);
            headers["RateLimit-Reset"] = Seconds(answer.Reset);
            if (answer.IsAllowed)
            {
                await next(context);
                return;
            }

            Refusal.Set(context, "too many requests");
            await RefuseAsync(
                context,
                answer.RetryAfter,
                $"Here {answer.Limit} requests a minute may come from one caller; server.rateLimit of weir.yaml sets how many."
            );
        };

    // Who has just signed in is let in at once, whatever others try from his address.
    private void Welcome(HttpContext context)
    {
        if (SessionCookie.Given(context) is { } token)
        {
            guesses.Right(token);
        }
    }

    private (char Kind, int PerMinute)? Bound(HttpContext context)
    {
        var changes =
            state.Config.Current.Config.Server.RateLimit.RequestsPerMinute
            ?? fromEnvironment
            ?? RateLimitConfig.Default;
        var path = context.Request.Path;
        if (changes == 0 || state.Options.LocalApi is not null || IsFree(path))
        {
            return null;
        }

        var method = context.Request.Method;
        return IsDelivery(path) ? ('d', changes * DeliveriesForOneChange)
            : HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? ('r', changes * ReadsForOneChange)
            : ('c', changes);
    }

    // A listener counts as one request however long it listens, and has a bound of its own.
    private static bool IsFree(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/live", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase)
        // The files of its page; questions go to /graphql itself.
        || (
            path.StartsWithSegments("/graphql", StringComparison.OrdinalIgnoreCase, out var file)
            && file.Value is not ("" or "/")
        );

    private static bool IsDelivery(PathString path) =>
        CapturePaths.MostBytes(path) is not null
        || path.StartsWithSegments("/api/v1/statusline", StringComparison.OrdinalIgnoreCase);

    // Who has one IPv6 address has 2^64 of them.
    private static string Address(HttpContext context)
    {
        if (ClientAddress.Of(context) is not { } address)
        {
            return "local";
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes).ToString();
    }

    private static Task RefuseAsync(HttpContext context, TimeSpan wait, string why)
    {
        context.Response.Headers.RetryAfter = Seconds(wait);
        return ApiProblem
            .Of(StatusCodes.Status429TooManyRequests, $"{why} Come again in {Seconds(wait)} s.")
            .ExecuteAsync(context);
    }

    private static string Seconds(TimeSpan time) => Text((long)Math.Ceiling(time.TotalSeconds));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
