namespace Weir.Gateway.Pipeline;

/// <summary>What the values of <c>content-type</c> mean.</summary>
internal static class ContentTypes
{
    private const string EventStream = "text/event-stream";
    private const string Frames = "application/vnd.amazon.eventstream";

    /// <summary>The raw value of an answer's header; null when it has none.</summary>
    public static string? Of(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    /// <summary>Whether it announces server-sent events.</summary>
    public static bool IsEventStream(string? contentType) => Is(contentType, EventStream);

    /// <summary>Whether it announces a stream of Amazon's frames.</summary>
    public static bool IsFrames(string? contentType) => Is(contentType, Frames);

    private static bool Is(string? contentType, string type) =>
        contentType is not null
        && contentType.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == type.Length || contentType[type.Length] is ';' or ' ');
}
