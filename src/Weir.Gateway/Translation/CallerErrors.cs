using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// An upstream's failure in the words of the caller's dialect. Programs act on some of these words: on a context that is too
/// long they shorten it, if they understand that it is. Pure.
/// </summary>
internal static partial class CallerErrors
{
    /// <summary>The body of an error answer.</summary>
    public static byte[] Make(Dialect dialect, AnswerFailure failure, string requestId) =>
        DialectErrors.Make(dialect, failure.Status, MessageFor(dialect, failure), requestId, CodeFor(dialect, failure));

    /// <summary>The message as the caller's programs expect it.</summary>
    public static string MessageFor(Dialect dialect, AnswerFailure failure) =>
        dialect == Dialect.AnthropicMessages
        && IsTooLong(failure)
        && !failure.Message.StartsWith("prompt is too long", StringComparison.Ordinal)
            ? "prompt is too long: " + failure.Message
            : failure.Message;

    /// <summary>The code, where the dialect has a word of its own for it.</summary>
    public static string? CodeFor(Dialect dialect, AnswerFailure failure) =>
        dialect is Dialect.OpenAIChat or Dialect.OpenAIResponses && IsTooLong(failure)
            ? "context_length_exceeded"
            : null;

    /// <summary>Whether the prompt does not fit the model's context, as far as the provider's words tell.</summary>
    public static bool IsTooLong(AnswerFailure failure) =>
        failure.Status is 400 or 413
        && (failure.Type == "context_length_exceeded" || TooLong().IsMatch(failure.Message));

    [GeneratedRegex(
        "prompt is too long|maximum context length|context[ _]length|context window|input token count.*exceeds|too many (input )?tokens|input is too long",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex TooLong();
}
