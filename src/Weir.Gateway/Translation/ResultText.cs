namespace Weir.Gateway.Translation;

/// <summary>A tool's result as one text, for dialects that take no more. Pure.</summary>
internal static class ResultText
{
    /// <summary>Writes its texts into an open text, a blank line between them; of its media only the plain ones.</summary>
    public static void Write(ToolResultPart result, JsonOut to)
    {
        if (result.IsError)
        {
            to.Piece("[tool error] "u8);
        }

        WriteContent(result, to);
    }

    /// <summary>The same without a word of whether the tool failed.</summary>
    public static void WriteContent(ToolResultPart result, JsonOut to)
    {
        if (result.Structured.Exists())
        {
            to.Quote(result.Structured.Raw);
            return;
        }

        var first = true;
        foreach (var part in result.Content)
        {
            if (part is TextPart or MediaPart { Source: MediaSource.PlainText })
            {
                to.Piece(first ? default : "\\n\\n"u8);
                first = false;
            }

            if (part is TextPart text)
            {
                to.Piece(text.Text.Span);
            }
            else if (part is MediaPart { Source: MediaSource.PlainText } document)
            {
                WriteDocument(document, to);
            }
        }
    }

    /// <summary>Writes a plain document into an open text, its title above it.</summary>
    public static void WriteDocument(MediaPart document, JsonOut to)
    {
        if (!document.Title.IsEmpty)
        {
            to.Piece(document.Title.Span);
            to.Piece("\\n\\n"u8);
        }

        to.Piece(document.Data.Span);
    }
}
