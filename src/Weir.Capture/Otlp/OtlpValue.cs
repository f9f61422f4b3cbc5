using System.Globalization;
using Weir.Wire;

namespace Weir.Capture.Otlp;

/// <summary>
/// The value of an attribute: one text or number. Senders write the same number as a number, as a whole one in a floating-point
/// field and as text, so each may be asked for in every way. Lists, maps and bytes are no values here.
/// </summary>
internal readonly record struct OtlpValue
{
    private readonly string? text;
    private readonly double number;
    private readonly long integer;
    private readonly Form form;

    private OtlpValue(Form form, string? text = null, long integer = 0, double number = 0)
    {
        this.form = form;
        this.text = text;
        this.integer = integer;
        this.number = number;
    }

    private enum Form : byte
    {
        None,
        Text,
        Integer,
        Double,
        Bool,
    }

    /// <summary>Whether there is one.</summary>
    public bool IsSet => form != Form.None;

    /// <summary>The value of a text.</summary>
    public static OtlpValue Of(string? text) => text is null ? default : new OtlpValue(Form.Text, text);

    /// <summary>The value of a whole number.</summary>
    public static OtlpValue Of(long integer) => new(Form.Integer, integer: integer);

    /// <summary>The value of a number.</summary>
    public static OtlpValue Of(double number) => new(Form.Double, number: number);

    /// <summary>The value of yes and no.</summary>
    public static OtlpValue Of(bool yes) => new(Form.Bool, integer: yes ? 1 : 0);

    /// <summary>The text as it may stand in a record: null when there is none, or it is empty, too long or not printable.</summary>
    /// <param name="most">The most UTF-16 units.</param>
    public string? Text(int most = 128)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most)
        {
            return null;
        }

        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return null;
            }
        }

        return text;
    }

    /// <summary>Whether it is this text.</summary>
    public bool Is(string wanted) => form == Form.Text && string.Equals(text, wanted, StringComparison.Ordinal);

    /// <summary>The number as a count: whole and from 0 to <see cref="JsonCursor.MaxCount"/>; null for anything else.</summary>
    public long? Count()
    {
        var value = form switch
        {
            Form.Integer => integer,
            Form.Double when number >= 0 && number <= JsonCursor.MaxCount && Math.Floor(number) == number =>
                (long)number,
            Form.Text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) =>
                parsed,
            _ => -1,
        };
        return value is >= 0 and <= JsonCursor.MaxCount ? value : null;
    }

    /// <summary>The number as milliseconds, up to a week; null for anything else.</summary>
    public TimeSpan? Milliseconds()
    {
        var value = form switch
        {
            Form.Integer => integer,
            Form.Double => number,
            Form.Text
                when double.TryParse(
                    text,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var parsed
                ) => parsed,
            _ => double.NaN,
        };
        return value is >= 0 and <= 7 * 24 * 3_600_000d ? TimeSpan.FromMilliseconds(value) : null;
    }

    /// <summary>Yes or no, also as text; null for anything else.</summary>
    public bool? Flag() =>
        form switch
        {
            Form.Bool => integer != 0,
            Form.Text when text == "true" => true,
            Form.Text when text == "false" => false,
            _ => null,
        };

    /// <summary>The RFC 3339 moment that a text names, UTC; null for anything else.</summary>
    public DateTimeOffset? Moment() =>
        form == Form.Text
        && DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var moment
        )
            ? moment
            : null;

    /// <summary>What tells it from another value, for fingerprints.</summary>
    public override string ToString() =>
        form switch
        {
            Form.Text => text!,
            Form.Double => number.ToString("R", CultureInfo.InvariantCulture),
            Form.None => "",
            _ => integer.ToString(CultureInfo.InvariantCulture),
        };
}
