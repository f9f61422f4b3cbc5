using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Answers that are fetched from where a provider keeps them, which tell what was used each time. What was answered when it was asked
/// for (stored responses and completions) was counted then; what was made in the background, and whatever else tells of usage, counts
/// when it is first fetched, and once: its record's id is made of the provider and the answer's id. Pure.
/// </summary>
internal static class FetchedAnswers
{
    /// <summary>Whether a request fetches something below <c>/p/</c>, and asks no model.</summary>
    public static bool Fetches(Exchange exchange) =>
        exchange.Endpoint.Operation == Operation.PassThrough && !HttpMethods.IsPost(exchange.Context.Request.Method);

    /// <summary>The id of the record; null for what is no usage of its own.</summary>
    public static RecordId? IdOf(Exchange exchange, UpstreamAttempt attempt)
    {
        var reading = attempt.Reading;
        if (reading.Usage.IsUnknown || reading.MessageId is not { Length: > 0 } answer)
        {
            return null;
        }

        var path = exchange.VendorPath;
        var wasAnswered =
            path.Contains("/responses/", StringComparison.Ordinal)
            || path.Contains("/completions/", StringComparison.Ordinal);
        if (wasAnswered && !reading.IsBackground)
        {
            return null;
        }

        var key = attempt.Target.Provider.Upstream.Key;
        return DerivedRecordId.Of(Encoding.UTF8.GetBytes($"{key.Owner.Value}\n{key.Address}\nanswers\n{answer}"));
    }
}
