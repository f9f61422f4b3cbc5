using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// One dialect's reader of answers: it is given whole events or a whole document and keeps what it learns. Nothing that
/// it is given makes it throw; of an event that is not valid JSON it takes nothing. Not thread-safe.
/// </summary>
internal abstract class DialectReader
{
    /// <summary>Ids and error types longer than this, in bytes, are no such thing.</summary>
    protected const int LongestId = 256;

    protected string? Model { get; set; }

    protected string? MessageId { get; set; }

    protected string? PriceMode { get; set; }

    protected bool SaysPriceMode { get; set; }

    protected int? WebSearches { get; set; }

    protected SideUsage? Side { get; set; }

    protected string? ErrorType { get; set; }

    protected bool SawContent { get; set; }

    protected bool SawEnd { get; set; }

    protected long Characters { get; set; }

    protected abstract TokenUsage Usage { get; }

    protected abstract bool IsFinal { get; }

    /// <summary>See <see cref="MeterReading.IsBackground"/>.</summary>
    protected bool IsBackground { get; set; }

    /// <summary>See <see cref="MeterReading.IsUnstored"/>.</summary>
    protected bool IsUnstored { get; set; }

    /// <summary>See <see cref="MeterReading.Items"/>.</summary>
    protected string? Items { get; set; }

    /// <summary>What is known so far.</summary>
    public virtual MeterReading Reading =>
        new()
        {
            Usage = Usage,
            IsFinal = IsFinal,
            Model = Model,
            MessageId = MessageId,
            IsBackground = IsBackground,
            IsUnstored = IsUnstored,
            Items = Items,
            PriceMode = PriceMode,
            SaysPriceMode = SaysPriceMode,
            Side = Side,
            WebSearches = WebSearches,
            ErrorType = ErrorType,
            SawContent = SawContent,
            SawEnd = SawEnd,
            ContentCharacters = Characters,
        };

    /// <summary>One event of a stream; <paramref name="name"/> is empty when it has none.</summary>
    public abstract void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);

    /// <summary>The stream has ended.</summary>
    public virtual void OnStreamEnd() { }

    /// <summary>A plain answer, an error's body too. Of one that is cut off, the members that are whole are read.</summary>
    public abstract void OnDocument(ReadOnlySpan<byte> json, bool whole);

    /// <summary>Counts content; an empty piece is none.</summary>
    protected void AddContent(long characters)
    {
        Characters += characters;
        SawContent |= characters > 0;
    }

    /// <summary>Whether this is one JSON value with nothing behind it, as far as its brackets tell.</summary>
    protected static bool IsWhole(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        cursor.Skip();
        return cursor.AtEnd();
    }

    /// <summary>The JSON string that comes next; null, with the value skipped, when something else does.</summary>
    protected static string? ReadName(ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Skip();
            return null;
        }

        return cursor.ReadString(out var raw, out var escaped)
            ? NameCache.Shared.GetJson(raw, escaped, LongestId)
            : null;
    }

    /// <summary>As <see cref="ReadName"/>, for texts that do not come again.</summary>
    protected static string? ReadId(ref JsonCursor cursor)
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

    /// <summary>The UTF-16 length of the JSON string that comes next; 0, with the value skipped, when something else does.</summary>
    protected static long ReadLength(ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Skip();
            return 0;
        }

        return cursor.ReadString(out var raw, out _) ? JsonText.CountCharacters(raw) : 0;
    }

    /// <summary>
    /// The provider's word in an error: the first of <c>type</c>, <c>status</c>, <c>code</c> that is a text, else the
    /// code's number; <c>error</c> when it says nothing of the kind.
    /// </summary>
    protected static string ReadErrorType(ReadOnlySpan<byte> error)
    {
        string? type = null;
        string? status = null;
        string? code = null;
        var cursor = new JsonCursor(error);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, "type"u8))
                {
                    type = ReadName(ref cursor);
                }
                else if (JsonText.Is(name, escaped, "status"u8))
                {
                    status = ReadName(ref cursor);
                }
                else if (JsonText.Is(name, escaped, "code"u8))
                {
                    code =
                        cursor.Peek() == JsonKind.Number
                            ? NameCache.Shared.GetJson(cursor.Skip(), false, 16)
                            : ReadName(ref cursor);
                }
                else
                {
                    cursor.Skip();
                }
            }
        }

        return type ?? status ?? code ?? "error";
    }
}
