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
    /// <summary>
    /// Whether a request below <c>/p/</c> asked no model, and got what was there before. A <c>POST</c> did when its path names a stored
    /// answer (<c>/responses/ID/cancel</c>; <c>/chat/completions/ID</c>, which changes its metadata) and that answer came back.
    /// </summary>
    public static bool Fetches(Exchange exchange, UpstreamAttempt attempt)
    {
        if (exchange.Endpoint.Operation != Operation.PassThrough)
        {
            return false;
        }

        if (!HttpMethods.IsPost(exchange.Context.Request.Method))
        {
            return true;
        }

        // The path alone would let a deployment that somebody called "responses" answer for nothing.
        var reading = attempt.Reading;
        return StoredAnswer(exchange.VendorPath) is { } id && (reading.MessageId == id || attempt.HttpStatus is >= 300);
    }

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

    /// <summary>The id of a stored response or completion that a path names or is below; null where it names none.</summary>
    internal static string? StoredAnswer(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < parts.Length; i++)
        {
            var isStored =
                parts[i - 1] == "responses" || (i > 1 && parts[i - 1] == "completions" && parts[i - 2] == "chat");
            // These two are requests of their own.
            if (isStored && parts[i] is not ("compact" or "input_tokens"))
            {
                return Uri.UnescapeDataString(parts[i]);
            }
        }

        return null;
    }
}
