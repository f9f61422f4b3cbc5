using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Gateway;
using Weir.Server.Api;

namespace Weir.Server.Doors;

/// <summary>Why a request of the management side was refused, for the log: set where it is refused, written when it is answered.</summary>
/// <param name="Kind">In words of Weir's: nothing of what the caller sent.</param>
/// <param name="Who">The id of the key or the person, where one was shown; null where none was.</param>
internal sealed record Refusal(string Kind, string? Who = null)
{
    /// <summary>Says why a request is refused.</summary>
    public static void Set(HttpContext context, string kind, string? who = null) =>
        context.Features.Set(new Refusal(kind, who));

    /// <summary>Writes a refused request down.</summary>
    public static void Note(HttpContext context, RefusalLog log)
    {
        var caller = context.Features.Get<ApiCaller>()?.Principal;
        var refusal = context.Features.Get<Refusal>();
        log.Add(
            ClientAddress.Of(context),
            $"{Method(context.Request.Method)} {(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route"}",
            context.Response.StatusCode,
            refusal?.Kind
                ?? context.Response.StatusCode switch
                {
                    StatusCodes.Status401Unauthorized => "a sign-in that failed",
                    StatusCodes.Status421MisdirectedRequest => "an unknown host name",
                    StatusCodes.Status429TooManyRequests => "too many attempts",
                    _ => "not permitted",
                },
            refusal?.Who ?? caller?.KeyId ?? caller?.OwnerId
        );
    }

    // A method is whatever the caller writes.
    private static string Method(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPost(method) ? method
        : HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method) ? method
        : "another method of";
}
