using System.Globalization;

namespace Weir.Foundation;

/// <summary>
/// The ids that the caller of a translated request gets. An upstream's id would tell him of a dialect that he does not speak, so
/// Weir makes its own out of the record's: <c>msg_weir_req_…</c>, <c>chatcmpl-weir-req_…</c>, <c>resp_weir_req_…</c>,
/// <c>weir-req_…</c>, and <c>req_weir_req_…</c> in the header of the request id; <c>_1</c> and so on follow where a later attempt
/// served. Whoever reports such an id (a transcript, telemetry, a hook) names the record by it. It is no secret and no proof:
/// anybody can make one up. Thread-safe.
/// </summary>
public static class CallerIds
{
    private const string Anthropic = "msg_weir_";
    private const string Chat = "chatcmpl-weir-";
    private const string Responses = "resp_weir_";
    private const string Plain = "weir-";
    private const string Request = "req_weir_";

    private const int RecordIdLength = 17;
    private const int MostAttemptDigits = 4;

    private static readonly string[] Prefixes = [Anthropic, Chat, Responses, Plain, Request];

    /// <summary>The id inside the answer (<c>id</c>, <c>responseId</c>), of letters, digits, <c>-</c> and <c>_</c>.</summary>
    /// <param name="dialect">The caller's; where its answers have no id of their own form, Gemini's form.</param>
    /// <param name="id">The record.</param>
    /// <param name="attempt">Which attempt answers, from 0; at most 9999.</param>
    public static string Make(Dialect dialect, RecordId id, int attempt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(attempt, 9_999);
        var prefix = dialect switch
        {
            Dialect.AnthropicMessages => Anthropic,
            Dialect.OpenAIChat => Chat,
            Dialect.OpenAIResponses => Responses,
            _ => Plain,
        };
        return attempt == 0 ? $"{prefix}{id}" : string.Create(CultureInfo.InvariantCulture, $"{prefix}{id}_{attempt}");
    }

    /// <summary>The request id in the answer's header (<c>request-id</c>, <c>x-request-id</c>).</summary>
    public static string RequestId(RecordId id) => $"{Request}{id}";

    /// <summary>The record that an id of either kind names, whether there is such a record or not; false for any other text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordId id)
    {
        foreach (var prefix in Prefixes)
        {
            if (
                text.StartsWith(prefix, StringComparison.Ordinal)
                && text[prefix.Length..] is { Length: >= RecordIdLength } rest
                && IsAttempt(rest[RecordIdLength..])
            )
            {
                return RecordId.TryParse(rest[..RecordIdLength], out id);
            }
        }

        id = default;
        return false;
    }

    private static bool IsAttempt(ReadOnlySpan<char> text) =>
        text.IsEmpty
        || (
            text.Length is > 1 and <= MostAttemptDigits + 1
            && text[0] == '_'
            && text[1] != '0'
            && text[1..].IndexOfAnyExceptInRange('0', '9') < 0
        );
}
