namespace Weir.Gateway.Pipeline;

/// <summary>What the values of <c>content-type</c> mean.</summary>
internal static class ContentTypes
{
    private const string EventStream = "text/event-stream";

    /// <summary>The raw value of an answer's header; null when it has none.</summary>
    public static string? Of(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    /// <summary>Whether it announces server-sent events.</summary>
    public static bool IsEventStream(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == EventStream.Length || contentType[EventStream.Length] is ';' or ' ');
}
