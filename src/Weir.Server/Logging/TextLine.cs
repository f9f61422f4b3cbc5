using System.Globalization;

namespace Weir.Server.Logging;

/// <summary>A log entry for people.</summary>
internal static class TextLine
{
    /// <summary>Its text; below the line stands what was thrown.</summary>
    public static string Write(in LogLine line)
    {
        var time = line.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // What a caller sent may stand in a message: it must not be able to begin a line of its own.
        var message = line.Message.ReplaceLineEndings(" ");
        var request =
            line.Request?.Id is { } id && !message.StartsWith(id, StringComparison.Ordinal) ? id + " " : string.Empty;
        var callers =
            (line.Request?.CallerId is { } own ? $" [x-request-id {own}]" : "")
            + (line.Request?.CallerTrace is { } trace ? $" [trace {trace}]" : "");
        var text = $"{time} {line.Word, -5} {line.Category}: {request}{message}{callers}";
        return line.Exception is { } thrown ? text + Environment.NewLine + thrown : text;
    }
}
