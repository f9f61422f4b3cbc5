using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Weir.Server.Configuration;

namespace Weir.Server.Api;

/// <summary>Routes that refuse a query parameter they do not know: a slip in its name would otherwise be passed over.</summary>
internal static class QueryNames
{
    /// <summary>The route takes these and no others.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, params string[] names) =>
        builder
            .Refuses(StatusCodes.Status400BadRequest)
            .AddEndpointFilter(
                async (context, next) =>
                {
                    var unknown = context
                        .HttpContext.Request.Query.Keys.Where(name => !names.Contains(name, StringComparer.Ordinal))
                        .ToDictionary(
                            name => name,
                            name =>
                                names.Length == 0
                                    ? "this route takes no parameters"
                                    : $"there is no such parameter ({Suggestion.For(name, names)})",
                            StringComparer.Ordinal
                        );
                    return unknown.Count == 0 ? await next(context) : ApiProblem.Invalid(unknown);
                }
            );
}
