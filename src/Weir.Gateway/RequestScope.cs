using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway;

/// <summary>A log scope that says which request it is about, and what its caller calls it. Immutable.</summary>
/// <param name="Id">As its caller sees it in <c>x-weir-request-id</c>.</param>
/// <param name="CallerId">The caller's own <c>x-request-id</c>; null when it sent none that is fit to be written down.</param>
/// <param name="CallerTrace">The trace id of the caller's <c>traceparent</c>, 32 hexadecimal digits; null without a sound one.</param>
public sealed record RequestScope(string Id, string? CallerId = null, string? CallerTrace = null)
{
    private const string IdHeader = "x-request-id";
    private const int MostLetters = 128;

    // Anything else is no id, and could be made to look like another part of a line.
    private static readonly SearchValues<char> InId = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=@#~"
    );

    /// <summary>What a request says of itself. A Weir key is never taken for an id.</summary>
    public static RequestScope Of(string id, IHeaderDictionary headers) =>
        new(id, IdOf(headers), TraceOf(headers[HeaderNames.TraceParent]));

    /// <summary>Whether the caller calls it anything.</summary>
    internal bool HasCallers => CallerId is not null || CallerTrace is not null;

    private static string? IdOf(IHeaderDictionary headers) =>
        headers[IdHeader] is [{ Length: > 0 and <= MostLetters } id]
        && !id.AsSpan().ContainsAnyExcept(InId)
        && !Authenticator.ClaimsWeirKey(id)
            ? id
            : null;

    private static string? TraceOf(string? traceParent) =>
        traceParent is not null && ActivityContext.TryParse(traceParent, null, out var context)
            ? context.TraceId.ToHexString()
            : null;
}
