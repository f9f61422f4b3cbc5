using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>What the meter needs of one message of OpenAI's sockets. Of one that is not valid JSON, nothing.</summary>
internal ref struct OpenAIMessage
{
    private const int LongestId = 256;

    /// <summary>Whether it is one JSON object with nothing behind it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The event's name; empty when it has none.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>The <c>response</c> that it carries; empty when it carries none.</summary>
    public ReadOnlySpan<byte> Response { get; private set; }

    /// <summary>The <c>session</c> that it carries; empty when it carries none.</summary>
    public ReadOnlySpan<byte> Session { get; private set; }

    /// <summary>Its <c>usage</c>, or its response's; empty without one.</summary>
    public ReadOnlySpan<byte> Usage { get; private set; }

    /// <summary>The <c>status</c> of its response; empty without one.</summary>
    public ReadOnlySpan<byte> Status { get; private set; }

    /// <summary>The response that it is about; null when it names none.</summary>
    public string? ResponseId { get; private set; }

    /// <summary>The item that it is about; null when it names none.</summary>
    public string? ItemId { get; private set; }

    /// <summary>The HTTP status that an error would have had; null without one.</summary>
    public int? HttpStatus { get; private set; }

    /// <summary>The event's name alone.</summary>
    public static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> message) => Read(message).Type;

    /// <summary>Reads a message.</summary>
    public static OpenAIMessage Read(ReadOnlySpan<byte> message)
    {
        var read = default(OpenAIMessage);
        var cursor = new JsonCursor(message);
        if (!cursor.EnterObject())
        {
            return read;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "type"u8))
            {
                read.Type = Text(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "response"u8))
            {
                read.Response = cursor.Skip();
            }
            else if (JsonText.Is(name, escaped, "session"u8))
            {
                read.Session = cursor.Skip();
            }
            else if (JsonText.Is(name, escaped, "usage"u8))
            {
                read.Usage = cursor.Skip();
            }
            else if (JsonText.Is(name, escaped, "response_id"u8))
            {
                read.ResponseId = Id(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "item_id"u8))
            {
                read.ItemId = Id(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "status"u8) || JsonText.Is(name, escaped, "status_code"u8))
            {
                read.HttpStatus = cursor.ReadCount() is >= 100 and < 600 and var code ? (int)code : read.HttpStatus;
            }
            else
            {
                cursor.Pass();
            }
        }

        if (!cursor.AtEnd())
        {
            return default;
        }

        read.IsWhole = true;
        read.ReadResponse();
        return read;
    }

    /// <summary>The model of a session and the one that transcribes for it; null where none is named.</summary>
    public static (string? Model, string? Transcriber) ModelsOf(ReadOnlySpan<byte> session)
    {
        string? model = null;
        string? transcriber = null;
        var cursor = new JsonCursor(session);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, "model"u8))
                {
                    model = Id(ref cursor);
                }
                else if (JsonText.Is(name, escaped, "input_audio_transcription"u8))
                {
                    transcriber = ModelsOf(cursor.Skip()).Model;
                }
                else if (
                    JsonText.Is(name, escaped, "audio"u8)
                    || JsonText.Is(name, escaped, "input"u8)
                    || JsonText.Is(name, escaped, "transcription"u8)
                )
                {
                    var inner = ModelsOf(cursor.Skip());
                    transcriber = inner.Transcriber ?? inner.Model ?? transcriber;
                }
                else
                {
                    cursor.Skip();
                }
            }
        }

        return (model, transcriber);
    }

    private void ReadResponse()
    {
        var cursor = new JsonCursor(Response);
        if (!cursor.EnterObject())
        {
            Response = default;
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "id"u8))
            {
                ResponseId = Id(ref cursor) ?? ResponseId;
            }
            else if (JsonText.Is(name, escaped, "status"u8))
            {
                Status = Text(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "usage"u8))
            {
                Usage = cursor.Skip();
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private static ReadOnlySpan<byte> Text(scoped ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Skip();
            return default;
        }

        return cursor.ReadString(out var raw, out _) ? raw : default;
    }

    private static string? Id(scoped ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Skip();
            return null;
        }

        return cursor.ReadString(out var raw, out var escaped) && !raw.IsEmpty
            ? JsonText.ToText(raw, escaped, LongestId)
            : null;
    }
}
